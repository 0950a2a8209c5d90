-- A page of playlists says how much is in each; adding up every entry took too long for that.

-- What a playlist shows of a track is kept with the entry: it is known once the track is gone.
ALTER TABLE playlist_entries
    ADD COLUMN library_id text, ADD COLUMN duration_ms bigint, ADD COLUMN cover_sha256 text;

-- What lies in a playlist, for each library, since a viewer sees libraries whole or not at all.
CREATE TABLE playlist_contents (
    playlist_id text NOT NULL REFERENCES playlists ON DELETE CASCADE,
    library_id  text NOT NULL REFERENCES libraries ON DELETE CASCADE,
    track_count integer NOT NULL,
    duration_ms bigint NOT NULL,
    PRIMARY KEY (playlist_id, library_id)
);

CREATE FUNCTION place_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT library_id, duration_ms, cover_sha256
    INTO NEW.library_id, NEW.duration_ms, NEW.cover_sha256
    FROM tracks WHERE id = NEW.track_id;
    RETURN NEW;
END $$;
CREATE TRIGGER place BEFORE INSERT ON playlist_entries
    FOR EACH ROW EXECUTE FUNCTION place_entry();

CREATE FUNCTION count_new_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO playlist_contents AS kept
    SELECT playlist_id, library_id, count(*), sum(duration_ms) FROM new_entries
    GROUP BY playlist_id, library_id
    ON CONFLICT (playlist_id, library_id) DO UPDATE SET
        track_count = kept.track_count + excluded.track_count,
        duration_ms = kept.duration_ms + excluded.duration_ms;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON playlist_entries REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION count_new_entries();

CREATE FUNCTION count_gone_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE playlist_contents AS kept SET
        track_count = kept.track_count - gone.track_count,
        duration_ms = kept.duration_ms - gone.duration_ms
    FROM (
        SELECT playlist_id, library_id, count(*) AS track_count, sum(duration_ms) AS duration_ms
        FROM old_entries GROUP BY playlist_id, library_id
    ) AS gone
    WHERE (kept.playlist_id, kept.library_id) = (gone.playlist_id, gone.library_id);
    RETURN NULL;
END $$;
CREATE TRIGGER count_gone AFTER DELETE ON playlist_entries REFERENCING OLD TABLE AS old_entries
    FOR EACH STATEMENT EXECUTE FUNCTION count_gone_entries();

CREATE FUNCTION replace_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE playlist_contents AS kept SET
        duration_ms = kept.duration_ms + held.times * (NEW.duration_ms - OLD.duration_ms)
    FROM (
        SELECT playlist_id, count(*) AS times FROM playlist_entries
        WHERE track_id = NEW.id GROUP BY playlist_id
    ) AS held
    WHERE kept.playlist_id = held.playlist_id AND kept.library_id = NEW.library_id;
    UPDATE playlist_entries SET duration_ms = NEW.duration_ms, cover_sha256 = NEW.cover_sha256
    WHERE track_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER place_entries AFTER UPDATE OF duration_ms, cover_sha256 ON tracks FOR EACH ROW
    WHEN ((OLD.duration_ms, OLD.cover_sha256) IS DISTINCT FROM (NEW.duration_ms, NEW.cover_sha256))
    EXECUTE FUNCTION replace_entries();

-- Filled once the triggers hold off every other writer.
UPDATE playlist_entries AS entry SET library_id = track.library_id,
    duration_ms = track.duration_ms, cover_sha256 = track.cover_sha256
FROM tracks AS track WHERE track.id = entry.track_id;
ALTER TABLE playlist_entries ALTER COLUMN library_id SET NOT NULL,
    ALTER COLUMN duration_ms SET NOT NULL, ALTER COLUMN cover_sha256 SET NOT NULL;
INSERT INTO playlist_contents
SELECT playlist_id, library_id, count(*), sum(duration_ms) FROM playlist_entries
GROUP BY playlist_id, library_id;
