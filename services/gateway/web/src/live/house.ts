import { Problem } from "../api/client";
import { Refused, type World } from "./connection";
import type { House, Tuned } from "./livePlayer";
import { OPUS_RATE_HZ } from "./opus";
import { ticketFor } from "./queries";
import { Sound } from "./sound";
import { RATE_HZ } from "./wire";

const TOO_MANY_REQUESTS = 429;

/** What the player needs, as the browser and the server of this page have it. */
export function houseOf(begins: () => void): House {
  const openSound = (savesData: boolean) => Sound.open(savesData ? OPUS_RATE_HZ : RATE_HZ);
  return { openSound, world: worldOf, begins };
}

function worldOf(station: Tuned, savesData: boolean): World {
  return {
    format: savesData ? "opus" : "pcm",
    ticket: () => ticketFor(station.id, station.invitation).catch(thrown),
    open: (address, protocol) => {
      const here = window.location;
      const scheme = here.protocol === "https:" ? "wss:" : "ws:";
      return new WebSocket(`${scheme}//${here.host}${address}`, protocol);
    },
  };
}

/** What a server refuses for good is not asked for again. */
function thrown(error: unknown): never {
  if (error instanceof Problem && error.status >= 400 && error.status < 500)
    if (error.status !== TOO_MANY_REQUESTS) throw new Refused(error.message);
  throw error;
}
