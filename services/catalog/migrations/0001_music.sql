-- Music: libraries and who sees them, artists, albums, tracks, and the order in which they changed.
-- Keys used for ordering and identity are folded by domain/names.py and compared byte by byte ("C").

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION new_id() RETURNS text LANGUAGE sql VOLATILE
    RETURN replace(gen_random_uuid()::text, '-', '');

CREATE TABLE libraries (
    id              text PRIMARY KEY DEFAULT new_id(),
    name            text NOT NULL,
    owner_id        text,                     -- users.id; NULL for a library of the whole server
    shared_with_all boolean NOT NULL DEFAULT false,
    demo            boolean NOT NULL DEFAULT false,
    folder          text NOT NULL DEFAULT '',
    removing        boolean NOT NULL DEFAULT false, -- nobody sees it, its tracks are on their way out
    album_count     integer NOT NULL DEFAULT 0,
    track_count     integer NOT NULL DEFAULT 0,
    size_bytes      bigint NOT NULL DEFAULT 0,
    added_at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX libraries_by_owner ON libraries (owner_id);
CREATE UNIQUE INDEX libraries_one_demo ON libraries (demo) WHERE demo AND NOT removing;

CREATE TABLE library_members (
    library_id text NOT NULL REFERENCES libraries ON DELETE CASCADE,
    user_id    text NOT NULL,
    PRIMARY KEY (library_id, user_id)
);
CREATE INDEX library_members_by_user ON library_members (user_id);

CREATE TABLE artists (
    id                    text PRIMARY KEY DEFAULT new_id(),
    name                  text NOT NULL,
    sort_name             text NOT NULL,
    name_key              text COLLATE "C" NOT NULL,
    sort_key              text COLLATE "C" NOT NULL,
    search_text           text NOT NULL,
    musicbrainz_artist_id text NOT NULL DEFAULT '',
    added_at              timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX artists_by_name ON artists (name_key);
CREATE INDEX artists_by_sort ON artists (sort_key, id);
CREATE UNIQUE INDEX artists_by_musicbrainz ON artists (musicbrainz_artist_id)
    WHERE musicbrainz_artist_id <> '';
CREATE INDEX artists_by_words ON artists USING gin (search_text gin_trgm_ops);

-- What of an artist lies in one library; an artist in none does not exist.
CREATE TABLE artist_libraries (
    artist_id    text NOT NULL REFERENCES artists ON DELETE CASCADE,
    library_id   text NOT NULL REFERENCES libraries ON DELETE CASCADE,
    album_count  integer NOT NULL,
    track_count  integer NOT NULL,
    cover_sha256 text NOT NULL,               -- of the newest album with one
    cover_date   text COLLATE "C" NOT NULL,   -- release date of that album
    PRIMARY KEY (artist_id, library_id)
);
CREATE INDEX artist_libraries_by_library ON artist_libraries (library_id, artist_id);

CREATE TABLE albums (
    id                           text PRIMARY KEY DEFAULT new_id(),
    library_id                   text NOT NULL REFERENCES libraries ON DELETE CASCADE,
    title                        text NOT NULL,
    sort_title                   text NOT NULL,
    title_key                    text COLLATE "C" NOT NULL,
    sort_key                     text COLLATE "C" NOT NULL,
    artist_key                   text COLLATE "C" NOT NULL,
    artist_sort_key              text COLLATE "C" NOT NULL,
    tagged_as                    text COLLATE "C" NOT NULL, -- title, artist, year in the tags: survives edits
    search_text                  text NOT NULL,
    date                         text COLLATE "C" NOT NULL DEFAULT '',
    original_date                text NOT NULL DEFAULT '',
    year                         smallint GENERATED ALWAYS AS (NULLIF(left(date, 4), '')::smallint) STORED,
    disc_count                   integer NOT NULL DEFAULT 0,
    track_count                  integer NOT NULL DEFAULT 0,
    duration_ms                  bigint NOT NULL DEFAULT 0,
    genres                       text[] NOT NULL DEFAULT '{}',
    genre_keys                   text[] NOT NULL DEFAULT '{}',
    label                        text NOT NULL DEFAULT '',
    barcode                      text NOT NULL DEFAULT '',
    compilation                  boolean NOT NULL DEFAULT false,
    cover_sha256                 text NOT NULL DEFAULT '',
    musicbrainz_release_id       text NOT NULL DEFAULT '',
    musicbrainz_release_group_id text NOT NULL DEFAULT '',
    edited                       text[] NOT NULL DEFAULT '{}', -- fields a person wrote, which tags leave alone
    added_at                     timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX albums_by_sort ON albums (library_id, sort_key, id);
CREATE INDEX albums_by_artist ON albums (library_id, artist_sort_key, sort_key, id);
CREATE INDEX albums_by_age ON albums (library_id, added_at, id);
CREATE INDEX albums_by_date ON albums (library_id, date, id);
CREATE INDEX albums_by_title ON albums (library_id, title_key);
CREATE INDEX albums_by_tags ON albums (library_id, tagged_as);
CREATE INDEX albums_by_musicbrainz ON albums (library_id, musicbrainz_release_id)
    WHERE musicbrainz_release_id <> '';
CREATE INDEX albums_by_cover ON albums (cover_sha256);
CREATE INDEX albums_by_genre ON albums USING gin (genre_keys);
CREATE INDEX albums_by_words ON albums USING gin (search_text gin_trgm_ops);

CREATE TABLE album_artists (
    album_id    text NOT NULL REFERENCES albums ON DELETE CASCADE,
    position    smallint NOT NULL,
    library_id  text NOT NULL,
    artist_id   text NOT NULL REFERENCES artists,
    name        text NOT NULL,                -- as credited here
    join_phrase text NOT NULL,
    PRIMARY KEY (album_id, position)
);
CREATE INDEX album_artists_by_artist ON album_artists (artist_id, library_id, album_id);

CREATE TABLE tracks (
    id                       text PRIMARY KEY DEFAULT new_id(),
    library_id               text NOT NULL REFERENCES libraries,
    content_sha256           text NOT NULL,
    title                    text NOT NULL,
    sort_title               text NOT NULL,
    sort_key                 text COLLATE "C" NOT NULL,
    search_text              text NOT NULL,
    album_id                 text REFERENCES albums,
    album_key                text COLLATE "C" NOT NULL DEFAULT '', -- sort key of the album
    disc_number              integer NOT NULL DEFAULT 0,
    track_number             integer NOT NULL DEFAULT 0,
    duration_ms              bigint NOT NULL,
    date                     text COLLATE "C" NOT NULL DEFAULT '',
    year                     smallint GENERATED ALWAYS AS (NULLIF(left(date, 4), '')::smallint) STORED,
    genres                   text[] NOT NULL DEFAULT '{}',
    genre_keys               text[] NOT NULL DEFAULT '{}',
    composers                text[] NOT NULL DEFAULT '{}',
    label                    text NOT NULL DEFAULT '',
    isrc                     text NOT NULL DEFAULT '',
    comment                  text NOT NULL DEFAULT '',
    explicit                 boolean NOT NULL DEFAULT false,
    cover_sha256             text NOT NULL DEFAULT '',
    musicbrainz_recording_id text NOT NULL DEFAULT '',
    musicbrainz_track_id     text NOT NULL DEFAULT '',
    format                   jsonb NOT NULL,  -- domain SourceFormat
    loudness                 jsonb,           -- domain Loudness
    analysis                 jsonb,           -- domain Analysis, without its beats
    beats_s                  real[] NOT NULL DEFAULT '{}',
    renditions               jsonb NOT NULL,  -- list of domain Rendition
    tempo_bpm                double precision GENERATED ALWAYS AS ((analysis ->> 'tempo_bpm')::double precision) STORED,
    key                      text GENERATED ALWAYS AS (analysis ->> 'key') STORED, -- Camelot notation
    energy                   double precision GENERATED ALWAYS AS ((analysis ->> 'energy')::double precision) STORED,
    lossless                 boolean GENERATED ALWAYS AS ((format ->> 'lossless')::boolean) STORED,
    has_lyrics               boolean NOT NULL DEFAULT false,
    has_synced_lyrics        boolean NOT NULL DEFAULT false,
    has_waveform             boolean NOT NULL DEFAULT false,
    edited                   text[] NOT NULL DEFAULT '{}', -- fields a person wrote, which tags leave alone
    added_at                 timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (library_id, content_sha256)
);
CREATE INDEX tracks_by_sort ON tracks (library_id, sort_key, id);
CREATE INDEX tracks_by_age ON tracks (library_id, added_at, id);
CREATE INDEX tracks_by_place ON tracks (library_id, album_key, album_id, disc_number, track_number, id);
CREATE INDEX tracks_by_album ON tracks (album_id);
CREATE INDEX tracks_by_content ON tracks (content_sha256);
CREATE INDEX tracks_by_cover ON tracks (cover_sha256);
CREATE INDEX tracks_by_genre ON tracks USING gin (genre_keys);
CREATE INDEX tracks_by_words ON tracks USING gin (search_text gin_trgm_ops);

CREATE TABLE track_artists (
    track_id    text NOT NULL REFERENCES tracks ON DELETE CASCADE,
    position    smallint NOT NULL,
    library_id  text NOT NULL,
    artist_id   text NOT NULL REFERENCES artists,
    name        text NOT NULL,                -- as credited here
    join_phrase text NOT NULL,
    PRIMARY KEY (track_id, position)
);
CREATE INDEX track_artists_by_artist ON track_artists (artist_id, library_id, track_id);

CREATE TABLE lyrics (
    track_id text PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
    language text NOT NULL,
    plain    text NOT NULL,
    lines    jsonb NOT NULL                   -- list of [start_ms, text]
);

-- What became of each file that was ready: a repeated event finds its answer here.
CREATE TABLE publications (
    ingest_item_id    text PRIMARY KEY,
    track_id          text,                   -- NULL when refused
    reason            text NOT NULL,          -- why it was refused, else empty
    replaced_original boolean NOT NULL,
    unused_sha256     text NOT NULL,          -- content it replaced, when nothing else plays that
    answers           integer NOT NULL DEFAULT 1,
    at                timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A listener's marks; kind is 'artist', 'album' or 'track'.
CREATE TABLE favourites (
    user_id   text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('artist', 'album', 'track')),
    entity_id text NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (user_id, kind, entity_id)
);
CREATE INDEX favourites_by_entity ON favourites (entity_id);

CREATE TABLE ratings (
    user_id   text NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('artist', 'album', 'track')),
    entity_id text NOT NULL,
    rating    smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
    PRIMARY KEY (user_id, kind, entity_id)
);
CREATE INDEX ratings_by_entity ON ratings (entity_id);

CREATE TABLE track_plays (
    user_id        text NOT NULL,
    track_id       text NOT NULL REFERENCES tracks ON DELETE CASCADE,
    play_count     integer NOT NULL,
    last_played_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, track_id)
);
CREATE INDEX track_plays_by_track ON track_plays (track_id);

-- The one rule of who sees what. An operator and the server itself ('system') see every library; a
-- user who is gone sees none.
-- PL/pgSQL, because the table of users is made by a later migration.
CREATE FUNCTION visible_libraries(viewer text) RETURNS SETOF text
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 5 AS $$
BEGIN
    RETURN QUERY
    SELECT library.id
    FROM libraries AS library LEFT JOIN users AS reader ON reader.id = viewer
    WHERE NOT library.removing AND (
        viewer = 'system' OR reader.role = 'operator'
        OR reader.id IS NOT NULL AND (
            library.shared_with_all OR library.owner_id = viewer
            OR EXISTS (
                SELECT FROM library_members AS member
                WHERE member.library_id = library.id AND member.user_id = viewer
            )
        )
    );
END $$;

-- How much is in a library follows from its rows.
CREATE FUNCTION count_track() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    added integer := (NEW.id IS NOT NULL)::int - (OLD.id IS NOT NULL)::int;
    grown bigint := coalesce((NEW.format ->> 'size_bytes')::bigint, 0)
        - coalesce((OLD.format ->> 'size_bytes')::bigint, 0);
BEGIN
    UPDATE libraries SET track_count = track_count + added, size_bytes = size_bytes + grown
    WHERE id = coalesce(NEW.library_id, OLD.library_id) AND (added, grown) <> (0, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER count AFTER INSERT OR UPDATE OF format OR DELETE ON tracks
    FOR EACH ROW EXECUTE FUNCTION count_track();

CREATE FUNCTION count_album() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE libraries SET album_count = album_count + CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END
    WHERE id = coalesce(NEW.library_id, OLD.library_id);
    RETURN NULL;
END $$;
CREATE TRIGGER count AFTER INSERT OR DELETE ON albums
    FOR EACH ROW EXECUTE FUNCTION count_album();

-- What changed, once per entity and audience, stamped with the transaction that changed it last.
-- A reader takes only stamps below the oldest transaction still running, so none can appear
-- behind it: see adapters/changes.py.
CREATE TABLE changes (
    stamp      xid8 NOT NULL,
    kind       text COLLATE "C" NOT NULL CHECK (kind IN ('artist', 'album', 'track', 'library')),
    id         text COLLATE "C" NOT NULL,
    library_id text COLLATE "C" NOT NULL,     -- empty when the audience does not follow from a library
    audience   text COLLATE "C" NOT NULL,     -- empty: who sees the library; '*', 'operators' or 'user:ID'
    tail_only  boolean NOT NULL,              -- of no use to a reader who starts now: a removal, a mark
    PRIMARY KEY (kind, id, library_id, audience)
);
CREATE INDEX changes_in_order ON changes (stamp, kind, id, library_id, audience) INCLUDE (tail_only);
CREATE INDEX changes_by_library ON changes (library_id);

-- Which life of the database the stamps were made in: a restored copy counts transactions anew.
CREATE TABLE change_life (life text NOT NULL);
INSERT INTO change_life VALUES ('');

CREATE PROCEDURE note_change(kind text, id text, library_id text, audience text, tail_only boolean)
LANGUAGE sql AS $$
    INSERT INTO changes (stamp, kind, id, library_id, audience, tail_only)
    VALUES (pg_current_xact_id(), $1, $2, $3, $4, $5)
    ON CONFLICT (kind, id, library_id, audience) DO UPDATE
    SET stamp = excluded.stamp, tail_only = excluded.tail_only
    WHERE (changes.stamp, changes.tail_only) IS DISTINCT FROM (excluded.stamp, excluded.tail_only)
$$;

CREATE FUNCTION note_track() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        CALL note_change('track', OLD.id, OLD.library_id, '', true);
    ELSE
        CALL note_change('track', NEW.id, NEW.library_id, '', false);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON tracks
    FOR EACH ROW EXECUTE FUNCTION note_track();

CREATE FUNCTION note_album() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        CALL note_change('album', OLD.id, OLD.library_id, '', true);
    ELSE
        CALL note_change('album', NEW.id, NEW.library_id, '', false);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON albums
    FOR EACH ROW EXECUTE FUNCTION note_album();

CREATE FUNCTION note_artist() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        CALL note_change('artist', OLD.artist_id, OLD.library_id, '', true);
    ELSE
        CALL note_change('artist', NEW.artist_id, NEW.library_id, '', false);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON artist_libraries
    FOR EACH ROW EXECUTE FUNCTION note_artist();

-- An artist is the same in every library, so a new name is news in each.
CREATE FUNCTION note_artist_everywhere() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE place record;
BEGIN
    FOR place IN SELECT library_id FROM artist_libraries WHERE artist_id = NEW.id LOOP
        CALL note_change('artist', NEW.id, place.library_id, '', false);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER UPDATE ON artists
    FOR EACH ROW EXECUTE FUNCTION note_artist_everywhere();

-- A library that becomes visible to somebody is sent to them whole: all in it is stamped anew.
-- One that stops being visible leaves a note for those who saw it, that it is gone.
CREATE FUNCTION note_library() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.removing THEN
        IF OLD.removing THEN
            RETURN NULL;
        END IF;
        IF NEW.shared_with_all THEN
            CALL note_change('library', NEW.id, '', '*', true);
        END IF;
        CALL note_change('library', NEW.id, '', 'operators', true);
        CALL note_change('library', NEW.id, '', 'user:' || coalesce(NEW.owner_id, ''), true);
        RETURN NULL;
    END IF;
    CALL note_change('library', NEW.id, NEW.id, '', false);
    IF TG_OP = 'UPDATE' AND NEW.shared_with_all AND NOT OLD.shared_with_all THEN
        UPDATE changes SET stamp = pg_current_xact_id() WHERE library_id = NEW.id;
    ELSIF TG_OP = 'UPDATE' AND OLD.shared_with_all AND NOT NEW.shared_with_all THEN
        CALL note_change('library', NEW.id, '', '*', true);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON libraries
    FOR EACH ROW EXECUTE FUNCTION note_library();

CREATE FUNCTION note_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        CALL note_change('library', OLD.library_id, '', 'user:' || OLD.user_id, true);
    ELSE
        UPDATE changes SET stamp = pg_current_xact_id() WHERE library_id = NEW.library_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR DELETE ON library_members
    FOR EACH ROW EXECUTE FUNCTION note_member();

CREATE FUNCTION note_mark() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE mark record := coalesce(NEW, OLD);
BEGIN
    CALL note_change(mark.kind, mark.entity_id, '', 'user:' || mark.user_id, true);
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON favourites
    FOR EACH ROW EXECUTE FUNCTION note_mark();
CREATE TRIGGER note AFTER INSERT OR UPDATE OR DELETE ON ratings
    FOR EACH ROW EXECUTE FUNCTION note_mark();

CREATE FUNCTION note_play() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    CALL note_change('track', NEW.track_id, '', 'user:' || NEW.user_id, true);
    RETURN NULL;
END $$;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON track_plays
    FOR EACH ROW EXECUTE FUNCTION note_play();
