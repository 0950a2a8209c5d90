import {
  Disc3,
  House,
  Library,
  ListMusic,
  LogOut,
  Mic2,
  Plus,
  Radio,
  Search,
  Settings,
} from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Link, Route, Switch, useLocation, useSearchParams } from "wouter";
import { AlbumPage } from "./library/AlbumPage";
import { ArtistPage } from "./library/ArtistPage";
import { HomePage } from "./library/HomePage";
import { AlbumsPage, ArtistsPage, TracksPage } from "./library/Lists";
import { SearchPage } from "./library/SearchPage";
import { LiveProvider, useIsTuned } from "./live/LiveProvider";
import { PlayerBar } from "./player/PlayerBar";
import { PlayerProvider } from "./player/PlayerProvider";
import { QualityChooser } from "./player/QualityChooser";
import { QueuePanel } from "./player/QueuePanel";
import { PlaylistPage } from "./playlists/PlaylistPage";
import { PlaylistsPage } from "./playlists/PlaylistsPage";
import { useSession } from "./session/SessionGate";
import { Waiting } from "./ui/Waiting";
import { AddPage } from "./uploads/AddPage";
import { UploadsProvider } from "./uploads/UploadsProvider";

const LivePage = lazy(() => import("./live/LivePage"));
const SettingsPage = lazy(() => import("./settings/SettingsPage"));
const LiveBar = lazy(() => import("./live/LiveBar"));

export function App() {
  const [queueOpen, setQueueOpen] = useState(false);
  return (
    <PlayerProvider>
      <LiveProvider>
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
            <Bar queueOpen={queueOpen} onQueue={() => setQueueOpen(!queueOpen)} />
          </div>
        </UploadsProvider>
      </LiveProvider>
    </PlayerProvider>
  );
}

/** What is on: a station, or a track. */
function Bar(queue: { queueOpen: boolean; onQueue: () => void }) {
  const tracks = <PlayerBar {...queue} />;
  return useIsTuned() ? <Suspense fallback={tracks}>{<LiveBar />}</Suspense> : tracks;
}

function Sidebar() {
  const { user, signOut } = useSession();
  return (
    <nav className="side" aria-label="Main">
      <Place to="/" icon={<House />} name="Home" />
      <Place to="/albums" icon={<Disc3 />} name="Albums" />
      <Place to="/artists" icon={<Mic2 />} name="Artists" />
      <Place to="/tracks" icon={<ListMusic />} name="Tracks" />
      <Place to="/playlists" icon={<Library />} name="Playlists" />
      <Place to="/live" icon={<Radio />} name="Live" />
      <Place to="/add" icon={<Plus />} name="Add music" />
      <div className="who">
        <QualityChooser />
        <span className="hush">{user.display_name}</span>
        <Link to="/settings" className="icon" aria-label="Settings" title="Settings">
          <Settings />
        </Link>
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
    <Link href={to} aria-current={isAt(location, to) ? "page" : undefined}>
      {icon}
      <span>{name}</span>
    </Link>
  );
}

/** Whether a place is where one is, or what lies above it; home lies above everything. */
function isAt(location: string, place: string): boolean {
  return location === place || (place !== "/" && location.startsWith(`${place}/`));
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
      <Route path="/playlists" component={PlaylistsPage} />
      <Route path="/playlists/:id">{({ id }) => <PlaylistPage key={id} playlistId={id} />}</Route>
      <Route path="/live/:id?">
        {({ id }) => (
          <Suspense fallback={<Waiting error={null} />}>
            <LivePage stationId={id} />
          </Suspense>
        )}
      </Route>
      <Route path="/add" component={AddPage} />
      <Route path="/settings">
        <Suspense fallback={<Waiting error={null} />}>
          <SettingsPage />
        </Suspense>
      </Route>
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
