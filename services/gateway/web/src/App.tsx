import { Disc3, House, ListMusic, LogOut, Mic2, Plus, Search } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link, Route, Switch, useLocation, useSearchParams } from "wouter";
import { AlbumPage } from "./library/AlbumPage";
import { ArtistPage } from "./library/ArtistPage";
import { HomePage } from "./library/HomePage";
import { AlbumsPage, ArtistsPage, TracksPage } from "./library/Lists";
import { SearchPage } from "./library/SearchPage";
import { PlayerBar } from "./player/PlayerBar";
import { PlayerProvider } from "./player/PlayerProvider";
import { QualityChooser } from "./player/QualityChooser";
import { QueuePanel } from "./player/QueuePanel";
import { useSession } from "./session/SessionGate";
import { AddPage } from "./uploads/AddPage";
import { UploadsProvider } from "./uploads/UploadsProvider";

export function App() {
  const [queueOpen, setQueueOpen] = useState(false);
  return (
    <PlayerProvider>
      <UploadsProvider>
        <div className="app">
          <a className="skip" href="#content">
            To the content
          </a>
          <Sidebar />
          <main id="content" tabIndex={-1}>
            <SearchField />
            <Pages />
          </main>
          {queueOpen && <QueuePanel />}
          <PlayerBar queueOpen={queueOpen} onQueue={() => setQueueOpen(!queueOpen)} />
        </div>
      </UploadsProvider>
    </PlayerProvider>
  );
}

function Sidebar() {
  const { user, signOut } = useSession();
  return (
    <nav className="side" aria-label="Main">
      <Place to="/" icon={<House />} name="Home" />
      <Place to="/albums" icon={<Disc3 />} name="Albums" />
      <Place to="/artists" icon={<Mic2 />} name="Artists" />
      <Place to="/tracks" icon={<ListMusic />} name="Tracks" />
      <Place to="/add" icon={<Plus />} name="Add music" />
      <div className="who">
        <QualityChooser />
        <span className="hush">{user.display_name}</span>
        <button
          type="button"
          className="icon"
          aria-label="Sign out"
          title="Sign out"
          onClick={signOut}
        >
          <LogOut />
        </button>
      </div>
    </nav>
  );
}

function Place({ to, icon, name }: { to: string; icon: ReactNode; name: string }) {
  const [location] = useLocation();
  return (
    <Link href={to} aria-current={location === to ? "page" : undefined}>
      {icon}
      <span>{name}</span>
    </Link>
  );
}

function SearchField() {
  const [location, go] = useLocation();
  const [search] = useSearchParams();
  const words = location === "/search" ? (search.get("q") ?? "") : "";

  function searchFor(next: string) {
    if (!next) go("/");
    else go(`/search?q=${encodeURIComponent(next)}`, { replace: location === "/search" });
  }

  return (
    <search className="search">
      <Search aria-hidden="true" />
      <input
        type="search"
        placeholder="Search artists, albums, tracks"
        aria-label="Search"
        maxLength={200}
        value={words}
        onChange={(event) => searchFor(event.currentTarget.value)}
      />
    </search>
  );
}

function Pages() {
  const [search] = useSearchParams();
  return (
    <Switch>
      <Route path="/" component={HomePage} />
      <Route path="/albums" component={AlbumsPage} />
      <Route path="/albums/:id">{({ id }) => <AlbumPage key={id} albumId={id} />}</Route>
      <Route path="/artists" component={ArtistsPage} />
      <Route path="/artists/:id">{({ id }) => <ArtistPage key={id} artistId={id} />}</Route>
      <Route path="/tracks" component={TracksPage} />
      <Route path="/add" component={AddPage} />
      <Route path="/search">
        <SearchPage words={search.get("q") ?? ""} />
      </Route>
      <Route>
        <p>
          There is nothing at this address. <Link href="/">Go home</Link>
        </p>
      </Route>
    </Switch>
  );
}
