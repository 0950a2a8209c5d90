/** Round trips that are kept: the best of them says what the server's clock shows. */
const KEPT = 16;

/** What a server's clock shows, learnt from round trips. Times are microseconds since 1970. */
export class ServerClock {
  #trips: { offset_us: number; rtt_us: number }[] = [];

  /** Our own clock; it never jumps, other than `Date`. */
  static now_us(): number {
    return (performance.timeOrigin + performance.now()) * 1000;
  }

  get known(): boolean {
    return this.#trips.length > 0;
  }

  /** How far the server's clock is ahead of ours, by the shortest round trip. */
  get offset_us(): number {
    return this.#best?.offset_us ?? 0;
  }

  get rtt_us(): number {
    return this.#best?.rtt_us ?? 0;
  }

  /** Learns from a question sent and answered at our times, in between the server's. */
  learn(sent_us: number, server_us: number, received_us: number): void {
    const rtt_us = received_us - sent_us;
    if (rtt_us < 0) return;
    this.#trips.push({ offset_us: server_us - (sent_us + received_us) / 2, rtt_us });
    if (this.#trips.length > KEPT) this.#trips.shift();
  }

  get #best() {
    const [first, ...rest] = this.#trips;
    return rest.reduce((best, trip) => (best && best.rtt_us <= trip.rtt_us ? best : trip), first);
  }
}
