"""What must hold for the rows of all services once an import is over, each as a query of offenders.

Quarantined files have been dismissed before: until then they keep what can be tried again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.chaos.ground import Ground

MOST_SHOWN = 5

RULES: Mapping[str, str] = {
    "items that did not end": """
        SELECT file_name, state, current_step FROM ingest.items
        WHERE state NOT IN ('published', 'duplicate', 'dismissed')
    """,
    "files that became several items": """
        SELECT file_name, count(*) FROM ingest.items GROUP BY user_id, file_name
        HAVING count(*) > 1
    """,
    "items without all their fifteen steps": """
        SELECT i.file_name FROM ingest.items i LEFT JOIN ingest.steps s ON s.item_id = i.id
        GROUP BY i.id HAVING count(s.id) <> 15
    """,
    "published items with a step that is not done": """
        SELECT i.file_name, s.name, s.state FROM ingest.items i
        JOIN ingest.steps s ON s.item_id = i.id
        WHERE i.state = 'published' AND s.state <> 'done'
    """,
    "steps somebody still has to do": """
        SELECT i.file_name, s.name, s.state, s.worker_pid FROM ingest.items i
        JOIN ingest.steps s ON s.item_id = i.id
        WHERE s.state IN ('queued', 'running', 'awaiting') OR s.worker_pid IS NOT NULL
    """,
    "uploads that became nothing": """
        SELECT file_name FROM ingest.uploads WHERE item_id IS NULL OR NOT parts_removed
    """,
    "results of content that nobody has": """
        SELECT DISTINCT step, content_sha256 FROM ingest.results
        WHERE content_sha256 NOT IN (SELECT content_sha256 FROM ingest.recordings)
    """,
    "fingerprints of content that nobody has": """
        SELECT content_sha256 FROM ingest.fingerprints
        WHERE content_sha256 NOT IN (SELECT content_sha256 FROM ingest.recordings)
    """,
    "objects that were found damaged": "SELECT key, detail FROM ingest.damages",
    "content still to be removed": "SELECT content_sha256, begun FROM ingest.removals",
    "published items that are not exactly one track": """
        SELECT i.file_name, count(t.id) FROM ingest.items i
        LEFT JOIN catalog.tracks t
            ON t.content_sha256 = i.content_sha256 AND t.library_id = i.library_id
        WHERE i.state = 'published' GROUP BY i.id, i.file_name
        HAVING count(t.id) <> 1 OR min(t.id) <> i.track_id
    """,
    "tracks that are not exactly one published item": """
        SELECT t.title, count(i.id) FROM catalog.tracks t
        LEFT JOIN ingest.items i ON i.track_id = t.id AND i.state = 'published'
        GROUP BY t.id HAVING count(i.id) <> 1
    """,
    "recordings and tracks that do not agree": """
        SELECT r.track_id, t.id FROM ingest.recordings r FULL JOIN catalog.tracks t
            ON (t.id, t.library_id, t.content_sha256)
             = (r.track_id, r.library_id, r.content_sha256)
        WHERE r.track_id IS NULL OR t.id IS NULL
    """,
    "publications and published items that do not agree": """
        SELECT p.ingest_item_id, i.id FROM catalog.publications p
        FULL JOIN (SELECT * FROM ingest.items WHERE state = 'published') i
            ON i.id::text = p.ingest_item_id AND i.track_id = p.track_id
        WHERE p.ingest_item_id IS NULL OR i.id IS NULL
    """,
    "announcements that wait": """
        SELECT subject, sends FROM ingest.outbox WHERE due_at IS NOT NULL OR awaits_result
        UNION ALL SELECT subject, sends FROM catalog.outbox WHERE due_at IS NOT NULL
    """,
    "analyses that are not once in the ledger": """
        SELECT i.file_name, count(j.id) FROM ingest.items i
        JOIN ingest.steps s ON s.item_id = i.id AND s.name = 'features' AND s.state = 'done'
        LEFT JOIN catalog.jobs j ON j.output_reference = i.id::text
        GROUP BY i.id HAVING count(j.id) <> 1
    """,
    "albums that count wrong, or have no track": """
        SELECT a.title, a.track_count, count(t.id) FROM catalog.albums a
        LEFT JOIN catalog.tracks t ON t.album_id = a.id
        GROUP BY a.id HAVING a.track_count <> count(t.id) OR count(t.id) = 0
            OR a.duration_ms <> sum(t.duration_ms)
    """,
    "artists of nothing": """
        SELECT name FROM catalog.artists p
        WHERE NOT EXISTS (SELECT FROM catalog.track_artists WHERE artist_id = p.id)
            AND NOT EXISTS (SELECT FROM catalog.album_artists WHERE artist_id = p.id)
    """,
    "artists that are there twice": """
        SELECT name_key, count(*) FROM catalog.artists GROUP BY name_key HAVING count(*) > 1
    """,
    "artists that count wrong": """
        SELECT p.artist_id, p.track_count, count(DISTINCT c.track_id)
        FROM catalog.artist_libraries p LEFT JOIN catalog.track_artists c
            ON (c.artist_id, c.library_id) = (p.artist_id, p.library_id)
        GROUP BY p.artist_id, p.library_id HAVING p.track_count <> count(DISTINCT c.track_id)
    """,
    "libraries that count wrong": """
        SELECT l.name, l.track_count, count(t.id) FROM catalog.libraries l
        LEFT JOIN catalog.tracks t ON t.library_id = l.id GROUP BY l.id
        HAVING l.track_count <> count(t.id)
            OR l.size_bytes <> coalesce(sum((t.format ->> 'size_bytes')::bigint), 0)
            OR l.album_count <> (SELECT count(*) FROM catalog.albums WHERE library_id = l.id)
    """,
    "tracks that apps would not hear of": """
        SELECT t.title FROM catalog.tracks t LEFT JOIN catalog.changes c
            ON c.kind = 'track' AND c.id = t.id AND NOT c.tail_only
        WHERE c.id IS NULL
    """,
}


async def audit_rows(ground: Ground) -> list[str]:
    """Every rule that does not hold, with some of the rows that break it."""
    findings = []
    for rule, query in RULES.items():
        rows = await ground.rows(query)
        if rows:
            some = "; ".join(", ".join(map(str, row.values())) for row in rows[:MOST_SHOWN])
            findings.append(f"{rule}: {len(rows)}, such as {some}")
    return findings
