import type { Change } from "./wire";

/** Ten changes a second: half of what the server takes, so that there is room for the rest. */
const EVERY_MS = 100;

/** Sends changes as fast as the server takes them: what is moved on and on goes out thinned. */
export class Steering {
  readonly #send: (id: string, change: Change) => boolean;
  #waiting: Change = {};
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sent_ms = Number.NEGATIVE_INFINITY;
  #count = 0;
  #unanswered = new Map<string, Change>();

  constructor(send: (id: string, change: Change) => boolean) {
    this.#send = send;
  }

  /** What was asked for and not answered yet, over what is. */
  get asked(): Change {
    return Object.assign({}, ...this.#unanswered.values(), this.#waiting);
  }

  /** Asks for a change, now or when it may be sent. */
  ask(change: Change): void {
    this.#waiting = { ...this.#waiting, ...change };
    const wait_ms = this.#sent_ms + EVERY_MS - performance.now();
    if (this.#timer !== undefined) return;
    if (wait_ms <= 0) this.#flush();
    else this.#timer = setTimeout(() => this.#flush(), wait_ms);
  }

  /** The server took a change, or refused it. */
  answered(id: string): void {
    for (const sent of this.#unanswered.keys()) {
      this.#unanswered.delete(sent);
      if (sent === id) return;
    }
  }

  /** Forgets all that was asked. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = {};
    this.#unanswered.clear();
  }

  #flush(): void {
    this.#timer = undefined;
    const change = this.#waiting;
    this.#waiting = {};
    this.#sent_ms = performance.now();
    const id = String(++this.#count);
    if (this.#send(id, change)) this.#unanswered.set(id, change);
  }
}
