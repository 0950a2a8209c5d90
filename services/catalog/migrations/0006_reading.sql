-- What is read often is counted when it is written.

-- How much there is of each genre, in each way it is written.
CREATE TABLE genre_counts (
    library_id  text NOT NULL,
    folded      text NOT NULL,
    name        text NOT NULL,
    album_count integer NOT NULL,
    track_count integer NOT NULL,
    PRIMARY KEY (library_id, folded, name)
);
INSERT INTO genre_counts
SELECT library_id, folded, name, sum(albums), sum(tracks)
FROM (
    SELECT library_id, folded, name, 0 AS albums, 1 AS tracks
    FROM tracks, unnest(genre_keys, genres) AS genre(folded, name)
    UNION ALL
    SELECT library_id, folded, name, 1, 0
    FROM albums, unnest(genre_keys, genres) AS genre(folded, name)
) AS written GROUP BY library_id, folded, name;

CREATE PROCEDURE count_genre(
    library_id text, folded text, name text, albums bigint, tracks bigint
) LANGUAGE sql AS $$
    INSERT INTO genre_counts AS kept VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (library_id, folded, name) DO UPDATE SET
        album_count = kept.album_count + excluded.album_count,
        track_count = kept.track_count + excluded.track_count;
    DELETE FROM genre_counts AS kept
    WHERE kept.library_id = $1 AND kept.folded = $2 AND kept.name = $3
        AND kept.album_count = 0 AND kept.track_count = 0;
$$;

CREATE FUNCTION count_genres() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    came text := 'SELECT library_id, genre_keys, genres, 1 AS times FROM new_rows';
    went text := 'SELECT library_id, genre_keys, genres, -1 AS times FROM old_rows';
    albums integer := (TG_TABLE_NAME = 'albums')::integer;
    genre record;
BEGIN
    FOR genre IN EXECUTE format(
        'SELECT library_id, folded, name, sum(times) AS times
        FROM (%s) AS changed, unnest(genre_keys, genres) AS genre(folded, name)
        GROUP BY library_id, folded, name HAVING sum(times) <> 0',
        CASE TG_OP WHEN 'INSERT' THEN came WHEN 'DELETE' THEN went
            ELSE came || ' UNION ALL ' || went END
    ) LOOP
        CALL count_genre(genre.library_id, genre.folded, genre.name,
            albums * genre.times, (1 - albums) * genre.times);
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER genres_came AFTER INSERT ON tracks REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_genres();
CREATE TRIGGER genres_changed AFTER UPDATE ON tracks
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_genres();
CREATE TRIGGER genres_went AFTER DELETE ON tracks REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_genres();
CREATE TRIGGER genres_came AFTER INSERT ON albums REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_genres();
CREATE TRIGGER genres_changed AFTER UPDATE ON albums
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_genres();
CREATE TRIGGER genres_went AFTER DELETE ON albums REFERENCING OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION count_genres();

-- Where a track lies is kept with how often it was played: what somebody plays most is then found
-- among their plays alone.
ALTER TABLE track_plays ADD COLUMN library_id text, ADD COLUMN album_id text;
ALTER TABLE track_plays DISABLE TRIGGER note;
UPDATE track_plays SET library_id = tracks.library_id, album_id = tracks.album_id
FROM tracks WHERE tracks.id = track_plays.track_id;
ALTER TABLE track_plays ENABLE TRIGGER note;
ALTER TABLE track_plays ALTER COLUMN library_id SET NOT NULL;
CREATE INDEX track_plays_by_album ON track_plays (user_id, album_id);

CREATE FUNCTION place_play() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT library_id, album_id INTO NEW.library_id, NEW.album_id
    FROM tracks WHERE id = NEW.track_id;
    RETURN NEW;
END $$;
CREATE TRIGGER place BEFORE INSERT ON track_plays
    FOR EACH ROW EXECUTE FUNCTION place_play();

CREATE FUNCTION replace_plays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE track_plays SET album_id = NEW.album_id WHERE track_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER place AFTER UPDATE OF album_id ON tracks
    FOR EACH ROW WHEN (OLD.album_id IS DISTINCT FROM NEW.album_id)
    EXECUTE FUNCTION replace_plays();

-- A shuffled list is read a few places at a time: see adapters/shuffling.py.
CREATE INDEX albums_strewn ON albums (library_id, (hashtext(id) & 131071));
CREATE INDEX tracks_strewn ON tracks (library_id, (hashtext(id) & 131071));

-- As lists by album are ordered; tracks without an album are many at one place.
DROP INDEX tracks_by_place;
CREATE INDEX tracks_by_place ON tracks
    (library_id, album_key, (coalesce(album_id, '') COLLATE "C"), disc_number, track_number, id);

-- A reader is told what their audiences were told, each in order: see adapters/changes.py.
CREATE INDEX changes_told ON changes (audience, library_id, stamp, kind, id) INCLUDE (tail_only);
DROP INDEX changes_in_order;
