-- Playlists, manual and smart.
CREATE TABLE playlists (
    id         text PRIMARY KEY DEFAULT new_id(),
    owner_id   text NOT NULL REFERENCES users ON DELETE CASCADE,
    name       text NOT NULL,
    name_key   text COLLATE "C" NOT NULL,     -- folded by domain/names.py
    comment    text NOT NULL,
    public     boolean NOT NULL,
    rule       jsonb,                         -- domain Rule; NULL when manual
    version    bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX playlists_by_owner ON playlists (owner_id);
CREATE INDEX playlists_by_name ON playlists (name_key, id);

CREATE TABLE playlist_editors (
    playlist_id text NOT NULL REFERENCES playlists ON DELETE CASCADE,
    user_id     text NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (playlist_id, user_id)
);
CREATE INDEX playlist_editors_by_user ON playlist_editors (user_id);

-- Written only by who holds the row of the playlist; a removed track leaves a gap in the places.
CREATE TABLE playlist_entries (
    id          text PRIMARY KEY DEFAULT new_id(),
    playlist_id text NOT NULL REFERENCES playlists ON DELETE CASCADE,
    place       integer NOT NULL,
    track_id    text NOT NULL REFERENCES tracks ON DELETE CASCADE
);
CREATE INDEX playlist_entries_in_order ON playlist_entries (playlist_id, place, id);
CREATE INDEX playlist_entries_by_track ON playlist_entries (track_id);

-- Every listening, once by the id the app chose for it.
CREATE TABLE plays (
    id                text NOT NULL,
    user_id           text NOT NULL REFERENCES users ON DELETE CASCADE,
    track_id          text NOT NULL REFERENCES tracks ON DELETE CASCADE,
    started_at        timestamptz NOT NULL,
    played_ms         bigint NOT NULL,
    ended             text NOT NULL CHECK (ended IN ('unknown', 'completed', 'skipped', 'stopped')),
    counted           boolean NOT NULL,       -- whether it is one of track_plays
    client            text NOT NULL,
    session_id        text NOT NULL,
    previous_track_id text NOT NULL,
    PRIMARY KEY (user_id, id)
);
CREATE INDEX plays_by_time ON plays (user_id, started_at, id);
CREATE INDEX plays_by_track ON plays (track_id, started_at);

CREATE TABLE queues (
    user_id       text PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    track_ids     text[] NOT NULL,
    current_index integer NOT NULL,
    position_ms   bigint NOT NULL,
    changed_by    text NOT NULL,
    changed_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    version       bigint NOT NULL
);

CREATE TABLE bookmarks (
    user_id     text NOT NULL REFERENCES users ON DELETE CASCADE,
    track_id    text NOT NULL REFERENCES tracks ON DELETE CASCADE,
    position_ms bigint NOT NULL,
    comment     text NOT NULL,
    changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, track_id)
);
CREATE INDEX bookmarks_by_track ON bookmarks (track_id);
