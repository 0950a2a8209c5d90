import { ListMusic, Plus } from "lucide-react";
import type { FormEvent } from "react";
import { useSession } from "../session/SessionGate";
import { More } from "../ui/More";
import { Refusal } from "../ui/Refusal";
import { Sheet } from "../ui/Sheet";
import { Waiting } from "../ui/Waiting";
import { mayEdit, useAddTracks, useCreatePlaylist, usePlaylists } from "./queries";

/** Adds tracks to a playlist one may change, or to a new one. */
export function AddToPlaylist({
  title,
  trackIds,
  onClose,
}: {
  title: string;
  trackIds: string[];
  onClose: () => void;
}) {
  const { user } = useSession();
  const playlists = usePlaylists();
  const add = useAddTracks();
  const create = useCreatePlaylist();
  const mine = playlists.data?.pages
    .flatMap((page) => page.items)
    .filter((each) => !each.rule && mayEdit(each, user));

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const name = String(new FormData(event.currentTarget).get("name")).trim();
    create.mutate({ name, track_ids: trackIds }, { onSuccess: onClose });
  }

  return (
    <Sheet title={`Add “${title}” to`} onClose={onClose}>
      {!mine && <Waiting error={playlists.error} />}
      <ul className="menu" aria-label="Playlists">
        {mine?.map(({ id, name }) => (
          <li key={id}>
            <button
              type="button"
              disabled={add.isPending}
              onClick={() => add.mutate({ playlist_id: id, add: trackIds }, { onSuccess: onClose })}
            >
              <ListMusic /> {name}
            </button>
          </li>
        ))}
      </ul>
      <More has={playlists.hasNextPage} read={playlists.fetchNextPage} />
      <form className="made-by-name actions" onSubmit={submit}>
        <label>
          <span className="hush">A new playlist</span>
          <input name="name" required maxLength={200} pattern=".*\S.*" autoComplete="off" />
        </label>
        <button type="submit" disabled={create.isPending}>
          <Plus /> Make it
        </button>
      </form>
      <Refusal of={add.error ?? create.error} />
    </Sheet>
  );
}
