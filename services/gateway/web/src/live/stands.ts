import { type Order, Performer, type Report } from "./performer";
import { Ring } from "./ring";
import worklet from "./worklet?worker&url";

/** Samples that may wait: three seconds. */
export const CAPACITY = 2 ** 17;
/** 46 ms: twice as much waits to be heard, and the page may be busy for as long. */
const BLOCK = 2048;

/** Where samples become sound. */
export interface Stand {
  readonly node: AudioNode;
  write(samples: Float32Array): void;
  order(order: Order): void;
}

type Tell = (report: Report) => void;

/** The best there is: browsers give an AudioWorklet only to pages by https or from this machine. */
export async function standIn(context: AudioContext, tell: Tell): Promise<Stand> {
  if (!("audioWorklet" in context)) return pageStand(context, tell);
  await (context as AudioContext).audioWorklet.addModule(worklet);
  return workletStand(context, tell);
}

/** A thread of its own; it reads memory it shares with this page, or, where that is not isolated, messages. */
function workletStand(context: AudioContext, tell: Tell): Stand {
  const shared = globalThis.crossOriginIsolated === true;
  const memory = Ring.memoryFor(CAPACITY, shared);
  const ring = shared ? new Ring(memory) : undefined;
  const node = new AudioWorkletNode(context, "live-output", {
    numberOfInputs: 0,
    outputChannelCount: [2],
    processorOptions: { memory },
  });
  node.port.onmessage = ({ data }: MessageEvent<Report>) => tell(data);
  const order = (said: Order) => node.port.postMessage(said);
  return {
    node,
    order,
    write: (samples) => (ring ? void ring.write(samples) : order({ order: "write", samples })),
  };
}

/** The page's own thread, which has other things to do as well. */
function pageStand(context: AudioContext, tell: Tell): Stand {
  const ring = new Ring(Ring.memoryFor(CAPACITY, false));
  const performer = new Performer(ring, context.sampleRate, tell);
  const node = context.createScriptProcessor(BLOCK, 0, 2);
  node.onaudioprocess = ({ outputBuffer, playbackTime }) =>
    performer.perform(outputBuffer.getChannelData(0), outputBuffer.getChannelData(1), playbackTime);
  return {
    node,
    order: (said) => performer.obey(said),
    write: (samples) => void ring.write(samples),
  };
}
