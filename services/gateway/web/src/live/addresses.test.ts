import { expect, test } from "vitest";
import { addressesOf } from "./addresses";

const HERE = "https://music.example";
const station = { id: "attic", audience: "invited", invitation: null } as const;

test("addresses are whole, one for each form", () => {
  const { addresses } = addressesOf({ ...station, audience: "public" }, "", HERE);
  expect(addresses.map(({ address }) => address)).toEqual(
    ["listen.mp3", "listen.opus", "listen.aac", "listen.flac", "hls/index.m3u8"].map(
      (end) => `https://music.example/api/v1/live/stations/attic/${end}`,
    ),
  );
});

test("who may invite, or came by an invitation, gives it to the app", () => {
  const own = addressesOf({ ...station, invitation: "open sesame" }, "", HERE);
  expect(own.addresses[0]?.address).toMatch(/listen\.mp3\?invitation=open\+sesame$/);
  const brought = addressesOf(station, "abc", HERE);
  expect(brought.addresses.at(-1)?.address).toMatch(/index\.m3u8\?invitation=abc$/);
  expect(brought.admits).toContain("Whoever has one");
});

test("a public station needs no invitation, and hands none out", () => {
  const { addresses } = addressesOf(
    { ...station, audience: "public", invitation: "abc" },
    "abc",
    HERE,
  );
  expect(addresses.some(({ address }) => address.includes("abc"))).toBe(false);
});

test("a station for members that one may not invite to asks for a key", () => {
  const { addresses, admits } = addressesOf({ ...station, audience: "members" }, "", HERE);
  expect(addresses[0]?.address).not.toContain("?");
  expect(admits).toContain("API key");
});
