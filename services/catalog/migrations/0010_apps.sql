-- Passwords for apps whose protocols need to know them in clear: sealed with a key that is not here.
CREATE TABLE app_passwords (
    id           text PRIMARY KEY,
    user_id      text NOT NULL REFERENCES users ON DELETE CASCADE,
    name         text NOT NULL,
    sealed       bytea NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz                  -- to the minute
);
CREATE INDEX app_passwords_by_user ON app_passwords (user_id, created_at);

-- Protocols older than our ids count libraries.
ALTER TABLE libraries ADD COLUMN number integer GENERATED ALWAYS AS IDENTITY UNIQUE;
