import { Dices } from "lucide-react";
import type { ReactNode } from "react";
import type { LivePlayer } from "./livePlayer";
import { keysOf, MODE_NAMES, styleName } from "./musicalNames";
import { useStyles } from "./queries";
import { useLiveState } from "./useLive";
import { type Change, MODES, type Mode, type Parameters } from "./wire";

const [SLOWEST_BPM, FASTEST_BPM] = [60, 120];

/** What the music depends on. What was asked for is shown at once; until it is taken, paler. */
export function Controls({ live }: { live: LivePlayer }) {
  const parameters = useLiveState(live, (state) => state.parameters);
  const asked = useLiveState(live, (state) => state.asked);
  const maySteer = useLiveState(live, (state) => state.maySteer);
  const steeredBy = useLiveState(live, (state) => state.steeredBy);
  const silent = useLiveState(live, (state) => state.status === "silent");
  if (!parameters) return null;
  const shown = { ...parameters, ...asked };
  const steer = (change: Change) => live.steer(change);
  return (
    <form
      className="controls"
      aria-label="Steer the music"
      onSubmit={(event) => event.preventDefault()}
    >
      <fieldset disabled={!maySteer || silent}>
        <div className="moods">
          <Share name="Intensity" of="intensity" shown={shown} asked={asked} steer={steer} />
          <Share name="Timbre" of="timbre" shown={shown} asked={asked} steer={steer} />
          <Share name="Percussion" of="percussion" shown={shown} asked={asked} steer={steer} />
          <Slider
            name="Tempo"
            text={`${Math.round(shown.tempo_bpm)} bpm`}
            pending={asked.tempo_bpm !== undefined}
            range={[SLOWEST_BPM, FASTEST_BPM, 1]}
            value={shown.tempo_bpm}
            onMove={(tempo_bpm) => steer({ tempo_bpm })}
          />
        </div>
        <div className="choices">
          <Choice
            name="Key"
            value={String(shown.tonic)}
            onChoose={(tonic) => steer({ tonic: Number(tonic) })}
          >
            {keysOf(shown.mode).map((key, tonic) => (
              <option key={key} value={tonic}>
                {key}
              </option>
            ))}
          </Choice>
          <Choice name="Mode" value={shown.mode} onChoose={(mode) => steer({ mode: mode as Mode })}>
            {MODES.map((mode) => (
              <option key={mode} value={mode}>
                {MODE_NAMES[mode]}
              </option>
            ))}
          </Choice>
          <StyleChoice value={shown.style} onChoose={(style) => steer({ style })} />
          <button type="button" onClick={() => steer({ seed: newSeed() })}>
            <Dices />
            New melodies
          </button>
        </div>
      </fieldset>
      <p className="hush" role="status">
        {maySteer ? steeredBy && `${steeredBy} changed this.` : "You may listen here, not steer."}
      </p>
    </form>
  );
}

function Share({
  name,
  of,
  shown,
  asked,
  steer,
}: {
  name: string;
  of: "intensity" | "timbre" | "percussion";
  shown: Parameters;
  asked: Change;
  steer: (change: Change) => void;
}) {
  return (
    <Slider
      name={name}
      text={`${Math.round(shown[of] * 100)} %`}
      pending={asked[of] !== undefined}
      range={[0, 1, 0.01]}
      value={shown[of]}
      onMove={(value) => steer({ [of]: value })}
    />
  );
}

function Slider({
  name,
  text,
  pending,
  range: [min, max, step],
  value,
  onMove,
}: {
  name: string;
  text: string;
  pending: boolean;
  range: readonly [number, number, number];
  value: number;
  onMove: (value: number) => void;
}) {
  return (
    <label className="mood" data-pending={pending}>
      <span>
        {name} <output className="time">{text}</output>
      </span>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-label={name}
        aria-valuetext={text}
        onChange={(event) => onMove(Number(event.currentTarget.value))}
      />
    </label>
  );
}

export function StyleChoice({
  value,
  onChoose,
}: {
  value: string;
  onChoose: (style: string) => void;
}) {
  const styles = useStyles();
  const names = styles.data?.items.map(({ name }) => name) ?? [];
  const all = names.includes(value) ? names : [value, ...names];
  return (
    <Choice name="Style" value={value} onChoose={onChoose}>
      {all.map((name) => (
        <option key={name} value={name}>
          {styleName(name)}
        </option>
      ))}
    </Choice>
  );
}

export function Choice({
  name,
  value,
  onChoose,
  children,
}: {
  name: string;
  value: string;
  onChoose: (value: string) => void;
  children: ReactNode;
}) {
  return (
    <label className="choice">
      <span className="hush">{name}</span>
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {children}
      </select>
    </label>
  );
}

/** 64 random bits in decimal. */
function newSeed(): string {
  return String(crypto.getRandomValues(new BigUint64Array(1))[0]);
}
