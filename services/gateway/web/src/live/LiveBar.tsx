import { Pause, Play, X } from "lucide-react";
import type { CSSProperties } from "react";
import { Link } from "wouter";
import { Volume } from "../ui/Volume";
import "./live.css";
import { WORDS } from "./livePlayer";
import { hueOf, keyName } from "./musicalNames";
import { useLive, useLiveState } from "./useLive";
import type { Parameters } from "./wire";

/** The station that is on, at the foot of every page. */
export default function LiveBar() {
  const live = useLive();
  const station = useLiveState(live, (state) => state.station);
  const status = useLiveState(live, (state) => state.status);
  const trouble = useLiveState(live, (state) => state.trouble);
  const volume = useLiveState(live, (state) => state.volume);
  const parameters = useLiveState(live, (state) => state.parameters);
  if (!station) return null;
  const sounds = status !== "silent";
  return (
    <section className="player live-bar" aria-label="Player">
      <div className="now">
        <span
          className="cover blank"
          style={{ "--hue": hueOf(parameters?.style ?? "") } as CSSProperties}
        />
        <div className="names">
          <strong>
            <Link href={`/live/${station.id}`}>{station.name}</Link>
          </strong>
          <span>{trouble || WORDS[status] || liveIn(parameters)}</span>
        </div>
      </div>
      <div className="transport">
        <button
          type="button"
          className={`icon play${sounds && status !== "playing" ? " waiting" : ""}`}
          aria-label={sounds ? "Pause" : "Play"}
          onClick={() => live.toggle()}
        >
          {sounds ? <Pause /> : <Play />}
        </button>
      </div>
      <span />
      <div className="aside">
        <Volume value={volume} onMove={(loud) => live.setVolume(loud)} />
        <button
          type="button"
          className="icon"
          aria-label={`Leave ${station.name}`}
          onClick={() => live.leave()}
        >
          <X />
        </button>
      </div>
    </section>
  );
}

function liveIn(parameters: Parameters | undefined): string {
  return parameters ? `Live · ${keyName(parameters.tonic, parameters.mode)}` : "Live";
}
