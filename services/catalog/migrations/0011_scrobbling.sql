-- Services that people tell what they play, one row for each that somebody connected.
CREATE TABLE scrobblers (
    id           text PRIMARY KEY DEFAULT new_id(),
    user_id      text NOT NULL REFERENCES users ON DELETE CASCADE,
    service      text NOT NULL CHECK (service IN ('listenbrainz', 'lastfm')),
    account_name text NOT NULL DEFAULT '',
    sealed       bytea,                       -- what proves who the user is there; NULL until connected
    begun_sealed bytea,                       -- what the user is to allow there
    broken       boolean NOT NULL DEFAULT false, -- it refuses the proof: nothing is sent
    problem      text NOT NULL DEFAULT '',
    failures     integer NOT NULL DEFAULT 0,  -- in a row
    at_once      integer NOT NULL DEFAULT 1,  -- how many listens to send next
    due_at       timestamptz NOT NULL DEFAULT now(),
    sent_count   bigint NOT NULL DEFAULT 0,
    last_sent_at timestamptz,
    UNIQUE (user_id, service)
);

-- Listens on their way, written by the transaction that counts the play.
CREATE TABLE scrobbles (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scrobbler_id text NOT NULL REFERENCES scrobblers ON DELETE CASCADE,
    listened_at  timestamptz NOT NULL,
    track        jsonb NOT NULL,              -- domain ScrobbledTrack: it may be removed or edited
    queued_at    timestamptz NOT NULL DEFAULT now(),
    refusal      text                         -- why it was not wanted; NULL while it waits
);
CREATE INDEX scrobbles_waiting ON scrobbles (scrobbler_id, id) WHERE refusal IS NULL;
CREATE INDEX scrobbles_refused ON scrobbles (scrobbler_id, id) WHERE refusal IS NOT NULL;
CREATE INDEX scrobbles_by_age ON scrobbles (queued_at);

-- Imports of what people heard elsewhere.
CREATE TABLE history_imports (
    id              text PRIMARY KEY DEFAULT new_id(),
    user_id         text NOT NULL REFERENCES users ON DELETE CASCADE,
    source          text NOT NULL CHECK (source IN
        ('file', 'listenbrainz', 'lastfm', 'spotify', 'apple_music', 'unmatched')),
    state           text NOT NULL CHECK (state IN ('arriving', 'waiting', 'running', 'done', 'failed')),
    name            text NOT NULL,            -- of the file, or of the account
    place           text NOT NULL DEFAULT '', -- where to go on
    read_count      bigint NOT NULL DEFAULT 0,
    added_count     bigint NOT NULL DEFAULT 0,
    known_count     bigint NOT NULL DEFAULT 0,
    unmatched_count bigint NOT NULL DEFAULT 0,
    left_out_count  bigint NOT NULL DEFAULT 0,
    problem         text NOT NULL DEFAULT '',
    tries           integer NOT NULL DEFAULT 0, -- since something was read, counted beforehand
    failures        integer NOT NULL DEFAULT 0, -- of the service it is read from, in a row
    due_at          timestamptz NOT NULL DEFAULT now(),
    created_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at        timestamptz
);
CREATE INDEX history_imports_by_user ON history_imports (user_id, created_at DESC);
CREATE INDEX history_imports_due ON history_imports (due_at) WHERE state IN ('waiting', 'running');

-- Files to import, until that is done.
CREATE TABLE history_parts (
    import_id text NOT NULL REFERENCES history_imports ON DELETE CASCADE,
    number    integer NOT NULL,
    content   bytea NOT NULL,
    PRIMARY KEY (import_id, number)
);

-- What people heard elsewhere, of which there is no track here yet.
CREATE TABLE unmatched_listens (
    id                       text NOT NULL,   -- of the play it would be
    user_id                  text NOT NULL REFERENCES users ON DELETE CASCADE,
    source                   text NOT NULL,
    listened_at              timestamptz NOT NULL,
    played_ms                bigint,          -- NULL when only known to have counted
    title                    text NOT NULL,
    artist                   text NOT NULL,
    album                    text NOT NULL,
    duration_ms              bigint NOT NULL, -- 0 when unknown
    musicbrainz_recording_id text NOT NULL,
    isrc                     text NOT NULL,
    PRIMARY KEY (user_id, id)
);

-- Titles as they are compared with what others wrote: without case, accents, signs, guests and
-- word of remastering. Only of itself and of what PostgreSQL always has, so that it can be restored.
CREATE FUNCTION matching_title(title text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT left(coalesce(nullif(btrim(regexp_replace(bare, '[^[:alnum:]]+', ' ', 'g')), ''), bare), 200)
    FROM (
        SELECT regexp_replace(regexp_replace(regexp_replace(
            replace(replace(replace(translate(
                regexp_replace(lower(normalize(title, NFKD)), '[\u0300-\u036f]', '', 'g'),
                'øłđðı', 'olddi'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
            '\s*[([](feat|ft|featuring|with)\M\.?\s[^])]*[])]', '', 'g'),
            '(?<=\S)\s+(feat|ft|featuring)\M\.?\s.*$', ''),
            '(?<=\S)\s*[-([]\s*(\d{4}\s+)?(digital\s+|digitally\s+)?remaster(ed)?(\s+(version|edition))?(\s+\d{4})?\s*[])]?\s*$', '')
            AS bare
    ) AS stripped
$$;
CREATE INDEX tracks_by_title ON tracks (matching_title(title));
CREATE INDEX tracks_by_recording ON tracks (musicbrainz_recording_id)
    WHERE musicbrainz_recording_id <> '';
CREATE INDEX tracks_by_isrc ON tracks (upper(replace(isrc, '-', ''))) WHERE isrc <> '';
CREATE INDEX tracks_by_file_name ON tracks (lower(format ->> 'file_name'));
