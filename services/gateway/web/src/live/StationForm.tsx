import { type FormEvent, useEffect, useRef, useState } from "react";
import { Choice, StyleChoice } from "./Controls";
import {
  type Audience,
  type Station,
  type SteeringRule,
  useCreateStation,
  useEditStation,
} from "./queries";

const AUDIENCES: Record<Audience, string> = {
  invited: "Who has the link",
  members: "Everyone with an account",
  public: "Anyone, where the server allows it",
};
const STEERING: Record<SteeringRule, string> = {
  owner: "Only me",
  listeners: "Everyone who listens",
};

interface Draft {
  readonly name: string;
  readonly description: string;
  readonly audience: Audience;
  readonly steering: SteeringRule;
  readonly style: string;
}

const NEW: Draft = {
  name: "",
  description: "",
  audience: "invited",
  steering: "listeners",
  style: "drift",
};

/** Makes a station, or changes one. */
export function StationForm({
  station,
  onDone,
}: {
  station: Station | undefined;
  onDone: (saved?: Station) => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [draft, setDraft] = useState<Draft>(
    station ? { ...station, style: station.begins_with.style } : NEW,
  );
  const create = useCreateStation();
  const edit = useEditStation(station?.id ?? "");
  const saving = station ? edit : create;

  useEffect(() => dialog.current?.showModal(), []);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const { name, description, audience, steering, style } = draft;
    const asked = { name, description, audience, steering };
    const told = { onSuccess: (saved: Station) => onDone(saved) };
    if (station) edit.mutate(asked, told);
    else create.mutate({ ...asked, begins_with: { style } }, told);
  }

  return (
    <dialog ref={dialog} className="sheet" aria-labelledby="station-form" onClose={() => onDone()}>
      <form onSubmit={submit}>
        <h2 id="station-form">{station ? `Change ${station.name}` : "A station of your own"}</h2>
        <label className="choice">
          <span className="hush">Name</span>
          <input
            required
            maxLength={100}
            value={draft.name}
            onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
          />
        </label>
        <label className="choice">
          <span className="hush">What it is for</span>
          <input
            maxLength={500}
            value={draft.description}
            onChange={(event) => setDraft({ ...draft, description: event.currentTarget.value })}
          />
        </label>
        {!station && (
          <StyleChoice value={draft.style} onChoose={(style) => setDraft({ ...draft, style })} />
        )}
        <Choice
          name="Who may listen"
          value={draft.audience}
          onChoose={(audience) => setDraft({ ...draft, audience: audience as Audience })}
        >
          <Options of={AUDIENCES} />
        </Choice>
        <Choice
          name="Who may steer"
          value={draft.steering}
          onChoose={(steering) => setDraft({ ...draft, steering: steering as SteeringRule })}
        >
          <Options of={STEERING} />
        </Choice>
        {saving.error && <p role="alert">{saving.error.message}</p>}
        <div className="actions">
          <button type="submit" className="primary" disabled={saving.isPending}>
            {station ? "Save" : "Make it"}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Cancel
          </button>
          {station && (
            <button
              type="button"
              className="link"
              disabled={edit.isPending}
              onClick={() =>
                edit.mutate({ renew_invitation: true }, { onSuccess: (saved) => onDone(saved) })
              }
            >
              Make a new link; the old one ends
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}

function Options({ of }: { of: Readonly<Record<string, string>> }) {
  return Object.entries(of).map(([value, words]) => (
    <option key={value} value={value}>
      {words}
    </option>
  ));
}
