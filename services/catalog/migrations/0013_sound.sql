-- How recordings sound, in few numbers each, so that all can be compared with one at once.
CREATE TABLE sounds (
    track_id   text PRIMARY KEY REFERENCES tracks ON DELETE CASCADE,
    library_id text NOT NULL,
    place      real[] NOT NULL   -- see sound_of
);
CREATE INDEX sounds_by_library ON sounds (library_id);

-- The place of an analysis among all sounds, in which likeness is nearness. Each number goes from
-- 0 to 1 over what music has: tempo from 60 to 240 a minute by octaves, energy, danceability,
-- brightness from 200 to 8000 Hz by octaves, noisiness, onsets up to 8 a second. The key stands
-- on the circle of fifths, a fifth away from the middle, and major a tenth from minor.
CREATE FUNCTION sound_of(analysis jsonb) RETURNS real[] LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT ARRAY[
        CASE WHEN tempo > 0 THEN greatest(0, least(1, log(2, tempo / 60) / 2)) ELSE 0.5 END,
        coalesce((analysis ->> 'energy')::real, 0.5),
        coalesce((analysis ->> 'danceability')::real, 0.5),
        CASE WHEN centroid > 0 THEN greatest(0, least(1, ln(centroid / 200) / ln(40.0)))
            ELSE 0.5 END,
        sqrt(greatest(0, least(1, coalesce((analysis ->> 'spectral_flatness')::real, 0)))),
        greatest(0, least(1, coalesce((analysis ->> 'onset_rate_hz')::real, 0) / 8)),
        CASE WHEN key = '' THEN 0 ELSE 0.2 * cos(radians(30 * rtrim(key, 'AB')::real)) END,
        CASE WHEN key = '' THEN 0 ELSE 0.2 * sin(radians(30 * rtrim(key, 'AB')::real)) END,
        CASE right(key, 1) WHEN 'A' THEN 0.1 WHEN 'B' THEN 0 ELSE 0.05 END
    ]::real[]
    FROM (
        SELECT coalesce((analysis ->> 'tempo_bpm')::numeric, 0) AS tempo,
            coalesce((analysis ->> 'spectral_centroid_hz')::numeric, 0) AS centroid,
            coalesce(analysis ->> 'key', '') AS key
    ) AS heard
$$;

CREATE FUNCTION keep_sound() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.analysis IS NULL THEN
        DELETE FROM sounds WHERE track_id = NEW.id;
    ELSE
        INSERT INTO sounds (track_id, library_id, place)
        VALUES (NEW.id, NEW.library_id, sound_of(NEW.analysis))
        ON CONFLICT (track_id) DO UPDATE
            SET library_id = excluded.library_id, place = excluded.place;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER tracks_keep_sound AFTER INSERT OR UPDATE OF analysis, library_id ON tracks
    FOR EACH ROW EXECUTE FUNCTION keep_sound();

INSERT INTO sounds (track_id, library_id, place)
SELECT id, library_id, sound_of(analysis) FROM tracks WHERE analysis IS NOT NULL;
