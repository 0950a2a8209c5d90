import { Anchor } from "./anchor";
import type { LivePlayer } from "./livePlayer";

/** Shows the station to the system (lock screen, media keys) and obeys its buttons. */
export function announceLive(live: LivePlayer): () => void {
  const session = navigator.mediaSession;
  if (!session) return () => undefined;
  const sounds = () => live.state.get().status !== "silent";
  const want = (plays: boolean) => {
    if (plays !== sounds()) live.toggle();
  };
  const anchor = new Anchor(want); // A system that stops the element, as for a call, means the music.
  session.setActionHandler("play", () => want(true));
  session.setActionHandler("pause", () => want(false));
  for (const action of ["nexttrack", "previoustrack", "seekto"] as const)
    session.setActionHandler(action, null);
  let shown: string | undefined;
  const show = () => {
    const { station } = live.state.get();
    session.playbackState = sounds() ? "playing" : "paused";
    if (sounds()) anchor.hold();
    else anchor.rest();
    if (station?.name === shown) return;
    shown = station?.name;
    session.metadata = station
      ? new MediaMetadata({ title: station.name, artist: "Tutti live" })
      : null;
  };
  show();
  const off = live.state.on(show);
  return () => {
    off();
    anchor.close();
  };
}
