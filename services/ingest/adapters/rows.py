"""The rows a request may concern."""

from dataclasses import dataclass

from services.ingest.adapters.postgres_decisions import PostgresDecisions
from services.ingest.adapters.postgres_items import PostgresItems
from services.ingest.adapters.postgres_scans import PostgresScans
from services.ingest.adapters.postgres_scrub import PostgresScrub
from services.ingest.adapters.postgres_uploads import PostgresUploads


@dataclass(frozen=True, slots=True)
class Rows:
    """All of them in one schema of PostgreSQL."""

    uploads: PostgresUploads
    items: PostgresItems
    scans: PostgresScans
    decisions: PostgresDecisions
    scrub: PostgresScrub
