import { answer, api, CLIENT_HEADER, Problem, problemOf, refreshSession } from "../api/client";
import type { components } from "../api/schema";
import { newId } from "../ui/ids";
import { Store } from "../ui/store";

export type Item = components["schemas"]["Item"];
type Upload = components["schemas"]["Upload"];

/** A file of this page on its way: first sent, then prepared by the server. */
export interface Sending {
  readonly key: string;
  readonly name: string;
  readonly size_bytes: number;
  readonly sent_bytes: number;
  /** Known once the whole file is there. */
  readonly itemId?: string;
  /** Why it was not taken. */
  readonly refused?: string;
}

export interface UploadsState {
  readonly sendings: readonly Sending[];
}

const FILES_AT_ONCE = 3;
const TRIES = 5;

/** Sends files in parts, a few at a time; a part that fails is sent again. */
export class Uploader {
  readonly state = new Store<UploadsState>({ sendings: [] });
  readonly #waiting: { file: File; key: string }[] = [];
  readonly #batchId = newId();
  #lanes = 0;

  add(files: readonly File[]): void {
    const added = files.map((file) => ({ file, key: newId() }));
    this.#waiting.push(...added);
    const rows = added.map(({ file, key }) => ({
      key,
      name: file.name,
      size_bytes: file.size,
      sent_bytes: 0,
    }));
    this.state.set({ sendings: [...this.state.get().sendings, ...rows] });
    while (this.#lanes < Math.min(FILES_AT_ONCE, this.#waiting.length)) void this.#lane();
  }

  async #lane(): Promise<void> {
    this.#lanes++;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      const { file, key } = next;
      try {
        const item = await this.#send(file, key);
        this.#change(key, { itemId: item.id, sent_bytes: file.size });
      } catch (error) {
        this.#change(key, { refused: error instanceof Error ? error.message : String(error) });
      }
    }
    this.#lanes--;
  }

  async #send(file: File, key: string): Promise<Item> {
    const upload = await answer(
      api.POST("/api/v1/uploads", {
        params: { header: { "idempotency-key": key } },
        body: { file_name: file.name, size_bytes: file.size, batch_id: this.#batchId },
      }),
    );
    for (let part = 1; part <= upload.part_count; part++)
      await this.#sendPart(file, key, upload, part);
    const params = { path: { upload_id: upload.id } };
    return answer(api.POST("/api/v1/uploads/{upload_id}/complete", { params }));
  }

  async #sendPart(file: File, key: string, upload: Upload, part: number): Promise<void> {
    const from = (part - 1) * upload.part_size_bytes;
    const bytes = file.slice(from, from + upload.part_size_bytes);
    const address = `/api/v1/uploads/${upload.id}/parts/${part}`;
    for (let attempt = 1; ; attempt++) {
      try {
        await put(address, bytes, (sent) => this.#change(key, { sent_bytes: from + sent }));
        return;
      } catch (error) {
        const status = error instanceof Problem ? error.status : 0;
        const final = status >= 400 && status < 500 && status !== 401 && status !== 429;
        if (final || attempt === TRIES) throw error;
        if (status === 401) await refreshSession();
        await new Promise((later) => setTimeout(later, 250 * 2 ** attempt));
      }
    }
  }

  #change(key: string, change: Partial<Sending>): void {
    const sendings = this.state
      .get()
      .sendings.map((sending) => (sending.key === key ? { ...sending, ...change } : sending));
    this.state.set({ sendings });
  }
}

/** PUT that tells how much has left; fetch cannot. */
function put(address: string, bytes: Blob, sent: (bytes: number) => void): Promise<void> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", address);
    for (const [name, value] of Object.entries(CLIENT_HEADER))
      request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => sent(event.loaded);
    request.onerror = () => failed(new Problem(0, "unreachable", "The connection broke."));
    request.onload = () => {
      if (request.status < 300) done();
      else failed(problemOf(request.status, parsed(request.responseText)));
    };
    request.send(bytes);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
