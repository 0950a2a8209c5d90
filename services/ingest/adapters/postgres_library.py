"""What is in a library or on its way there, and which content nobody needs any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.common.postgres import Connection
from services.ingest.adapters.postgres_steps import withdraw
from services.ingest.domain.claims import Claim, NotYet
from services.ingest.domain.duplicates import Duplicate, Fresh, Replaces, Undecided, Verdict
from services.ingest.domain.pipeline import Step

Result = Mapping[str, object]

MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Rival:
    """A recording that shares look-up words with a new one, with what is known of it."""

    content_sha256: str
    track_id: str
    fingerprint: Result
    probe: Result


async def lock_library(connection: Connection, library_id: str) -> None:
    """Let nobody else judge duplicates in this library until the transaction ends."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.library'), hashtext($1))",
        library_id,
    )


async def rivals(connection: Connection, claim: Claim, words: Sequence[int]) -> Sequence[Rival]:
    """What shares content or words with the item, likeliest first.

    One statement, hence one snapshot: a recording that is published meanwhile is
    seen either on its way or arrived, never neither.
    """
    rows = await connection.fetch(
        """
        WITH present AS (
            SELECT content_sha256, track_id FROM recordings WHERE library_id = $1
            UNION ALL
            SELECT content_sha256, '' FROM items
            WHERE library_id = $1 AND cleared AND state = 'processing' AND id <> $2
        ), near AS (
            SELECT p.content_sha256, p.track_id, CASE WHEN p.content_sha256 = $3 THEN 1000000 ELSE
                (SELECT count(*) FROM unnest(f.words) word WHERE word = ANY($4)) END AS shared
            FROM present p JOIN fingerprints f USING (content_sha256)
            WHERE p.content_sha256 = $3 OR f.words && $4
            ORDER BY shared DESC LIMIT $5
        )
        SELECT content_sha256, track_id, found.result AS fingerprint, read.result AS probe
        FROM near
        CROSS JOIN LATERAL (
            SELECT result FROM results r
            WHERE r.content_sha256 = near.content_sha256 AND step = 'fingerprint'
            ORDER BY made_at DESC LIMIT 1
        ) found
        CROSS JOIN LATERAL (
            SELECT result FROM results r
            WHERE r.content_sha256 = near.content_sha256 AND step = 'probe'
            ORDER BY made_at DESC LIMIT 1
        ) read
        ORDER BY shared DESC
        """,
        claim.library_id, claim.item_id, claim.content_sha256, list(words), MOST_CANDIDATES,
    )  # fmt: skip
    return [
        Rival(row["content_sha256"], row["track_id"], row["fingerprint"], row["probe"])
        for row in rows
    ]


async def keep_words(connection: Connection, content_sha256: str, words: Sequence[int]) -> None:
    """Let others find this content by what it has in common with theirs."""
    await connection.execute(
        """
        INSERT INTO fingerprints (content_sha256, words) VALUES ($1, $2)
        ON CONFLICT (content_sha256) DO UPDATE SET words = excluded.words
        """,
        content_sha256, list(words),
    )  # fmt: skip


async def name_item(connection: Connection, item_id: str, title: str, artist: str) -> None:
    """Show the item by what its tags say."""
    await connection.execute(
        "UPDATE items SET title = $2, artist = $3 WHERE id = $1", item_id, title, artist
    )


async def note(connection: Connection, item_id: str, notes: Sequence[str]) -> None:
    """Tell the person what was odd about the file."""
    await connection.execute("UPDATE items SET notes = $2 WHERE id = $1", item_id, list(notes))


async def judge(connection: Connection, claim: Claim, judged: Verdict) -> None:
    """Let the item go on or end it. Raises NotYet where another has to end first."""
    match judged:
        case Fresh():
            await connection.execute(
                "UPDATE items SET cleared = true, replaces_track_id = '' WHERE id = $1",
                claim.item_id,
            )
        case Replaces(track_id):
            await connection.execute(
                "UPDATE items SET cleared = true, replaces_track_id = $2 WHERE id = $1",
                claim.item_id, track_id,
            )  # fmt: skip
        case Duplicate(track_id):
            await connection.execute(
                "UPDATE items SET state = 'duplicate', track_id = $2 WHERE id = $1",
                claim.item_id, track_id,
            )  # fmt: skip
            await withdraw(connection, claim.item_id)
            await mark_unneeded(connection, [claim.content_sha256])
        case Undecided(track_id, likeness):
            await connection.execute(
                """
                UPDATE items SET state = 'undecided', track_id = $2, duplicate_similarity = $3,
                    decision = ''
                WHERE id = $1
                """,
                claim.item_id, track_id, likeness,
            )  # fmt: skip
            await withdraw(connection, claim.item_id)
        case _:
            raise NotYet("the same recording is on its way already", wait_s=2)


async def register_content(connection: Connection, claim: Claim, content_sha256: str) -> None:
    """Say that the item needs this content. Raises NotYet while the same is being removed."""
    async with connection.transaction():
        await connection.execute("SELECT 1 FROM items WHERE id = $1 FOR UPDATE", claim.item_id)
        await lock_content(connection, content_sha256)
        if await connection.fetchval(
            "SELECT begun FROM removals WHERE content_sha256 = $1", content_sha256
        ):
            raise NotYet("an earlier copy is being removed", wait_s=2)
        await connection.execute(
            "UPDATE items SET content_sha256 = $2 WHERE id = $1", claim.item_id, content_sha256
        )


async def lock_content(connection: Connection, content_sha256: str) -> None:
    """Let nobody else begin to need or to remove the content until the transaction ends."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtext(current_schema() || '.content'), hashtext($1))",
        content_sha256,
    )


async def mark_unneeded(connection: Connection, contents: Sequence[str]) -> None:
    """Have the content removed, unless it turns out that somebody needs it."""
    await connection.executemany(
        "INSERT INTO removals (content_sha256) VALUES ($1) ON CONFLICT DO NOTHING",
        [(content,) for content in contents if content],
    )


async def results_of(
    connection: Connection, item_id: str, content_sha256: str
) -> Mapping[Step, Result]:
    """What each step of the item found."""
    rows = await connection.fetch(
        """
        SELECT s.name, r.result FROM steps s JOIN results r
            ON r.content_sha256 = $2 AND r.step = s.name
            AND r.engine = s.engine AND r.engine_version = s.engine_version
        WHERE s.item_id = $1
        """,
        item_id, content_sha256,
    )  # fmt: skip
    return {Step(row["name"]): row["result"] for row in rows}
