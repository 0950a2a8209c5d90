import type { components } from "../api/schema";

export type Track = components["schemas"]["Track"];

/** Tracks in the order they will be heard, and which one is on. */
export interface Queue {
  readonly tracks: readonly Track[];
  /** Into tracks; 0 when there are none. */
  readonly index: number;
}

export const EMPTY: Queue = { tracks: [], index: 0 };

export function current(queue: Queue): Track | undefined {
  return queue.tracks[queue.index];
}

/** The queue one track on, or undefined at its end. */
export function next(queue: Queue): Queue | undefined {
  return queue.index + 1 < queue.tracks.length ? { ...queue, index: queue.index + 1 } : undefined;
}

/** The queue one track back; the first track has none before it. */
export function previous(queue: Queue): Queue {
  return { ...queue, index: Math.max(0, queue.index - 1) };
}

/** The queue with what is known now of tracks that were asked for; those that are gone leave it. */
export function renewed(queue: Queue, asked: readonly string[], now: readonly Track[]): Queue {
  const known = new Map(now.map((track) => [track.id, track]));
  const stays = ({ id }: Track) => known.has(id) || !asked.includes(id);
  const tracks = queue.tracks.filter(stays).map((track) => known.get(track.id) ?? track);
  const index = queue.tracks.slice(0, queue.index).filter(stays).length;
  return { tracks, index: Math.max(0, Math.min(index, tracks.length - 1)) };
}

/** Puts tracks right after the one that is on. */
export function playNext(queue: Queue, tracks: readonly Track[]): Queue {
  const at = queue.tracks.length ? queue.index + 1 : 0;
  return { ...queue, tracks: queue.tracks.toSpliced(at, 0, ...tracks) };
}

export function append(queue: Queue, tracks: readonly Track[]): Queue {
  return { ...queue, tracks: [...queue.tracks, ...tracks] };
}

/** Takes out one place; what is on stays on unless it is that place, then the one after it is. */
export function remove(queue: Queue, place: number): Queue {
  const tracks = queue.tracks.toSpliced(place, 1);
  const index = place < queue.index ? queue.index - 1 : queue.index;
  return { tracks, index: Math.max(0, Math.min(index, tracks.length - 1)) };
}

/** Moves one place to another; what is on stays on. */
export function move(queue: Queue, from: number, to: number): Queue {
  const moved = queue.tracks[from];
  if (!moved || to < 0 || to >= queue.tracks.length) return queue;
  const tracks = queue.tracks.toSpliced(from, 1).toSpliced(to, 0, moved);
  let index = queue.index;
  if (from === queue.index) index = to;
  else if (from < queue.index && to >= queue.index) index -= 1;
  else if (from > queue.index && to <= queue.index) index += 1;
  return { tracks, index };
}
