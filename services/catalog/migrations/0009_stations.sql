-- Stations: live streams that last. What they sound like is the synth's affair.

-- 244 random bits.
CREATE FUNCTION new_invitation() RETURNS text LANGUAGE sql VOLATILE
    RETURN replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');

CREATE TABLE stations (
    id          text PRIMARY KEY DEFAULT new_id(),
    name        text NOT NULL,
    name_key    text COLLATE "C" NOT NULL,   -- folded, by domain/names.py
    description text NOT NULL,
    owner_id    text REFERENCES users ON DELETE CASCADE,  -- NULL: the house's
    audience    text NOT NULL CHECK (audience IN ('invited', 'members', 'public')),
    steering    text NOT NULL CHECK (steering IN ('owner', 'listeners')),
    invitation  text NOT NULL DEFAULT new_invitation(),
    -- What it begins with; what is NULL follows from the style.
    style       text NOT NULL,
    tonic       smallint,
    mode        text,
    tempo_bpm   double precision,
    intensity   double precision,
    timbre      double precision,
    percussion  double precision,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stations_by_owner ON stations (owner_id);
CREATE INDEX stations_by_name ON stations (name_key, id) WHERE audience <> 'invited';

INSERT INTO stations (id, name, name_key, description, audience, steering, style) VALUES
    ('drift', 'Drift', 'drift', 'Slow chords that come and go.', 'members', 'listeners', 'drift'),
    ('pulse', 'Pulse', 'pulse', 'A steady beat to work by.', 'members', 'listeners', 'pulse'),
    ('night', 'Night', 'night', 'A lone piano after dark.', 'members', 'listeners', 'nocturne'),
    ('choir', 'Choir', 'choir', 'Voices without words.', 'members', 'listeners', 'choir'),
    ('courtyard', 'Courtyard', 'courtyard', 'Plucked strings and bells.', 'members', 'listeners',
        'plucked'),
    ('deep', 'Deep', 'deep', 'Low, wide and very slow.', 'members', 'listeners', 'deep');
