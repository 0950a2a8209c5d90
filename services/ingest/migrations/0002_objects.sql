-- What lies in the store and what it must be: noted when the step that stored it ends.
CREATE TABLE objects (
    key text COLLATE "C" PRIMARY KEY,
    sha256 text NOT NULL,
    size_bytes bigint NOT NULL,
    content_sha256 text NOT NULL,               -- of the file it was made from last
    step text NOT NULL,                         -- that makes it
    stored_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX objects_by_content ON objects (content_sha256);

-- Objects that were found missing, or to be something else than they must be.
CREATE TABLE damages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text COLLATE "C" NOT NULL,
    content_sha256 text NOT NULL,
    step text NOT NULL,
    detail text NOT NULL,                       -- what was seen, and what must be
    found_at timestamptz NOT NULL DEFAULT now(),
    quarantine_key text NOT NULL DEFAULT '',    -- where what was found lies now
    healed_at timestamptz                       -- when it was found good again
);
CREATE UNIQUE INDEX damages_open ON damages (key) WHERE healed_at IS NULL;

-- The pass of the scrubber that is under way, or the last one.
CREATE TABLE scrub (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    under_way boolean NOT NULL DEFAULT false,
    due_at timestamptz NOT NULL DEFAULT now() + interval '1 day',
    began_at timestamptz,
    ended_at timestamptz,
    place text COLLATE "C" NOT NULL DEFAULT '', -- the key that was looked at last
    removes_orphans boolean NOT NULL DEFAULT false,
    checked_count bigint NOT NULL DEFAULT 0,
    checked_bytes bigint NOT NULL DEFAULT 0,
    damaged_count bigint NOT NULL DEFAULT 0,
    orphan_count bigint NOT NULL DEFAULT 0,
    orphan_bytes bigint NOT NULL DEFAULT 0
);
INSERT INTO scrub DEFAULT VALUES;

-- Whether any recording has this cover.
CREATE INDEX results_by_cover ON results ((result -> 'cover' ->> 'sha256')) WHERE step = 'tags';
