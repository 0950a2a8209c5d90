import { expect, test } from "vitest";
import type { HistoryImport, Scrobbler } from "./queries";
import { progress, standing, title } from "./words";

const SCROBBLER: Scrobbler = {
  scrobbler: "lastfm",
  state: "connected",
  account_name: "ada",
  waiting_count: 0,
  sent_count: 1,
  refused_count: 0,
  last_sent_at: null,
  problem: null,
  last_refusal: null,
};
const IMPORT: HistoryImport = {
  id: "1",
  source: "spotify",
  state: "done",
  name: "endsong_0.json",
  read_count: 9,
  added_count: 5,
  known_count: 1,
  unmatched_count: 2,
  left_out_count: 1,
  created_at: "2026-01-01T00:00:00Z",
  ended_at: null,
  problem: null,
};

test("a service says how it stands", () => {
  expect(standing(SCROBBLER)).toBe("Connected as ada. 1 play sent.");
  expect(standing({ ...SCROBBLER, waiting_count: 2, problem: "it answered with 503" })).toBe(
    "Connected as ada. 1 play sent. 2 plays wait. Trying again: it answered with 503.",
  );
  expect(
    standing({ ...SCROBBLER, state: "broken", problem: "Connect again.", waiting_count: 1 }),
  ).toBe("Connect again. 1 play waits.");
  expect(standing({ ...SCROBBLER, refused_count: 1, last_refusal: "too old" })).toContain(
    "1 not wanted: too old.",
  );
});

test("an import says what came of it", () => {
  expect(title(IMPORT)).toBe("Spotify: endsong_0.json");
  expect(title({ ...IMPORT, source: "unmatched", name: null })).toBe("Listens without a track");
  expect(progress(IMPORT)).toBe(
    "5 plays added, 1 known already, 2 of music that is not here, 1 too short or no music",
  );
  expect(progress({ ...IMPORT, state: "running" })).toBe("9 listens read");
  expect(progress({ ...IMPORT, state: "waiting", read_count: 0, problem: "no answer" })).toBe(
    "Waiting for its turn, trying again: no answer",
  );
  expect(progress({ ...IMPORT, state: "failed", problem: "this zip is damaged" })).toBe(
    "this zip is damaged",
  );
});
