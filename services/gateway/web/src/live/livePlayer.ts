import { Store } from "../ui/store";
import { ServerClock } from "./clock";
import { Connection, type World } from "./connection";
import { OpusUnpacking } from "./opus";
import { type Health, Output, type Speaker } from "./output";
import type { Report } from "./performer";
import { Score } from "./score";
import { SleepTimer } from "./sleep";
import { Steering } from "./steering";
import {
  type Ack,
  type Change,
  frameOf,
  type Hello,
  type Parameters,
  type Steering as Steered,
  type Told,
} from "./wire";

/** A station, as far as playing it goes. */
export interface Tuned {
  readonly id: string;
  readonly name: string;
  /** What gives the right to hear it; empty where none is needed. */
  readonly invitation: string;
}

export interface LiveState {
  readonly station: Tuned | undefined;
  readonly status: "silent" | "connecting" | "playing" | "reconnecting";
  /** For the listener; empty when all is well. */
  readonly trouble: string;
  /** As the server has them; undefined before it was heard from. */
  readonly parameters: Parameters | undefined;
  /** What was asked for and not answered yet. */
  readonly asked: Change;
  readonly maySteer: boolean;
  readonly listeners: number;
  readonly people: readonly string[];
  /** Who changed something last; empty where it was the listener. */
  readonly steeredBy: string;
  readonly volume: number;
  /** Whether sound comes encoded: a tenth of the data, and hardly to be told from the original. */
  readonly savesData: boolean;
  /** When it falls asleep, in milliseconds since 1970. */
  readonly sleepsAt_ms: number | undefined;
}

/** What to say of each status; nothing where all is well. */
export const WORDS: Readonly<Record<LiveState["status"], string>> = {
  silent: "",
  connecting: "Tuning in …",
  playing: "",
  reconnecting: "The line broke; calling again …",
};

/** What plays, and what can be seen of it. */
export interface LiveSound extends Speaker {
  readonly analyser: AnalyserNode | undefined;
  onReport: (report: Report) => void;
  setVolume(volume: number, over_s?: number): void;
  close(): Promise<void>;
}

/** What the player needs of the page. */
export interface House {
  openSound(savesData: boolean): Promise<LiveSound>;
  world(station: Tuned, savesData: boolean): World;
  /** Something is about to be heard: all else falls silent. */
  begins(): void;
}

const SILENT: LiveState = {
  station: undefined,
  status: "silent",
  trouble: "",
  parameters: undefined,
  asked: {},
  maySteer: false,
  listeners: 0,
  people: [],
  steeredBy: "",
  volume: 1,
  savesData: false,
  sleepsAt_ms: undefined,
};

/** Plays one station at a time, and steers it. */
export class LivePlayer {
  readonly state = new Store<LiveState>(SILENT);
  readonly #house: House;
  readonly #sleep = new SleepTimer(
    (over_s) => this.#sound?.setVolume(0, over_s),
    () => this.pause(),
  );
  #steering: Steering | undefined;
  #connection: Connection | undefined;
  #sound: LiveSound | undefined;
  #output: Output | undefined;
  #opus: OpusUnpacking | undefined;
  #score = new Score();
  #from: number | undefined;
  #to = 0;
  #turn = 0;

  constructor(house: House) {
    this.#house = house;
  }

  /** What was told of the music since play was pressed. */
  get score(): Score {
    return this.#score;
  }

  /** The position that is heard now. */
  get position(): number | undefined {
    return this.#output?.position;
  }

  get analyser(): AnalyserNode | undefined {
    return this.#sound?.analyser;
  }

  get health(): Health | undefined {
    return this.#output?.health;
  }

  /** From where to where it was heard, since play was pressed. */
  get heard(): { from: number; to: number } | undefined {
    if (this.#from === undefined) return undefined;
    return { from: this.#from, to: this.position ?? this.#to };
  }

  /** Plays a station. Call it where somebody pressed something, or browsers forbid the sound. */
  async play(station: Tuned): Promise<void> {
    this.#stop();
    const turn = this.#turn;
    this.#house.begins();
    const same = this.state.get().station?.id === station.id;
    const { volume, savesData, parameters } = this.state.get();
    const kept = { volume, savesData, parameters: same ? parameters : undefined };
    this.state.set({ ...SILENT, station, status: "connecting", ...kept });
    try {
      const sound = await this.#house.openSound(savesData);
      if (turn !== this.#turn) await sound.close();
      else this.#listen(station, sound);
    } catch (error) {
      if (turn !== this.#turn) return;
      const trouble = `There is no sound here: ${(error as Error).message}`;
      this.state.set({ status: "silent", trouble });
    }
  }

  /** Falls silent, and can go on with `toggle`. */
  pause(): void {
    this.#stop();
    this.state.set({ status: "silent", asked: {}, sleepsAt_ms: undefined });
  }

  toggle(): void {
    const { station, status } = this.state.get();
    if (status !== "silent") this.pause();
    else if (station) void this.play(station);
  }

  /** Falls silent, and forgets the station. */
  leave(): void {
    this.#stop();
    const { volume, savesData } = this.state.get();
    this.state.set({ ...SILENT, volume, savesData });
  }

  /** Asks for a change, which is heard within two bars. */
  steer(change: Change): void {
    this.#steering?.ask(change);
    this.state.set({ asked: this.#steering?.asked ?? {}, steeredBy: "" });
  }

  setVolume(volume: number): void {
    this.#sound?.setVolume(volume);
    this.state.set({ volume });
  }

  /** Has sound sent encoded from now on, or as it is. */
  saveData(savesData: boolean): void {
    const { station, status } = this.state.get();
    this.state.set({ savesData });
    if (station && status !== "silent") void this.play(station);
  }

  /** Falls asleep after so many minutes; 0 stays awake. */
  sleepAfter(minutes: number): void {
    this.#sleep.cancel();
    this.#sound?.setVolume(this.state.get().volume);
    if (minutes) this.#sleep.set(minutes);
    this.state.set({ sleepsAt_ms: minutes ? Date.now() + minutes * 60_000 : undefined });
  }

  #listen(station: Tuned, sound: LiveSound): void {
    const clock = new ServerClock();
    const output = new Output(sound, clock);
    this.#sound = sound;
    this.#output = output;
    this.#score = new Score();
    this.#from = undefined;
    sound.setVolume(this.state.get().volume);
    sound.onReport = (report) => this.#reported(output, report);
    const { savesData } = this.state.get();
    this.#opus = savesData ? new OpusUnpacking((frame) => output.take(frame)) : undefined;
    const take = (message: ArrayBuffer) =>
      this.#opus ? this.#opus.take(message) : output.take(frameOf(message));
    const ear = {
      next: () => output.next,
      hello: (hello: Hello) => this.#welcomed(output, hello),
      sound: (message: ArrayBuffer) => take(message),
      told: (told: Told) => this.#told(told),
      lost: () => this.state.set({ status: "reconnecting" }),
      refused: (reason: Error) => {
        this.pause();
        this.state.set({ trouble: reason.message });
      },
    };
    const world = this.#house.world(station, savesData);
    const connection = new Connection(station.id, world, ear, clock);
    this.#connection = connection;
    this.#steering = new Steering((id, change) => connection.steer(id, change));
  }

  #reported(output: Output, report: Report): void {
    output.reported(report);
    const { position } = output;
    if (position === undefined) return;
    this.#from ??= position;
    this.#to = position;
    if (this.state.get().status === "connecting") this.state.set({ status: "playing" });
  }

  #welcomed(output: Output, hello: Hello): void {
    output.opened();
    this.#score.tempo(hello.position, hello.parameters);
    const status = output.health.playing ? "playing" : "connecting";
    const { parameters, may_steer: maySteer, listeners } = hello;
    this.state.set({ status, trouble: "", parameters, maySteer, listeners });
  }

  #told(told: Told): void {
    if (told.type === "ack" || told.type === "state") this.#steered(told);
    else if (told.type === "presence")
      this.state.set({ listeners: told.listeners, people: told.people });
    else if (told.type === "notes") this.#score.note(told);
    else if (told.type === "error") {
      if (told.id) this.#steering?.answered(told.id);
      this.state.set({ trouble: told.detail, asked: this.#steering?.asked ?? {} });
    }
  }

  #steered(told: Ack | Steered): void {
    const { position, parameters } = told;
    if (told.type === "ack") this.#steering?.answered(told.id);
    this.#score.tempo(position, parameters);
    const steeredBy = told.type === "state" ? told.by : "";
    this.state.set({ parameters, asked: this.#steering?.asked ?? {}, trouble: "", steeredBy });
  }

  #stop(): void {
    this.#turn++;
    this.#sleep.cancel();
    this.#to = this.position ?? this.#to;
    this.#steering?.forget();
    this.#connection?.close();
    this.#opus?.close();
    this.#opus = undefined;
    void this.#sound?.close();
    this.#connection = undefined;
    this.#steering = undefined;
    this.#sound = undefined;
    this.#output = undefined;
  }
}
