import { useEffect, useState } from "react";
import type { LivePlayer } from "./livePlayer";
import { decodesOpus } from "./opus";
import { useLiveState } from "./useLive";

/** Whether sound comes encoded; shown where the browser can decode it. */
export function DataSaver({ live }: { live: LivePlayer }) {
  const savesData = useLiveState(live, (state) => state.savesData);
  const [possible, setPossible] = useState(false);
  useEffect(() => {
    void decodesOpus().then(setPossible);
  }, []);
  if (!possible) return null;
  return (
    <label className="saver">
      <input
        type="checkbox"
        checked={savesData}
        onChange={(event) => live.saveData(event.currentTarget.checked)}
      />
      Data saver, 128 kbit/s
    </label>
  );
}
