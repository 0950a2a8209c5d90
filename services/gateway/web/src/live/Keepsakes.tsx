import { Moon, Music2 } from "lucide-react";
import { useEffect, useState } from "react";
import { Choice } from "./Controls";
import { DataSaver } from "./DataSaver";
import type { LivePlayer } from "./livePlayer";
import { midiFile } from "./midi";
import { useLiveState } from "./useLive";

const SLEEPS_MIN = [0, 15, 30, 45, 60, 90];

/** What one does besides listening: fall asleep to it, keep what was heard. */
export function Keepsakes({ live }: { live: LivePlayer }) {
  const sounds = useLiveState(live, (state) => state.status !== "silent");
  return (
    <div className="keepsakes">
      {sounds && <Sleep live={live} />}
      <button type="button" disabled={!live.heard && !sounds} onClick={() => save(live)}>
        <Music2 />
        Save what was heard as MIDI
      </button>
      <DataSaver live={live} />
    </div>
  );
}

function Sleep({ live }: { live: LivePlayer }) {
  const sleepsAt_ms = useLiveState(live, (state) => state.sleepsAt_ms);
  const [chosen, choose] = useState("0");
  const left = useMinutesTo(sleepsAt_ms);
  return (
    <>
      <Moon aria-hidden="true" />
      <Choice
        name={left === undefined ? "Fall asleep" : `Asleep in ${left} min`}
        value={sleepsAt_ms === undefined ? "0" : chosen}
        onChoose={(minutes) => {
          choose(minutes);
          live.sleepAfter(Number(minutes));
        }}
      >
        {SLEEPS_MIN.map((minutes) => (
          <option key={minutes} value={minutes}>
            {minutes ? `after ${minutes} minutes` : "never"}
          </option>
        ))}
      </Choice>
    </>
  );
}

/** Whole minutes until a time, counted down. */
function useMinutesTo(at_ms: number | undefined): number | undefined {
  const [now_ms, setNow] = useState(Date.now);
  useEffect(() => {
    if (at_ms === undefined) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, [at_ms]);
  return at_ms === undefined ? undefined : Math.max(1, Math.ceil((at_ms - now_ms) / 60_000));
}

function save(live: LivePlayer): void {
  const { heard, score } = live;
  const name = live.state.get().station?.name ?? "Live";
  if (!heard) return;
  const file = midiFile(name, { ...heard, ...score });
  const address = URL.createObjectURL(new Blob([file], { type: "audio/midi" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `${name}.mid`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
