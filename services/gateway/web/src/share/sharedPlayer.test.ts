import { expect, test } from "vitest";
import { endOf } from "./expiry";
import { SharedPlayer, type SharedTrack } from "./sharedPlayer";

/** As much of an audio element as is used, since jsdom plays nothing. */
class Speaker extends EventTarget {
  src = "";
  currentTime = 0;
  paused = true;
  play = async () => {
    this.paused = false;
    this.say("play");
  };
  pause = () => {
    this.paused = true;
    this.say("pause");
  };
  hasAttribute = () => this.src !== "";
  removeAttribute = () => {
    this.src = "";
  };
  say = (event: string) => this.dispatchEvent(new Event(event));
}

function tracks(age: string): SharedTrack[] {
  return ["one", "two"].map((title) => ({
    title,
    artist: "Ada",
    album: null,
    duration_ms: 60_000,
    stream_url: `/media/${title}?${age}`,
    download_url: null,
  }));
}

function opened() {
  const speaker = new Speaker();
  const renewals: string[] = [];
  const renew = async () => {
    renewals.push(speaker.src);
    return tracks("new");
  };
  const player = new SharedPlayer(renew, speaker as unknown as HTMLAudioElement);
  player.take(tracks("old"));
  return { player, speaker, renewals };
}

const settled = () => new Promise((later) => setTimeout(later));

test("one track follows the other, and after the last there is silence", () => {
  const { player, speaker } = opened();
  player.toggle();
  expect([speaker.src, player.state.get().playing]).toEqual(["/media/one?old", true]);
  speaker.say("ended");
  expect(speaker.src).toBe("/media/two?old");
  speaker.say("ended");
  expect(player.state.get()).toMatchObject({ place: 1, playing: false });
});

test("an address that has expired is renewed, and the track goes on where it was", async () => {
  const { player, speaker, renewals } = opened();
  player.play(1);
  speaker.currentTime = 31;
  speaker.say("timeupdate");
  speaker.say("error");
  await settled();
  expect([speaker.src, speaker.currentTime]).toEqual(["/media/two?new", 31]);
  expect(renewals).toEqual(["/media/two?old"]);

  speaker.say("error");
  await settled();
  expect(player.state.get()).toMatchObject({ playing: false, trouble: "This does not play." });
  expect(renewals).toHaveLength(1);
});

test("back is to the beginning first, and to the track before then", () => {
  const { player, speaker } = opened();
  player.play(1);
  speaker.currentTime = 10;
  player.previous();
  expect([player.state.get().place, speaker.currentTime]).toEqual([1, 0]);
  player.previous();
  expect(player.state.get().place).toBe(0);
});

test("a link ends after as many days, or never", () => {
  expect(endOf(0, 0)).toBeNull();
  expect(endOf(7, 0)).toBe("1970-01-08T00:00:00.000Z");
});
