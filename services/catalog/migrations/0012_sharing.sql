-- Links by which people let others hear something without an account.
CREATE TABLE shares (
    id             text PRIMARY KEY DEFAULT new_id(),
    secret         text COLLATE "C" NOT NULL UNIQUE,
    owner_id       text NOT NULL REFERENCES users ON DELETE CASCADE,
    description    text NOT NULL,
    things         jsonb NOT NULL,            -- list of [kind, id]
    expires_at     timestamptz,
    downloadable   boolean NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_opened_at timestamptz,
    open_count     bigint NOT NULL DEFAULT 0
);
CREATE INDEX shares_by_owner ON shares (owner_id, created_at);

-- Radio stations elsewhere.
CREATE TABLE radios (
    id           text PRIMARY KEY DEFAULT new_id(),
    name         text NOT NULL,
    name_key     text COLLATE "C" NOT NULL,   -- folded by domain/names.py
    stream_url   text NOT NULL,
    homepage_url text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT clock_timestamp()
);
