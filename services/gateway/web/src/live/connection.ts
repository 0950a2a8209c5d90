import { ServerClock } from "./clock";
import { type Change, type Hello, SUBPROTOCOL, type Told } from "./wire";

/** What a connection needs of the world; in a page, the browser's. */
export interface World {
  /** Asks for a ticket that opens one socket; throws what cannot be helped by trying again. */
  ticket(): Promise<string>;
  open(address: string, protocol: string): WebSocket;
  /** How the sound is to be sent. */
  readonly format: "pcm" | "opus";
}

/** What a connection tells. */
export interface Ear {
  /** The position to go on from; undefined for the newest. */
  next(): number | undefined;
  hello(hello: Hello): void;
  /** Sound came, as it was sent. */
  sound(message: ArrayBuffer): void;
  told(told: Told): void;
  /** The connection broke, and is being made anew. */
  lost(): void;
  /** It cannot be made: the reason, for the listener. */
  refused(reason: Error): void;
}

/** A failure that trying again does not help. */
export class Refused extends Error {}

/** The server closes with this where whoever listens may not do so any more. */
const NOT_WELCOME = 1008;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 8_000;
/** After so long without a frame the connection is taken for dead. */
const SILENCE_MS = 4_000;
const LOOK_EVERY_MS = 1_000;
/** How often the server is asked for the time: soon and often, then to follow the clocks. */
const FIRST_TIMES_MS = [0, 120, 240, 480, 960];
const TIME_EVERY_MS = 5_000;

/** Stays connected to a station until it is closed, going on where it was when it breaks. */
export class Connection {
  readonly #station: string;
  readonly #world: World;
  readonly #ear: Ear;
  readonly #clock: ServerClock;
  #socket: WebSocket | undefined;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #pause_ms = FIRST_PAUSE_MS;
  #heard_ms = 0;
  #closed = false;

  constructor(station: string, world: World, ear: Ear, clock: ServerClock) {
    this.#station = station;
    this.#world = world;
    this.#ear = ear;
    this.#clock = clock;
    void this.#connect();
  }

  /** Asks for a change. Answers whether it could be sent. */
  steer(id: string, change: Change): boolean {
    return this.#say({ type: "steer", id, change });
  }

  close(): void {
    this.#closed = true;
    this.#forget();
  }

  async #connect(): Promise<void> {
    let ticket: string;
    try {
      ticket = await this.#world.ticket();
    } catch (error) {
      if (this.#closed) return;
      if (error instanceof Refused) this.#ear.refused(error);
      else this.#again();
      return;
    }
    if (this.#closed) return;
    const socket = this.#world.open(this.#address(ticket), SUBPROTOCOL);
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (socket === this.#socket) this.#hear(data);
    };
    socket.onclose = ({ code, reason }: CloseEvent) => {
      if (code === NOT_WELCOME) this.#sentAway(socket, reason);
      else this.#broke(socket);
    };
    this.#heard_ms = performance.now();
    this.#timers.push(setInterval(() => this.#look(socket), LOOK_EVERY_MS));
  }

  #address(ticket: string): string {
    const { format } = this.#world;
    const asked = new URLSearchParams({ id: this.#station, format, notes: "1", ticket });
    const next = this.#ear.next();
    if (next !== undefined) asked.set("from", String(next));
    return `/ws/stream?${asked}`;
  }

  #hear(data: string | ArrayBuffer): void {
    this.#heard_ms = performance.now();
    if (typeof data !== "string") {
      this.#ear.sound(data);
      return;
    }
    const told = JSON.parse(data) as Told;
    if (told.type === "time") {
      this.#clock.learn(told.client_us, told.server_us, ServerClock.now_us());
    } else if (told.type === "hello") this.#welcome(told);
    else this.#ear.told(told);
  }

  #welcome(hello: Hello): void {
    this.#pause_ms = FIRST_PAUSE_MS;
    const now_us = ServerClock.now_us();
    // Better than nothing until the first answer: as if it had taken no time to come.
    if (!this.#clock.known) this.#clock.learn(now_us - 1e6, hello.time_us - 5e5, now_us);
    for (const after_ms of FIRST_TIMES_MS)
      this.#timers.push(setTimeout(() => this.#askTime(), after_ms));
    this.#timers.push(setInterval(() => this.#askTime(), TIME_EVERY_MS));
    this.#ear.hello(hello);
  }

  #askTime(): void {
    this.#say({ type: "time", client_us: Math.round(ServerClock.now_us()) });
  }

  #say(message: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #look(socket: WebSocket): void {
    if (performance.now() - this.#heard_ms > SILENCE_MS) this.#broke(socket);
  }

  #broke(socket: WebSocket): void {
    if (this.#closed || socket !== this.#socket) return;
    this.#forget();
    this.#again();
  }

  #sentAway(socket: WebSocket, reason: string): void {
    if (this.#closed || socket !== this.#socket) return;
    this.close();
    this.#ear.refused(new Refused(`The server hung up: ${reason || "you may not listen here"}`));
  }

  #again(): void {
    this.#ear.lost();
    const after_ms = this.#pause_ms * (0.5 + Math.random());
    this.#pause_ms = Math.min(LONGEST_PAUSE_MS, 2 * this.#pause_ms);
    this.#timers.push(setTimeout(() => void this.#connect(), after_ms));
  }

  #forget(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close();
  }
}
