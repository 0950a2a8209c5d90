CREATE TABLE uploads (
    id uuid PRIMARY KEY,
    user_id text NOT NULL,
    library_id text NOT NULL,
    batch_id text NOT NULL,
    file_name text NOT NULL,
    size_bytes bigint NOT NULL,
    part_size_bytes bigint NOT NULL,
    idempotency_key text,
    item_id uuid,                       -- once begun
    parts_removed boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX uploads_idempotency ON uploads (user_id, idempotency_key);
CREATE INDEX uploads_expiry ON uploads (expires_at);

CREATE TABLE upload_parts (
    upload_id uuid NOT NULL REFERENCES uploads ON DELETE CASCADE,
    number integer NOT NULL,
    PRIMARY KEY (upload_id, number)
);

CREATE TABLE batches (
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    user_id text NOT NULL,
    id text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, id)
);

CREATE TABLE items (
    id uuid PRIMARY KEY,
    position bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    user_id text NOT NULL,
    library_id text NOT NULL,
    batch_id text NOT NULL,
    file_name text NOT NULL,
    size_bytes bigint NOT NULL,
    upload_id uuid,                     -- where the bytes come from: either parts of an upload,
    source_path text,                   -- or a file in a mounted folder
    state text NOT NULL DEFAULT 'waiting',
    progress double precision NOT NULL DEFAULT 0,
    current_step text NOT NULL DEFAULT '',
    reason_code text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    notes text[] NOT NULL DEFAULT '{}',
    track_id text NOT NULL DEFAULT '',
    content_sha256 text NOT NULL DEFAULT '',
    title text NOT NULL DEFAULT '',
    artist text NOT NULL DEFAULT '',
    cleared boolean NOT NULL DEFAULT false,     -- no duplicate of anything, as far as was known
    replaces_track_id text NOT NULL DEFAULT '',
    decision text NOT NULL DEFAULT '',
    duplicate_similarity double precision,
    traceparent text NOT NULL DEFAULT '',       -- of the request that began it
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (user_id, batch_id) REFERENCES batches
);
CREATE INDEX items_of_user ON items (user_id, position DESC);
CREATE INDEX items_of_batch ON items (user_id, batch_id, position DESC);
CREATE INDEX items_by_state ON items (state, position DESC);
CREATE INDEX items_by_content ON items (content_sha256) WHERE content_sha256 <> '';
CREATE INDEX items_in_flight ON items (library_id) WHERE cleared AND state = 'processing';

CREATE TABLE steps (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    item_id uuid NOT NULL REFERENCES items ON DELETE CASCADE,
    name text NOT NULL,
    state text NOT NULL DEFAULT 'blocked',
    attempts integer NOT NULL DEFAULT 0,
    setbacks integer NOT NULL DEFAULT 0,        -- tries ended by somebody else's outage
    anew boolean NOT NULL DEFAULT false,        -- do it again even where a result is known
    engine text NOT NULL DEFAULT '',
    engine_version text NOT NULL DEFAULT '',
    duration_ms bigint NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    due_at timestamptz NOT NULL DEFAULT now(),
    queued_at timestamptz,                      -- when the queue was last told
    lease_until timestamptz,
    worker_pid integer,                         -- the claim stands while this session of
    worker_since timestamptz,                   -- PostgreSQL does
    UNIQUE (item_id, name)
);
CREATE INDEX steps_queued ON steps (id) WHERE state = 'queued';
CREATE INDEX steps_running ON steps (id) WHERE state = 'running';

-- What a step found or made, for every item with the same content.
CREATE TABLE results (
    content_sha256 text NOT NULL,
    step text NOT NULL,
    engine text NOT NULL,
    engine_version text NOT NULL,
    result jsonb NOT NULL,
    duration_ms bigint NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (content_sha256, step, engine, engine_version)
);

-- What the workers run now.
CREATE TABLE engines (
    step text PRIMARY KEY,
    engine text NOT NULL,
    engine_version text NOT NULL
);

CREATE TABLE fingerprints (
    content_sha256 text PRIMARY KEY,
    words integer[] NOT NULL                    -- what likely duplicates have in common
);
CREATE INDEX fingerprints_words ON fingerprints USING gin (words);

-- Which content is whose track, as the catalog said.
CREATE TABLE recordings (
    library_id text NOT NULL,
    content_sha256 text NOT NULL,
    track_id text NOT NULL,
    PRIMARY KEY (library_id, content_sha256)
);
CREATE INDEX recordings_by_content ON recordings (content_sha256);
CREATE INDEX recordings_by_track ON recordings (track_id);

-- Content nothing may refer to any more.
CREATE TABLE removals (
    content_sha256 text PRIMARY KEY,
    begun boolean NOT NULL DEFAULT false
);

CREATE TABLE scanned_files (
    library_id text NOT NULL,
    path text NOT NULL,
    size_bytes bigint NOT NULL,
    modified_ns bigint NOT NULL,
    PRIMARY KEY (library_id, path)
);

-- Every change of an item is news for those who watch it.
CREATE FUNCTION item_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(
        TG_TABLE_SCHEMA || '.items',
        json_build_array(NEW.user_id, NEW.batch_id, NEW.id)::text
    );
    RETURN NULL;
END $$;
CREATE TRIGGER item_changed AFTER INSERT OR UPDATE ON items
    FOR EACH ROW EXECUTE FUNCTION item_changed();

CREATE FUNCTION item_touched() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := now();
    RETURN NEW;
END $$;
CREATE TRIGGER item_touched BEFORE UPDATE ON items
    FOR EACH ROW EXECUTE FUNCTION item_touched();
