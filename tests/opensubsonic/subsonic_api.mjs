// Calls every method of subsonic-api at a server, as an app that is built on it would.
//
// node subsonic_api.mjs '{"library": ..., "url": ..., "auth": ..., ...}' fails where a call fails,
// and prints how many methods it called.
import assert from "node:assert/strict";

const about = JSON.parse(process.argv[2]);
const { SubsonicAPI } = await import(about.library);
const called = new Set();

// Notes what is called, and insists that it succeeds.
function noting(auth) {
  const api = new SubsonicAPI({ url: about.url, auth, post: about.post });
  return new Proxy(api, {
    get(_, name) {
      called.add(name);
      return async (given) => {
        const answer = await api[name](given);
        if (!(answer instanceof Response) && typeof answer === "object") {
          assert.equal(answer.status, "ok", `${name}: ${JSON.stringify(answer.error)}`);
        }
        return answer;
      };
    },
  });
}

async function refused(code, answering) {
  const response = await answering;
  const told = response instanceof Response ? (await response.json())["subsonic-response"] : response;
  assert.equal(told.status, "failed");
  assert.equal(told.error.code, code);
}

async function browse(api) {
  await api.ping();
  await api.getLicense();
  await api.getOpenSubsonicExtensions();
  const folders = (await api.getMusicFolders()).musicFolders.musicFolder;
  assert.equal(typeof folders[0].id, "number");
  await api.getIndexes();
  const listed = (await api.getArtists()).artists.index.flatMap((index) => index.artist);
  const artist = (await api.getArtist({ id: listed.find((each) => each.name === about.artist).id })).artist;
  const album = (await api.getAlbum({ id: artist.album[0].id })).album;
  assert(album.created instanceof Date && !Number.isNaN(album.created.getTime()));
  const song = (await api.getSong({ id: album.song[0].id })).song;
  assert.equal((await api.getMusicDirectory({ id: album.id })).directory.child[0].id, song.id);
  await api.getGenres();
  await api.getVideos();
  for (const method of ["getArtistInfo", "getArtistInfo2", "getSimilarSongs", "getSimilarSongs2"]) {
    await api[method]({ id: artist.id });
  }
  await api.getAlbumInfo({ id: album.id });
  await api.getAlbumInfo2({ id: album.id });
  await api.getTopSongs({ artist: about.artist });
  return { artist, album, song };
}

async function lookUp(api, { song }) {
  await api.getAlbumList({ type: "newest" });
  assert((await api.getAlbumList2({ type: "newest" })).albumList2.album.length > 0);
  assert((await api.getRandomSongs({ size: 5 })).randomSongs.song.length > 0);
  assert((await api.getSongsByGenre({ genre: about.genre })).songsByGenre.song.length > 0);
  await api.search2({ query: about.title });
  assert.equal((await api.search3({ query: about.title })).searchResult3.song[0].id, song.id);
  await api.getLyrics({ artist: about.artist, title: about.title });
  assert((await api.getLyricsBySongId({ id: song.id })).lyricsList.structuredLyrics.length > 0);
}

async function mark(api, { artist, album, song }) {
  await api.star({ id: song.id, albumId: album.id, artistId: artist.id });
  assert((await api.getStarred2()).starred2.song[0].starred instanceof Date);
  await api.getStarred();
  await api.unstar({ albumId: [album.id], artistId: [artist.id] });
  await api.setRating({ id: song.id, rating: 5 });
  await api.scrobble({ id: [song.id], time: 1700000000000 });
  await api.reportPlayback({ mediaId: song.id, mediaType: "song", positionMs: 0, state: "starting" });
  assert((await api.getNowPlaying()).nowPlaying.entry.length > 0);
}

async function keep(api, { song }) {
  const made = (await api.createPlaylist({ name: "from node", songId: [song.id, song.id] })).playlist;
  await api.updatePlaylist({ playlistId: made.id, comment: "c", public: true, songIndexToRemove: 0 });
  const read = (await api.getPlaylist({ id: made.id })).playlist;
  assert.deepEqual([read.comment, read.songCount, read.public], ["c", 1, true]);
  await api.getPlaylists();
  await api.deletePlaylist({ id: made.id });
  await api.createBookmark({ id: song.id, position: 1000 });
  assert.equal((await api.getBookmarks()).bookmarks.bookmark[0].entry.id, song.id);
  await api.deleteBookmark({ id: song.id });
  await api.savePlayQueue({ id: [song.id], current: song.id, position: 5 });
  assert.equal((await api.getPlayQueue()).playQueue.current, song.id);
  const share = (await api.createShare({ id: song.id, description: "d" })).shares.share[0];
  await api.updateShare({ id: share.id, description: "e" });
  await api.getShares();
  await api.deleteShare({ id: share.id });
}

async function hear(api, { album, song }) {
  const starts = async (answering) => Buffer.from(await (await answering).arrayBuffer()).toString("latin1", 0, 4);
  assert.equal(await starts(api.stream({ id: song.id, format: "raw" })), "fLaC");
  assert.equal(await starts(api.download({ id: song.id })), "fLaC");
  assert.equal(await starts(api.getCoverArt({ id: album.coverArt, size: 100 })), "\u00ff\u00d8\u00ff\u00e0");
  assert.equal(await starts(api.hls({ id: song.id })), "#EXT");
}

async function runTheServer(boss) {
  await boss.createUser({ username: about.newcomer, password: "correct horse", email: "n@example.org" });
  await boss.updateUser({ username: about.newcomer, email: "m@example.org" });
  assert.equal((await boss.getUser({ username: about.newcomer })).user.email, "m@example.org");
  await boss.getUsers();
  await boss.deleteUser({ username: about.newcomer });
  await boss.startScan();
  assert.equal(typeof (await boss.getScanStatus()).scanStatus.scanning, "boolean");
  await boss.createInternetRadioStation({ streamUrl: "https://radio.example/a.mp3", name: about.newcomer });
  const stations = (await boss.getInternetRadioStations()).internetRadioStations.internetRadioStation;
  const { id } = stations.find((each) => each.name === about.newcomer);
  await boss.updateInternetRadioStation({ id, streamUrl: "https://radio.example/b.mp3", name: about.newcomer });
  await boss.deleteInternetRadioStation({ id });
  await boss.createPodcastChannel({ url: about.feed });
  await boss.refreshPodcasts();
  const channels = (await boss.getPodcasts()).podcasts.channel;
  await boss.getNewestPodcasts();
  await boss.deletePodcastChannel({ id: channels.find((each) => each.url === about.feed).id });
}

async function miss(api) {
  const bare = new SubsonicAPI({ url: about.url, auth: about.auth, post: about.post });
  const gone = {
    addChatMessage: [50, { message: "hello" }],
    jukeboxControl: [50, { action: "status" }],
    getAvatar: [70, { username: about.auth.username ?? "somebody" }],
    getCaptions: [70, { id: "1" }],
    getVideoInfo: [70, { id: "1" }],
    getPodcastEpisode: [70, { id: "pe-gone" }],
    deletePodcastEpisode: [50, { id: "pe-gone" }],
    downloadPodcastEpisode: [50, { id: "pe-gone" }],
  };
  for (const [method, [code, given]] of Object.entries(gone)) {
    called.add(method);
    await refused(code, bare[method](given));
  }
  await api.getChatMessages();
}

const api = noting(about.auth);
const things = await browse(api);
await mark(api, things);
await lookUp(api, things);
await keep(api, things);
await hear(api, things);
await runTheServer(noting(about.operator));
await miss(api);
assert.equal((await (await api.custom("ping.view")).json())["subsonic-response"].status, "ok");
await api.customJSON("ping.view");
if (about.auth.password) await api.changePassword({ username: about.auth.username, password: about.auth.password });

// navidromeSession speaks to another server's own API.
const methods = Object.getOwnPropertyNames(SubsonicAPI.prototype).filter(
  (name) => !["constructor", "baseURL", "navidromeSession"].includes(name),
);
const left = methods.filter((name) => !called.has(name) && (name !== "changePassword" || about.auth.password));
assert.deepEqual(left, []);
console.log(methods.length);
