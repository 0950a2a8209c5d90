"""Where the catalog keeps things: PostgreSQL."""
