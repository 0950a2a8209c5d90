CREATE TABLE users (
    id             text PRIMARY KEY,
    name           text NOT NULL,
    folded_name    text COLLATE "C" NOT NULL UNIQUE,      -- as names are compared: NFKC, case folded
    display_name   text NOT NULL,
    email          text NOT NULL,             -- may be empty
    role           text NOT NULL CHECK (role IN ('listener', 'artist', 'operator')),
    plan           text NOT NULL CHECK (plan IN ('free', 'plus', 'studio')),
    disabled       boolean NOT NULL DEFAULT false,
    password_hash  text NOT NULL,             -- argon2id in its own notation, parameters included
    own_library_id text NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sessions (
    id            text PRIMARY KEY,
    user_id       text NOT NULL REFERENCES users ON DELETE CASCADE,
    device        text NOT NULL,
    created_at    timestamptz NOT NULL,
    last_used_at  timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    family_sha256 bytea NOT NULL UNIQUE,      -- of the part of its refresh tokens that stays
    live_sha256s  bytea[] NOT NULL,           -- of the turns that may come next
    spent_sha256  bytea,                      -- of the turn used last
    spent_at      timestamptz
);
CREATE INDEX sessions_by_user ON sessions (user_id, last_used_at DESC);

CREATE TABLE api_keys (
    id            text PRIMARY KEY,
    user_id       text NOT NULL REFERENCES users ON DELETE CASCADE,
    name          text NOT NULL,
    hint          text NOT NULL,              -- the first characters of the secret
    secret_sha256 bytea NOT NULL UNIQUE,
    created_at    timestamptz NOT NULL DEFAULT now(),
    last_used_at  timestamptz                 -- to the minute
);
CREATE INDEX api_keys_by_user ON api_keys (user_id, created_at);

-- What listeners keep goes with them.
ALTER TABLE library_members ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
ALTER TABLE favourites ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
ALTER TABLE ratings ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
ALTER TABLE track_plays ADD FOREIGN KEY (user_id) REFERENCES users ON DELETE CASCADE;
