import { Pause, Play, Share2, Users } from "lucide-react";
import { useEffect, useState } from "react";
import { count } from "../ui/format";
import { type LivePlayer, WORDS } from "./livePlayer";
import { keyName, signs } from "./musicalNames";
import type { Station } from "./queries";
import { useLiveState } from "./useLive";
import { useSaid } from "./useSaid";
import { Visualiser } from "./Visualiser";

const LOOK_EVERY_MS = 200;

/** The station to look at, and the button that makes it sound. */
export function Stage({
  live,
  station,
  onPlay,
}: {
  live: LivePlayer;
  station: Station;
  onPlay: () => void;
}) {
  const isOn = useLiveState(live, (state) => state.station?.id === station.id);
  const status = useLiveState(live, (state) => (isOn ? state.status : "silent"));
  const trouble = useLiveState(live, (state) => (isOn ? state.trouble : ""));
  const sounds = status !== "silent";
  return (
    <section className="stage" aria-label={station.name}>
      <Visualiser live={live} style={station.begins_with.style} />
      <div className="caption">
        <button
          type="button"
          className={`icon play${status === "playing" || !sounds ? "" : " waiting"}`}
          aria-label={sounds ? `Pause ${station.name}` : `Play ${station.name}`}
          onClick={() => (sounds ? live.pause() : onPlay())}
        >
          {sounds ? <Pause /> : <Play />}
        </button>
        <div className="names">
          <strong>{station.name}</strong>
          <span role="status">{trouble || WORDS[status] || station.description}</span>
        </div>
        {sounds && <Now live={live} />}
        <div className="aside">
          {sounds && <Present live={live} />}
          <ShareButton station={station} />
        </div>
      </div>
    </section>
  );
}

/** The chord, and the key it stands in. */
function Now({ live }: { live: LivePlayer }) {
  const parameters = useLiveState(live, (state) => state.parameters);
  const [chord, setChord] = useState("");
  useEffect(() => {
    const look = () => {
      const { position } = live;
      setChord((position !== undefined && live.score.barAt(position)?.chord) || "");
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [live]);
  return (
    <div className="chord">
      <strong>{signs(chord) || "\u00a0"}</strong>
      {parameters && <span>{keyName(parameters.tonic, parameters.mode)}</span>}
    </div>
  );
}

function Present({ live }: { live: LivePlayer }) {
  const listeners = useLiveState(live, (state) => state.listeners);
  const people = useLiveState(live, (state) => state.people);
  if (!listeners) return null;
  return (
    <span className="present" title={people.join(", ")}>
      <Users aria-hidden="true" />
      <span>
        {count(listeners, "listener")}
        {people.length > 1 && <span className="unseen">: {people.join(", ")}</span>}
      </span>
    </span>
  );
}

function ShareButton({ station }: { station: Station }) {
  const [said, say] = useSaid();

  async function share(): Promise<void> {
    const given = station.audience === "invited" ? station.invitation : "";
    const url = `${window.location.origin}/live/${station.id}${given ? `#${given}` : ""}`;
    try {
      if (navigator.share) await navigator.share({ title: station.name, url });
      else {
        await navigator.clipboard.writeText(url);
        say("The link is copied.");
      }
    } catch (error) {
      if ((error as DOMException).name !== "AbortError") say(url);
    }
  }

  return (
    <>
      <span className="said" role="status">
        {said}
      </span>
      <button type="button" className="icon" aria-label={`Share ${station.name}`} onClick={share}>
        <Share2 />
      </button>
    </>
  );
}
