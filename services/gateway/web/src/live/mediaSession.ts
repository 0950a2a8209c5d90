import type { LivePlayer } from "./livePlayer";

/** Shows the station to the system (lock screen, media keys) and obeys its buttons. */
export function announceLive(live: LivePlayer): () => void {
  const session = navigator.mediaSession;
  if (!session) return () => undefined;
  session.setActionHandler("play", () => live.toggle());
  session.setActionHandler("pause", () => live.toggle());
  for (const action of ["nexttrack", "previoustrack", "seekto"] as const)
    session.setActionHandler(action, null);
  let shown: string | undefined;
  const show = () => {
    const { station, status } = live.state.get();
    session.playbackState = status === "silent" ? "paused" : "playing";
    if (station?.name === shown) return;
    shown = station?.name;
    session.metadata = station
      ? new MediaMetadata({ title: station.name, artist: "Tutti live" })
      : null;
  };
  show();
  return live.state.on(show);
}
