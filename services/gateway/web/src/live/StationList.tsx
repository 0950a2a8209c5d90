import { Pencil, Play, Plus, Trash2 } from "lucide-react";
import { type CSSProperties, useState } from "react";
import { Link } from "wouter";
import { useSession } from "../session/SessionGate";
import { hueOf } from "./musicalNames";
import { type Station, useDeleteStation } from "./queries";
import { StationForm } from "./StationForm";

/** All stations there are to hear: the house's, one's own, and those of others. */
export function StationList({
  stations,
  tunedId,
  onPlay,
  onOpen,
  onGone,
}: {
  stations: readonly Station[];
  /** The station that is on. */
  tunedId: string | undefined;
  onPlay: (station: Station) => void;
  onOpen: (station: Station) => void;
  onGone: (stationId: string) => void;
}) {
  const { user } = useSession();
  const [form, setForm] = useState<{ station: Station | undefined }>();
  const removing = useDeleteStation();
  const mine = stations.filter((station) => station.owner_id === user.id);
  const house = stations.filter((station) => !station.owner_id);
  const others = stations.filter((station) => station.owner_id && station.owner_id !== user.id);

  function remove(station: Station): void {
    const sure = `Delete ${station.name}? Everyone who listens will hear it end.`;
    if (window.confirm(sure)) removing.mutate(station.id, { onSuccess: () => onGone(station.id) });
  }

  const group = (name: string, some: readonly Station[]) =>
    some.length > 0 && (
      <section aria-label={name}>
        <h2>{name}</h2>
        <ul className="stations">
          {some.map((station) => (
            <StationCard
              key={station.id}
              station={station}
              isOn={station.id === tunedId}
              onPlay={() => onPlay(station)}
              onEdit={() => setForm({ station })}
              onDelete={() => remove(station)}
            />
          ))}
        </ul>
      </section>
    );

  return (
    <>
      {group("Stations", house)}
      {group("Yours", mine)}
      {group("From others", others)}
      {removing.error && <p role="alert">{removing.error.message}</p>}
      <p className="actions">
        <button type="button" onClick={() => setForm({ station: undefined })}>
          <Plus />
          Make a station
        </button>
      </p>
      {form && (
        <StationForm
          station={form.station}
          onDone={(saved) => {
            setForm(undefined);
            if (saved && !form.station) onOpen(saved);
          }}
        />
      )}
    </>
  );
}

function StationCard({
  station,
  isOn,
  onPlay,
  onEdit,
  onDelete,
}: {
  station: Station;
  isOn: boolean;
  onPlay: () => void;
  onEdit: () => void;
  onDelete: () => void;
}) {
  const { name, description, owner_name, may_edit } = station;
  return (
    <li
      aria-current={isOn || undefined}
      style={{ "--hue": hueOf(station.begins_with.style) } as CSSProperties}
    >
      <button type="button" className="icon play" aria-label={`Play ${name}`} onClick={onPlay}>
        <Play />
      </button>
      <span className="names">
        <strong>
          <Link href={`/live/${station.id}`}>{name}</Link>
        </strong>
        <span>{description || (owner_name && `by ${owner_name}`)}</span>
      </span>
      {may_edit && (
        <span className="buttons">
          <button type="button" className="icon" aria-label={`Change ${name}`} onClick={onEdit}>
            <Pencil />
          </button>
          <button type="button" className="icon" aria-label={`Delete ${name}`} onClick={onDelete}>
            <Trash2 />
          </button>
        </span>
      )}
    </li>
  );
}
