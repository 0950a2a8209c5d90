-- A track may be shown before its file was heard. It has no content then, and nothing to play.
ALTER TABLE tracks ADD COLUMN preparing_item_id text;   -- the file at ingest; NULL when it can be played
ALTER TABLE tracks DROP CONSTRAINT tracks_library_id_content_sha256_key;
CREATE UNIQUE INDEX tracks_of_content ON tracks (library_id, content_sha256)
    WHERE content_sha256 <> '';
CREATE UNIQUE INDEX tracks_preparing ON tracks (preparing_item_id)
    WHERE preparing_item_id IS NOT NULL;

-- Files whose tracks left before they could be played. Late news of such a file adds nothing.
CREATE TABLE delistings (
    ingest_item_id text PRIMARY KEY,
    by_person      boolean NOT NULL,          -- who removed the track does not want it published
    at             timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Many tracks come at once now: what follows from them is written once for all of them.
DROP TRIGGER count ON tracks;
CREATE TRIGGER count AFTER UPDATE OF format OR DELETE ON tracks
    FOR EACH ROW EXECUTE FUNCTION count_track();
CREATE FUNCTION count_new_tracks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE libraries SET track_count = track_count + added, size_bytes = size_bytes + grown
    FROM (
        SELECT library_id, count(*) AS added,
            coalesce(sum((format ->> 'size_bytes')::bigint), 0) AS grown
        FROM new_tracks GROUP BY library_id
    ) AS came
    WHERE libraries.id = came.library_id;
    RETURN NULL;
END $$;
CREATE TRIGGER count_new AFTER INSERT ON tracks REFERENCING NEW TABLE AS new_tracks
    FOR EACH STATEMENT EXECUTE FUNCTION count_new_tracks();

DROP TRIGGER note ON tracks;
CREATE TRIGGER note AFTER UPDATE OR DELETE ON tracks
    FOR EACH ROW EXECUTE FUNCTION note_track();
CREATE FUNCTION note_new_tracks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO changes (stamp, kind, id, library_id, audience, tail_only)
    SELECT pg_current_xact_id(), 'track', id, library_id, '', false FROM new_tracks;
    RETURN NULL;
END $$;
CREATE TRIGGER note_new AFTER INSERT ON tracks REFERENCING NEW TABLE AS new_tracks
    FOR EACH STATEMENT EXECUTE FUNCTION note_new_tracks();
