import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ServerClock } from "./clock";
import { Connection, type Ear, Refused, type World } from "./connection";
import { Steering } from "./steering";
import { frameBytes } from "./testing";
import { type Change, type Frame, frameOf, type Hello, type Told } from "./wire";

/** The server's end of a socket. */
class Line {
  static readonly OPEN = 1;
  readyState = 1;
  binaryType = "";
  onmessage: (event: { data: unknown }) => void = () => undefined;
  onclose: (event: { code: number; reason: string }) => void = () => undefined;
  readonly said: { type: string; [field: string]: unknown }[] = [];

  constructor(
    readonly address: URL,
    readonly protocol: string,
  ) {}

  send(message: string): void {
    this.said.push(JSON.parse(message));
  }

  close(code = 1006, reason = ""): void {
    this.readyState = 3;
    this.onclose({ code, reason });
  }

  tell(message: object | ArrayBuffer): void {
    this.onmessage({ data: message instanceof ArrayBuffer ? message : JSON.stringify(message) });
  }
}

class Listener implements Ear, World {
  readonly lines: Line[] = [];
  readonly frames: Frame[] = [];
  readonly words: Told[] = [];
  readonly clock = new ServerClock();
  readonly format = "pcm";
  tickets = 0;
  refusals: string[] = [];
  losses = 0;
  readonly connection: Connection;

  constructor(public refusal?: Error) {
    this.connection = new Connection("drift", this, this, this.clock);
  }

  async ticket(): Promise<string> {
    if (this.refusal) throw this.refusal;
    return `ticket-${++this.tickets}`;
  }
  open(address: string, protocol: string): WebSocket {
    const line = new Line(new URL(address, "ws://house"), protocol);
    this.lines.push(line);
    return line as unknown as WebSocket;
  }
  next() {
    const last = this.frames.at(-1);
    return last && last.position + 4410;
  }
  hello(hello: Hello) {
    this.words.push(hello);
  }
  sound(message: ArrayBuffer) {
    this.frames.push(frameOf(message));
  }
  told(told: Told) {
    this.words.push(told);
  }
  lost() {
    this.losses++;
  }
  refused(reason: Error) {
    this.refusals.push(reason.message);
  }
  get line(): Line {
    const line = this.lines.at(-1);
    if (!line) throw new Error("nobody called");
    return line;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const settled = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
const hello = { type: "hello", time_us: ServerClock.now_us() + 5e6 };

test("a ticket comes first, and opens the socket", async () => {
  const listener = new Listener();
  await settled();
  const { address, protocol } = listener.line;
  expect(protocol).toBe("tutti.v1");
  expect(address.pathname).toBe("/ws/stream");
  expect(Object.fromEntries(address.searchParams)).toEqual({
    id: "drift",
    format: "pcm",
    notes: "1",
    ticket: "ticket-1",
  });
  listener.line.tell(hello);
  listener.line.tell(frameBytes({ sequence: 3 }));
  expect(listener.frames[0]?.sequence).toBe(3);
  listener.connection.close();
});

test("a broken line is made anew with another ticket, and goes on where it was", async () => {
  const listener = new Listener();
  await settled();
  listener.line.tell(hello);
  listener.line.tell(frameBytes({ sequence: 9 }));
  listener.line.close();
  expect(listener.losses).toBe(1);
  await settled(400);
  expect(listener.lines.length).toBe(2);
  expect(listener.line.address.searchParams.get("from")).toBe("44100");
  expect(listener.line.address.searchParams.get("ticket")).toBe("ticket-2");
  listener.connection.close();
});

test("tries come further and further apart, and close together again once one succeeds", async () => {
  const listener = new Listener();
  const opened_ms: number[] = [];
  for (let now_ms = 0; now_ms < 60_000; now_ms += 10) {
    await settled(10);
    if (listener.lines.length === opened_ms.length) continue;
    opened_ms.push(now_ms);
    listener.line.close();
  }
  const pauses_ms = opened_ms.slice(1).map((at_ms, n) => at_ms - (opened_ms[n] ?? 0));
  expect(pauses_ms[0]).toBeLessThan(400);
  expect(pauses_ms.length).toBeLessThan(18);
  for (const pause_ms of pauses_ms.slice(6)) {
    expect(pause_ms).toBeGreaterThan(3_900);
    expect(pause_ms).toBeLessThan(12_100);
  }
  const calls = listener.lines.length;
  while (listener.lines.length === calls) await settled(100);
  listener.line.tell(hello);
  listener.line.close();
  await settled(400);
  expect(listener.lines.length).toBe(calls + 2);
  listener.connection.close();
});

test("a line on which nothing comes is taken for dead", async () => {
  const listener = new Listener();
  await settled();
  listener.line.tell(hello);
  await settled(3_000);
  listener.line.tell(frameBytes({}));
  await settled(3_500);
  expect(listener.lines.length).toBe(1);
  await settled(2_500);
  expect(listener.lines.length).toBe(2);
  listener.connection.close();
});

test("what may not be heard is not asked for again", async () => {
  const listener = new Listener(new Refused("there is no such station"));
  await settled(20_000);
  expect(listener.refusals).toEqual(["there is no such station"]);
  expect(listener.lines.length).toBe(0);
});

test("who is sent away does not come again, and hears why", async () => {
  const listener = new Listener();
  await settled();
  listener.line.tell(hello);
  listener.line.close(1008, "there is no such station");
  await settled(20_000);
  expect(listener.refusals).toEqual(["The server hung up: there is no such station"]);
  expect([listener.lines.length, listener.losses]).toEqual([1, 0]);
});

test.each([1006, 1012, 1013])(
  "a line closed with %d is made anew, later each time",
  async (code) => {
    const listener = new Listener();
    await settled();
    for (const within_ms of [400, 800, 1_600]) {
      const calls = listener.lines.length;
      listener.line.close(code, "too slow");
      await settled(within_ms / 4);
      expect(listener.lines.length).toBe(calls);
      await settled(within_ms);
      expect(listener.lines.length).toBe(calls + 1);
    }
    expect(listener.refusals).toEqual([]);
    listener.connection.close();
  },
);

test("a server that is away is tried again", async () => {
  const listener = new Listener(new Error("away"));
  await settled(3_000);
  expect(listener.losses).toBeGreaterThan(1);
  delete listener.refusal;
  await settled(12_000);
  expect(listener.lines.length).toBeGreaterThan(0);
  listener.connection.close();
});

test("the server's clock is learnt by asking", async () => {
  const listener = new Listener();
  await settled();
  listener.line.tell(hello);
  await settled(100);
  const [asked] = listener.line.said;
  expect(asked?.type).toBe("time");
  const client_us = Number(asked?.client_us);
  listener.line.tell({ type: "time", client_us, server_us: client_us + 7e6 + 50_000 });
  expect(listener.clock.rtt_us).toBeLessThan(200_000);
  expect(Math.abs(listener.clock.offset_us - 7e6)).toBeLessThan(60_000);
  for (let n = 0; n < 10; n++) {
    await settled(1_000);
    listener.line.tell(frameBytes({ sequence: n }));
  }
  expect(listener.line.said.length).toBe(5 + 2);
  listener.connection.close();
});

test("the best of several round trips counts", () => {
  const clock = new ServerClock();
  clock.learn(0, 1_000_000 + 80_000, 100_000);
  clock.learn(200_000, 1_000_000 + 201_000, 202_000);
  clock.learn(300_000, 1_000_000 + 390_000, 400_000);
  expect([clock.offset_us, clock.rtt_us]).toEqual([1_000_000, 2_000]);
});

test("after it is closed nothing more happens", async () => {
  const listener = new Listener();
  await settled();
  listener.connection.close();
  await settled(30_000);
  expect([listener.lines.length, listener.losses]).toEqual([1, 0]);
  expect(listener.connection.steer("1", { intensity: 1 })).toBe(false);
});

test("what is moved on and on goes out ten times a second, its last place always", async () => {
  const sent: [string, Change][] = [];
  const steering = new Steering((id, change) => sent.push([id, change]) > 0);
  for (let n = 0; n <= 100; n++) {
    steering.ask({ intensity: n / 100 });
    await settled(10);
  }
  await settled(200);
  expect(sent.length).toBeGreaterThan(8);
  expect(sent.length).toBeLessThan(13);
  expect(sent.at(-1)?.[1]).toEqual({ intensity: 1 });
  expect(steering.asked).toEqual({ intensity: 1 });
  steering.answered(sent.at(-1)?.[0] ?? "");
  expect(steering.asked).toEqual({});
});

test("several things moved at once go out together", async () => {
  const sent: Change[] = [];
  const steering = new Steering((_, change) => sent.push(change) > 0);
  steering.ask({ timbre: 0 });
  steering.ask({ timbre: 0.5 });
  steering.ask({ intensity: 0.2 });
  await settled(200);
  expect(sent).toEqual([{ timbre: 0 }, { timbre: 0.5, intensity: 0.2 }]);
});
