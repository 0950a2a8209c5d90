import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { Waiting } from "../ui/Waiting";
import { Controls } from "./Controls";
import { Elsewhere } from "./Elsewhere";
import { Keepsakes } from "./Keepsakes";
import "./live.css";
import { type Station, useStation, useStations } from "./queries";
import { Stage } from "./Stage";
import { StationList } from "./StationList";
import { useLive, useLiveState } from "./useLive";

/** Endless music, played now: choose a station, listen, steer. */
export default function LivePage({ stationId }: { stationId: string | undefined }) {
  const live = useLive();
  const [, go] = useLocation();
  const stations = useStations();
  const tuned = useLiveState(live, (state) => state.station);
  const invitation = useInvitation(stationId);
  const named = useStation(stationId, invitation);
  const known = stations.data?.items ?? [];
  const shown = stationId
    ? (named.data ?? known.find(({ id }) => id === stationId))
    : (known.find(({ id }) => id === tuned?.id) ?? known[0]);

  function play(station: Station): void {
    const given = station.id === stationId ? invitation : "";
    void live.play({ id: station.id, name: station.name, invitation: given });
    if (station.id !== stationId) go(`/live/${station.id}`);
    document.getElementById("content")?.scrollTo({ top: 0 });
  }

  return (
    <div className="live">
      <h1 className="unseen">Live</h1>
      {shown ? (
        <Stage live={live} station={shown} onPlay={() => play(shown)} />
      ) : (
        <Waiting error={named.error ?? stations.error} />
      )}
      {shown && tuned?.id === shown.id && (
        <>
          <Controls live={live} />
          <Keepsakes live={live} />
        </>
      )}
      {shown && (
        <Elsewhere
          key={shown.id}
          station={shown}
          invitation={shown.id === stationId ? invitation : ""}
        />
      )}
      {stations.data ? (
        <StationList
          stations={known}
          tunedId={tuned?.id}
          onPlay={play}
          onOpen={(station) => go(`/live/${station.id}`)}
          onGone={(gone) => {
            if (tuned?.id === gone) live.leave();
            if (stationId === gone) go("/live");
          }}
        />
      ) : (
        shown && <Waiting error={stations.error} />
      )}
    </div>
  );
}

/** The invitation in a shared link: behind the #, so that it is sent to no server by itself. */
function useInvitation(stationId: string | undefined): string {
  const [given, setGiven] = useState(() => ({ stationId, invitation: invitationHere() }));
  useEffect(() => {
    const renew = () => setGiven({ stationId, invitation: invitationHere() });
    if (given.stationId !== stationId) renew();
    window.addEventListener("hashchange", renew);
    return () => window.removeEventListener("hashchange", renew);
  }, [given, stationId]);
  return given.stationId === stationId ? given.invitation : "";
}

function invitationHere(): string {
  return window.location.hash.slice(1);
}
