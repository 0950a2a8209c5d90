-- Feeds that are followed, for everybody on this server.
CREATE TABLE podcast_channels (
    id uuid PRIMARY KEY,                        -- follows from the address
    url text NOT NULL UNIQUE,
    title text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    author text NOT NULL DEFAULT '',
    link text NOT NULL DEFAULT '',
    image_url text NOT NULL DEFAULT '',
    cover_sha256 text NOT NULL DEFAULT '',
    cover_of text NOT NULL DEFAULT '',          -- the image_url that the cover was made from
    status text NOT NULL DEFAULT 'new',         -- domain PodcastStatus
    error_message text NOT NULL DEFAULT '',
    etag text NOT NULL DEFAULT '',              -- what its server called what was read last
    last_modified text NOT NULL DEFAULT '',
    failures integer NOT NULL DEFAULT 0,        -- in a row
    created_at timestamptz NOT NULL DEFAULT now(),
    refreshed_at timestamptz
);
CREATE INDEX podcast_channels_by_title ON podcast_channels (lower(title), id);

CREATE TABLE podcast_episodes (
    id uuid PRIMARY KEY,                        -- follows from the channel and the guid
    channel_id uuid NOT NULL REFERENCES podcast_channels ON DELETE CASCADE,
    guid text NOT NULL,
    title text NOT NULL,
    description text NOT NULL,
    enclosure_url text NOT NULL,
    published_at timestamptz NOT NULL,
    duration_ms bigint NOT NULL,
    size_bytes bigint NOT NULL,
    content_type text NOT NULL,
    suffix text NOT NULL,
    bitrate_kbps integer NOT NULL DEFAULT 0,
    status text NOT NULL,
    error_message text NOT NULL DEFAULT '',
    content_sha256 text NOT NULL DEFAULT '',    -- set before the file is stored
    object_key text NOT NULL DEFAULT '',        -- set once it is
    completed_at timestamptz
);
CREATE INDEX podcast_episodes_of_channel ON podcast_episodes (channel_id, published_at DESC, id);
CREATE INDEX podcast_episodes_by_age ON podcast_episodes (published_at DESC, id);
CREATE INDEX podcast_episodes_by_content ON podcast_episodes (content_sha256)
    WHERE content_sha256 <> '';

-- What has to be fetched: feeds again and again, files of episodes once.
CREATE TABLE podcast_errands (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id uuid NOT NULL REFERENCES podcast_channels ON DELETE CASCADE,
    episode_id uuid UNIQUE REFERENCES podcast_episodes ON DELETE CASCADE,   -- none: the feed
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running')),
    attempts integer NOT NULL DEFAULT 0,        -- in a row, none of which came to an end
    setbacks integer NOT NULL DEFAULT 0,        -- tries ended by an outage of ours
    due_at timestamptz NOT NULL DEFAULT now(),
    queued_at timestamptz,                      -- when the queue was last told
    lease_until timestamptz,
    worker_pid integer,                         -- the claim stands while this session of
    worker_since timestamptz                    -- PostgreSQL does
);
CREATE UNIQUE INDEX podcast_refreshes ON podcast_errands (channel_id) WHERE episode_id IS NULL;
CREATE INDEX podcast_errands_due ON podcast_errands (due_at) WHERE state = 'queued';

-- Files of episodes that nothing may refer to any more.
CREATE TABLE podcast_removals (
    content_sha256 text PRIMARY KEY,
    begun boolean NOT NULL DEFAULT false
);
