import { Pause, Play, Volume2, X } from "lucide-react";
import type { CSSProperties } from "react";
import { Link } from "wouter";
import "./live.css";
import { hueOf, keyName } from "./musicalNames";
import { useLive, useLiveState } from "./useLive";

/** The station that is on, at the foot of every page. */
export default function LiveBar() {
  const live = useLive();
  const station = useLiveState(live, (state) => state.station);
  const status = useLiveState(live, (state) => state.status);
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
          <span>
            Live
            {parameters && ` · ${keyName(parameters.tonic, parameters.mode)}`}
          </span>
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
        <label className="volume">
          <Volume2 aria-hidden="true" />
          <input
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={volume}
            aria-label="Volume"
            onChange={(event) => live.setVolume(Number(event.currentTarget.value))}
          />
        </label>
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
