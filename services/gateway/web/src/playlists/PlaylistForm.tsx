import { type FormEvent, useState } from "react";
import { useSession } from "../session/SessionGate";
import { Refusal } from "../ui/Refusal";
import { Sheet } from "../ui/Sheet";
import {
  mayOwn,
  type Playlist,
  type Rule,
  useCreatePlaylist,
  useEditPlaylist,
  useUsers,
} from "./queries";
import { FIRST_RULE, isWhole, RuleEditor } from "./RuleEditor";

/** Makes a playlist, of tracks or by rule, or changes one. */
export function PlaylistForm({
  playlist,
  smart = false,
  onDone,
}: {
  playlist?: Playlist;
  smart?: boolean;
  onDone: (saved?: Playlist) => void;
}) {
  const { user } = useSession();
  const [name, setName] = useState(playlist?.name ?? "");
  const [comment, setComment] = useState(playlist?.comment ?? "");
  const [isPublic, setPublic] = useState(playlist?.public ?? false);
  const [editorIds, setEditorIds] = useState(playlist?.editor_ids ?? []);
  const [rule, setRule] = useState<Rule | null>(playlist?.rule ?? (smart ? FIRST_RULE : null));
  const create = useCreatePlaylist();
  const edit = useEditPlaylist(playlist?.id ?? "");
  const saving = playlist ? edit : create;
  const owns = !playlist || mayOwn(playlist, user);

  function submit(event: FormEvent): void {
    event.preventDefault();
    const told = { onSuccess: (saved: Playlist) => onDone(saved) };
    const asked = { name: name.trim(), comment, ...(rule && { rule }) };
    // What is left out stays as it is: who sees and edits a list is its owner's matter.
    const whose = owns ? { public: isPublic, editor_ids: editorIds } : {};
    if (playlist) edit.mutate({ ...asked, ...whose }, told);
    else create.mutate({ ...asked, public: isPublic }, told);
  }

  const title = playlist ? `Change ${playlist.name}` : rule ? "A smart playlist" : "A playlist";
  return (
    <Sheet title={title} onClose={() => onDone()}>
      <form onSubmit={submit}>
        <label className="choice">
          <span className="hush">Name</span>
          <input
            required
            maxLength={200}
            pattern=".*\S.*"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label className="choice">
          <span className="hush">Comment</span>
          <textarea
            rows={2}
            maxLength={10_000}
            value={comment}
            onChange={(event) => setComment(event.currentTarget.value)}
          />
        </label>
        {rule && <RuleEditor rule={rule} onChange={setRule} />}
        {owns && (
          <label className="tick">
            <input
              type="checkbox"
              checked={isPublic}
              onChange={(event) => setPublic(event.currentTarget.checked)}
            />{" "}
            Everyone on this server sees it
          </label>
        )}
        {playlist && owns && !rule && (
          <Editors playlist={playlist} chosen={editorIds} onChoose={setEditorIds} />
        )}
        <Refusal of={saving.error} />
        <div className="actions">
          <button
            type="submit"
            className="primary"
            disabled={saving.isPending || (rule !== null && !isWhole(rule))}
          >
            {playlist ? "Save" : "Make it"}
          </button>
          <button type="button" onClick={() => onDone()}>
            Cancel
          </button>
        </div>
      </form>
    </Sheet>
  );
}

/** Who else may change it. Only operators see who there is; others can end what was allowed. */
function Editors({
  playlist,
  chosen,
  onChoose,
}: {
  playlist: Playlist;
  chosen: string[];
  onChoose: (userIds: string[]) => void;
}) {
  const { user } = useSession();
  const isOperator = user.role === "operator";
  const users = useUsers(isOperator);
  if (!isOperator && !playlist.editor_ids.length) return null;
  if (!isOperator)
    return (
      <label className="tick">
        <input
          type="checkbox"
          checked={chosen.length > 0}
          onChange={(event) => onChoose(event.currentTarget.checked ? playlist.editor_ids : [])}
        />{" "}
        Others may change it
      </label>
    );
  const others = users.data?.filter(({ id }) => id !== playlist.owner_id) ?? [];
  if (!others.length) return null;
  return (
    <fieldset className="editors">
      <legend className="hush">Who else may change it</legend>
      {others.map(({ id, display_name }) => (
        <label key={id} className="tick">
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={(event) =>
              onChoose(
                event.currentTarget.checked
                  ? [...chosen, id]
                  : chosen.filter((each) => each !== id),
              )
            }
          />{" "}
          {display_name}
        </label>
      ))}
    </fieldset>
  );
}
