import { type FormEvent, useState } from "react";
import { CopyField } from "../ui/CopyField";
import { Refusal } from "../ui/Refusal";
import { Sheet } from "../ui/Sheet";
import { endOf, STANDS_DAYS } from "./expiry";
import { linkTo, type Things, useMakeShare } from "./queries";

/** Makes a link to music, and shows it. */
export function ShareSheet({
  title,
  things,
  onClose,
}: {
  title: string;
  things: Things;
  onClose: () => void;
}) {
  const make = useMakeShare();
  const [days, setDays] = useState("0");

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    make.mutate({
      ...things,
      description: String(form.get("description")).trim(),
      expires_at: endOf(Number(days), Date.now()),
      downloadable: form.get("downloadable") !== null,
    });
  }

  if (make.data) {
    return (
      <Sheet title={`“${title}” is shared`} onClose={onClose}>
        <p className="hush">Whoever has this link can listen, without an account.</p>
        <CopyField name="Link" value={linkTo(make.data)} />
        <p className="hush">Your links, and a way to end them, are in the settings.</p>
      </Sheet>
    );
  }
  return (
    <Sheet title={`Share “${title}”`} onClose={onClose}>
      <form onSubmit={submit}>
        <label className="choice">
          <span className="hush">What you want to say about it</span>
          <textarea name="description" rows={3} maxLength={1000} />
        </label>
        <label className="choice">
          <span className="hush">The link ends</span>
          <select value={days} onChange={(event) => setDays(event.currentTarget.value)}>
            {Object.entries(STANDS_DAYS).map(([value, words]) => (
              <option key={value} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label className="tick">
          <input type="checkbox" name="downloadable" /> Original files may be downloaded
        </label>
        <Refusal of={make.error} />
        <div className="actions">
          <button type="submit" className="primary" disabled={make.isPending}>
            Make the link
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Sheet>
  );
}
