import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Controls } from "./Controls";
import { ServerClock } from "./clock";
import { Refused } from "./connection";
import { type House, LivePlayer, type LiveSound } from "./livePlayer";
import type { Order, Report } from "./performer";
import { Playout } from "./playout";
import { Ring } from "./ring";
import { frameBytes } from "./testing";
import { type Change, FRAME, type Parameters, RATE_HZ } from "./wire";

const PARAMETERS: Parameters = {
  style: "drift",
  tonic: 2,
  mode: "dorian",
  tempo_bpm: 70,
  intensity: 0.4,
  timbre: 0.5,
  percussion: 0.3,
  seed: "18446744073709551615",
};
const DRIFT = { id: "drift", name: "Drift", invitation: "" };

/** A page without a browser: its sound is counted, its server is this test. */
class Page implements House {
  readonly live = new LivePlayer(this);
  readonly said: { type: string; id?: string; change?: Change }[] = [];
  readonly volumes: number[] = [];
  readonly #ring = new Ring(Ring.memoryFor(2 ** 17, false));
  readonly #playout = new Playout(this.#ring);
  begun = 0;
  reported_us = 0;
  closed = 0;
  refusal: Error | undefined;
  socket: { onmessage(event: { data: unknown }): void; onclose(): void } | undefined;
  sound: LiveSound | undefined;

  async openSound(): Promise<LiveSound> {
    this.sound = {
      analyser: undefined,
      capacity: 100_000,
      rate_hz: RATE_HZ,
      onReport: () => undefined,
      write: (samples) => void this.#ring.write(samples),
      order: (order: Order) => order.order === "begin" && this.#playout.begin(order.count),
      heard_us: (time_s) => (time_s === undefined ? ServerClock.now_us() : this.reported_us),
      setVolume: (volume) => void this.volumes.push(volume),
      close: async () => void this.closed++,
    };
    return this.sound;
  }

  world() {
    return {
      format: "pcm" as const,
      ticket: async () => {
        if (this.refusal) throw this.refusal;
        return "ticket";
      },
      open: () => {
        const send = (message: string) => this.said.push(JSON.parse(message));
        const socket = { readyState: 1, send, close: () => undefined };
        this.socket = socket as never;
        return socket as unknown as WebSocket;
      },
    };
  }

  begins(): void {
    this.begun++;
  }

  tell(message: object | ArrayBuffer): void {
    const data = message instanceof ArrayBuffer ? message : JSON.stringify(message);
    this.socket?.onmessage({ data });
  }

  hello(about: object = {}): void {
    this.tell({
      type: "hello",
      position: 0,
      parameters: PARAMETERS,
      may_steer: true,
      listeners: 1,
      time_us: Date.now() * 1000,
      ...about,
    });
  }

  /** Lets a second of music come and be taken. */
  play(): void {
    for (let n = 0; n < 10; n++)
      this.tell(frameBytes({ sequence: n, rendered_us: Date.now() * 1000 + n * 1e5 - 1e6 }));
    this.#playout.begin();
    this.#playout.fill(new Float32Array(FRAME), new Float32Array(FRAME));
    const report: Report = { ...this.#playout.state, time_s: 0.1, loudness: 0.3 };
    this.reported_us = ServerClock.now_us();
    this.sound?.onReport(report);
  }
}

let page: Page;
beforeEach(() => {
  vi.useFakeTimers();
  page = new Page();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

async function tuned(about: object = {}): Promise<LivePlayer> {
  void page.live.play(DRIFT);
  await vi.advanceTimersByTimeAsync(10);
  page.hello(about);
  return page.live;
}

test("a station plays once its sound comes, and all else falls silent", async () => {
  const live = await tuned();
  expect(page.begun).toBe(1);
  expect(live.state.get()).toMatchObject({ status: "connecting", station: DRIFT });
  page.play();
  expect(live.state.get()).toMatchObject({ status: "playing", parameters: PARAMETERS });
  expect(live.position).toBeGreaterThan(0);
  page.tell({ type: "presence", listeners: 2, people: ["Ada", "Bo"] });
  expect(live.state.get()).toMatchObject({ listeners: 2, people: ["Ada", "Bo"] });
});

test("a change is shown as asked for until it is acknowledged", async () => {
  const live = await tuned();
  live.steer({ intensity: 0.9 });
  expect(live.state.get()).toMatchObject({ asked: { intensity: 0.9 }, parameters: PARAMETERS });
  const steer = page.said.find(({ type }) => type === "steer");
  expect(steer?.change).toEqual({ intensity: 0.9 });
  const parameters = { ...PARAMETERS, intensity: 0.9 };
  page.tell({ type: "ack", id: steer?.id, revision: 1, position: 10, parameters });
  expect(live.state.get()).toMatchObject({ asked: {}, parameters });
});

test("a change that is refused is taken back, and it says why", async () => {
  const live = await tuned();
  live.steer({ style: "polka" });
  const steer = page.said.find(({ type }) => type === "steer");
  page.tell({
    type: "error",
    id: steer?.id,
    code: "unknown_style",
    detail: "there is no such style",
  });
  expect(live.state.get()).toMatchObject({ asked: {}, trouble: "there is no such style" });
});

test("what others change is shown with their names", async () => {
  const live = await tuned();
  const parameters = { ...PARAMETERS, tonic: 7 };
  page.tell({ type: "state", revision: 1, position: 500, parameters, by: "Bo" });
  expect(live.state.get()).toMatchObject({ parameters, steeredBy: "Bo" });
});

test("paused it gives everything back, and goes on when asked to", async () => {
  const live = await tuned();
  page.play();
  await vi.advanceTimersByTimeAsync(50);
  live.toggle();
  expect(live.state.get()).toMatchObject({ status: "silent", station: DRIFT });
  expect(page.closed).toBe(1);
  expect(live.heard?.to).toBeGreaterThan(live.heard?.from ?? Number.NaN);
  live.toggle();
  await vi.advanceTimersByTimeAsync(10);
  expect(live.state.get().status).toBe("connecting");
  live.leave();
  expect(live.state.get().station).toBeUndefined();
});

test("pressing play twice in a row leaves one sound", async () => {
  void page.live.play(DRIFT);
  void page.live.play({ ...DRIFT, id: "deep" });
  await vi.advanceTimersByTimeAsync(10);
  expect(page.closed).toBe(1);
  expect(page.live.state.get().station?.id).toBe("deep");
});

test("a station that may not be heard says so and stays silent", async () => {
  page.refusal = new Refused("there is no such station");
  void page.live.play(DRIFT);
  await vi.advanceTimersByTimeAsync(10);
  expect(page.live.state.get()).toMatchObject({
    status: "silent",
    trouble: "there is no such station",
  });
});

test("falling asleep is a fade and then silence", async () => {
  const live = await tuned();
  page.play();
  live.sleepAfter(15);
  for (let minute = 0; minute < 14.4; minute += 0.05) {
    await vi.advanceTimersByTimeAsync(3_000);
    page.tell(frameBytes({}));
  }
  expect(live.state.get().status).not.toBe("silent");
  expect(page.volumes.at(-1)).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(page.volumes.at(-1)).toBe(0);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(live.state.get()).toMatchObject({ status: "silent", sleepsAt_ms: undefined });
});

function shown(live: LivePlayer): void {
  const queries = new QueryClient({ defaultOptions: { queries: { enabled: false } } });
  render(
    <QueryClientProvider client={queries}>
      <Controls live={live} />
    </QueryClientProvider>,
  );
}

test("each control has a name, shows what the server has, and asks for what it is moved to", async () => {
  const live = await tuned();
  shown(live);
  const intensity = screen.getByRole<HTMLInputElement>("slider", { name: "Intensity" });
  expect([intensity.value, intensity.getAttribute("aria-valuetext")]).toEqual(["0.4", "40 %"]);
  fireEvent.change(intensity, { target: { value: "0.75" } });
  expect(intensity.value).toBe("0.75");
  fireEvent.change(screen.getByRole("combobox", { name: "Mode" }), { target: { value: "lydian" } });
  fireEvent.click(screen.getByRole("button", { name: "New melodies" }));
  await act(() => vi.advanceTimersByTimeAsync(300));
  const asked = Object.assign({}, ...page.said.map(({ change }) => change));
  expect(asked).toMatchObject({ intensity: 0.75, mode: "lydian" });
  expect(asked.seed).toMatch(/^\d{1,20}$/);
});

test("who may only listen can move nothing", async () => {
  const live = await tuned({ may_steer: false });
  shown(live);
  expect(screen.getByRole<HTMLFieldSetElement>("group").disabled).toBe(true);
  expect(screen.getByText("You may listen here, not steer.")).toBeTruthy();
});
