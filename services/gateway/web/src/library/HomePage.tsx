import { Link } from "wouter";
import { useSession } from "../session/SessionGate";
import { Waiting } from "../ui/Waiting";
import { AlbumGrid } from "./AlbumGrid";
import { useAlbums, useLibraries, useRemoveLibrary } from "./queries";

const SHOWN = 12;

/** Where one arrives: what came last, and what was played last. */
export function HomePage() {
  const newest = useAlbums("newest");
  const recent = useAlbums("recent");
  const lately = newest.data?.pages[0]?.items;
  const played = recent.data?.pages[0]?.items.filter((album) => album.play_count > 0) ?? [];
  return (
    <>
      <DemoNote />
      {played.length > 0 && (
        <section>
          <h2>Played lately</h2>
          <AlbumGrid albums={played.slice(0, SHOWN)} />
        </section>
      )}
      <section>
        <h2>Last added</h2>
        {lately ? <AlbumGrid albums={lately.slice(0, SHOWN)} /> : <Waiting error={newest.error} />}
        {lately?.length === 0 && (
          <p className="hush">
            Your music goes here. <Link href="/add">Add some</Link>, or drop files on this page.
          </p>
        )}
      </section>
    </>
  );
}

/** Says that the demo library is there, and takes it away for who may. */
function DemoNote() {
  const { user } = useSession();
  const libraries = useLibraries();
  const remove = useRemoveLibrary();
  const demo = libraries.data?.items.find((library) => library.demo);
  if (!demo) return null;
  return (
    <p className="note">
      <span>
        <strong>{demo.name}</strong> holds a few pieces made for Tutti, so that there is something
        to hear.
      </span>
      {user.role === "operator" && (
        <button type="button" disabled={remove.isPending} onClick={() => remove.mutate(demo.id)}>
          Remove it
        </button>
      )}
      {remove.error && <span role="alert">{remove.error.message}</span>}
    </p>
  );
}
