-- The ledger of AI jobs: every call of a model or an analysis engine, by whichever service.
CREATE TABLE jobs (
    id               text PRIMARY KEY,        -- chosen by whoever ran it
    service          text NOT NULL,
    kind             text NOT NULL,
    engine           text NOT NULL,
    engine_version   text NOT NULL,
    model            text NOT NULL,
    device           text NOT NULL,
    input_hash       text NOT NULL,
    output_reference text NOT NULL,
    tokens_in        bigint NOT NULL,
    tokens_out       bigint NOT NULL,
    audio_s          double precision NOT NULL,
    cost_usd         double precision NOT NULL,
    latency_ms       bigint NOT NULL,
    cache_hit        boolean NOT NULL,
    error            text NOT NULL,           -- empty when it went well
    user_id          text NOT NULL,           -- for whom; empty for the server itself. Stays when they go: a bill does
    finished_at      timestamptz NOT NULL
);
CREATE INDEX jobs_by_time ON jobs (finished_at, id);
CREATE INDEX jobs_by_user ON jobs (user_id, finished_at, id);
CREATE INDEX jobs_by_kind ON jobs (kind, finished_at, id);
