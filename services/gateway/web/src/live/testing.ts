import { FRAME, RATE_HZ } from "./wire";

/** A frame as the gateway writes it, with a tone that goes on from frame to frame. */
export function frameBytes({
  flags = 0,
  sequence = 0,
  revision = 0,
  position = Number.NaN,
  rendered_us = 0,
}): ArrayBuffer {
  const start = Number.isNaN(position) ? sequence * FRAME : position;
  const bytes = new ArrayBuffer(32 + FRAME * 4);
  const head = new DataView(bytes);
  head.setUint8(0, "T".charCodeAt(0));
  head.setUint8(1, "M".charCodeAt(0));
  head.setUint8(2, 1);
  head.setUint8(3, flags);
  head.setUint8(4, 0);
  head.setUint8(5, 2);
  head.setUint16(6, 32, true);
  head.setUint32(8, sequence, true);
  head.setUint32(12, revision, true);
  head.setBigUint64(16, BigInt(start), true);
  head.setBigUint64(24, BigInt(rendered_us), true);
  const pcm = new Int16Array(bytes, 32);
  for (let n = 0; n < pcm.length; n++)
    pcm[n] = 16_384 * Math.sin((2 * Math.PI * 441 * ((start + (n >> 1)) % RATE_HZ)) / RATE_HZ);
  return bytes;
}
