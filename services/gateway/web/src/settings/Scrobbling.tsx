import type { FormEvent } from "react";
import { Refusal } from "../ui/Refusal";
import { Waiting } from "../ui/Waiting";
import {
  type Scrobbler,
  useBeginLastFm,
  useConnectListenBrainz,
  useDisconnect,
  useFinishLastFm,
  useScrobblers,
} from "./queries";
import { NAMES, standing } from "./words";

/** Whom Tutti tells what one plays. */
export function Scrobbling() {
  const found = useScrobblers();
  return (
    <>
      <h2>Scrobbling</h2>
      <p className="hush">What you play is told to the services you connect.</p>
      {found.data ? (
        <ul className="items" aria-label="Services">
          {found.data.items.map((each) => (
            <Service key={each.scrobbler} service={each} />
          ))}
        </ul>
      ) : (
        <Waiting error={found.error} />
      )}
    </>
  );
}

const TONES: Record<Scrobbler["state"], string> = {
  unavailable: "busy",
  disconnected: "busy",
  begun: "ask",
  connected: "good",
  broken: "bad",
};

function Service({ service }: { service: Scrobbler }) {
  const known = service.state === "connected" || service.state === "broken";
  const byLink = service.scrobbler === "lastfm";
  return (
    <li data-tone={TONES[service.state]}>
      <div className="names">
        <strong>{NAMES[service.scrobbler]}</strong>
        <span className="hush">{standing(service)}</span>
      </div>
      {service.state !== "unavailable" &&
        service.state !== "connected" &&
        (byLink ? <LastFm begun={service.state === "begun"} /> : <ListenBrainz />)}
      {known && <Disconnect service={service} />}
    </li>
  );
}

function ListenBrainz() {
  const connect = useConnectListenBrainz();

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    connect.mutate(String(new FormData(event.currentTarget).get("token")).trim());
  }

  return (
    <form className="actions" onSubmit={submit}>
      <label>
        User token{" "}
        <input name="token" type="password" autoComplete="off" required maxLength={200} />
      </label>
      <button type="submit" className="primary" disabled={connect.isPending}>
        Connect
      </button>
      <a href="https://listenbrainz.org/settings/" target="_blank" rel="noreferrer">
        Where it is
      </a>
      <Refusal of={connect.error} />
    </form>
  );
}

function LastFm({ begun }: { begun: boolean }) {
  const begin = useBeginLastFm();
  const finish = useFinishLastFm();
  const address = begin.data?.url;
  return (
    <div className="actions">
      {address ? (
        <a href={address} target="_blank" rel="noreferrer">
          Allow it at Last.fm
        </a>
      ) : (
        <button type="button" disabled={begin.isPending} onClick={() => begin.mutate(undefined)}>
          {begun ? "Begin again" : "Connect"}
        </button>
      )}
      {(address || begun) && (
        <button
          type="button"
          className="primary"
          disabled={finish.isPending}
          onClick={() => finish.mutate(undefined)}
        >
          I have allowed it
        </button>
      )}
      <Refusal of={finish.error ?? begin.error} />
    </div>
  );
}

function Disconnect({ service }: { service: Scrobbler }) {
  const disconnect = useDisconnect();
  return (
    <div className="actions">
      <button
        type="button"
        disabled={disconnect.isPending}
        aria-label={`Disconnect ${NAMES[service.scrobbler]}`}
        onClick={() => disconnect.mutate(service.scrobbler)}
      >
        Disconnect
      </button>
      <Refusal of={disconnect.error} />
    </div>
  );
}
