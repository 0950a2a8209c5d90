"""What people connected, in PostgreSQL, with what proves who they are there, sealed."""

from collections.abc import Awaitable, Sequence
from typing import TypeVar

import asyncpg

from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.accounts import find_user
from services.catalog.adapters.scrobbling.lastfm import LastFm
from services.catalog.adapters.scrobbling.listenbrainz import ListenBrainz
from services.catalog.adapters.sealing import Sealing
from services.catalog.domain.scrobbling import (
    LONGEST_TOKEN,
    NAMES,
    NoSuchScrobbler,
    NotAllowedYet,
    ProofRefused,
    Refused,
    Service,
    State,
    Status,
    TryLater,
)
from services.catalog.domain.text import line

Answer = TypeVar("Answer")


class Scrobblers:
    """Connects and disconnects them.

    Parameters
    ----------
    lastfm
        None where the operator gave no key for it.
    """

    def __init__(
        self, pool: Pool, sealing: Sealing, listenbrainz: ListenBrainz, lastfm: LastFm | None
    ) -> None:
        self._pool = pool
        self._sealing = sealing
        self._listenbrainz = listenbrainz
        self._lastfm = lastfm

    async def of_user(self, user_id: str) -> Sequence[Status]:
        """Every service, connected or not."""
        rows = await self._pool.fetch(
            """
            SELECT service, account_name, sealed IS NOT NULL AS connected, broken, problem,
                sent_count, last_sent_at,
                (SELECT count(*) FROM scrobbles
                    WHERE scrobbler_id = scrobblers.id AND refusal IS NULL) AS waiting_count,
                (SELECT count(*) FROM scrobbles
                    WHERE scrobbler_id = scrobblers.id AND refusal IS NOT NULL) AS refused_count,
                coalesce((SELECT refusal FROM scrobbles
                    WHERE scrobbler_id = scrobblers.id AND refusal IS NOT NULL
                    ORDER BY id DESC LIMIT 1), '') AS last_refusal
            FROM scrobblers WHERE user_id = $1
            """,
            user_id,
        )
        known = {Service(row["service"]): row for row in rows}
        return [self._status(service, known.get(service)) for service in Service]

    async def connect_listenbrainz(self, user_id: str, token: str) -> Status:
        """Tell ListenBrainz from now on, by this token. Raises WrongToken."""
        proof = line(token, "the token", LONGEST_TOKEN)
        name = await _asked(Service.LISTENBRAINZ, self._listenbrainz.name_of(proof))
        await self._connect(user_id, Service.LISTENBRAINZ, name, proof)
        return await self._one(user_id, Service.LISTENBRAINZ)

    async def begin_lastfm(self, user_id: str) -> str:
        """The address where the user allows us to tell Last.fm."""
        token, address = await _asked(Service.LASTFM, self._lastfm_or_fault().begin())
        async with transaction(self._pool) as connection:
            await find_user(connection, user_id)
            row_id = await _row_of(connection, user_id, Service.LASTFM)
            await connection.execute(
                "UPDATE scrobblers SET begun_sealed = $2 WHERE id = $1",
                row_id, self._sealing.seal(token, row_id),
            )  # fmt: skip
        return address

    async def finish_lastfm(self, user_id: str) -> Status:
        """Tell Last.fm from now on, if the user allowed it. Raises NotAllowedYet."""
        lastfm = self._lastfm_or_fault()
        row = await self._pool.fetchrow(
            """
            SELECT id, begun_sealed FROM scrobblers
            WHERE user_id = $1 AND service = $2 AND begun_sealed IS NOT NULL
            """,
            user_id, Service.LASTFM,
        )  # fmt: skip
        if row is None:
            raise NotAllowedYet("begin to connect Last.fm first")
        token = self._sealing.unseal(row["begun_sealed"], row["id"])
        name, key = await _asked(Service.LASTFM, lastfm.finish(token))
        await self._connect(user_id, Service.LASTFM, name, key)
        return await self._one(user_id, Service.LASTFM)

    async def disconnect(self, user_id: str, service: Service) -> None:
        """Tell it nothing more, and forget what waits. What is not connected stays so."""
        await self._pool.execute(
            "DELETE FROM scrobblers WHERE user_id = $1 AND service = $2", user_id, service
        )

    async def account(self, user_id: str, service: Service) -> tuple[str, str]:
        """What the user is called there, and the proof; both empty when it is not connected."""
        row = await self._pool.fetchrow(
            """
            SELECT id, account_name, sealed FROM scrobblers
            WHERE user_id = $1 AND service = $2 AND sealed IS NOT NULL AND NOT broken
            """,
            user_id, service,
        )  # fmt: skip
        if row is None:
            return "", ""
        return row["account_name"], self._sealing.unseal(row["sealed"], row["id"])

    async def connected(self, user_id: str) -> Sequence[tuple[Service, str]]:
        """Whom to tell what the user hears now, and the proof for each."""
        accounts = [(service, await self.account(user_id, service)) for service in Service]
        return [(service, proof) for service, (_, proof) in accounts if proof]

    async def _connect(self, user_id: str, service: Service, name: str, proof: str) -> None:
        async with transaction(self._pool) as connection:
            await find_user(connection, user_id)
            row_id = await _row_of(connection, user_id, service)
            await connection.execute(
                """
                UPDATE scrobblers SET account_name = $2, sealed = $3, begun_sealed = NULL,
                    broken = false, problem = '', failures = 0, due_at = now()
                WHERE id = $1
                """,
                row_id, name, self._sealing.seal(proof, row_id),
            )  # fmt: skip

    async def _one(self, user_id: str, service: Service) -> Status:
        return next(each for each in await self.of_user(user_id) if each.service is service)

    def _lastfm_or_fault(self) -> LastFm:
        if self._lastfm is None:
            raise NoSuchScrobbler(
                "this server has no key for Last.fm: its operator sets CATALOG_LASTFM_API_KEY "
                "and CATALOG_LASTFM_API_SECRET"
            )
        return self._lastfm

    def _status(self, service: Service, row: asyncpg.Record | None) -> Status:
        if service is Service.LASTFM and self._lastfm is None:
            return Status(service, State.UNAVAILABLE)
        if row is None:
            return Status(service, State.DISCONNECTED)
        state = State.BEGUN
        if row["connected"]:
            state = State.BROKEN if row["broken"] else State.CONNECTED
        same = ("account_name", "waiting_count", "sent_count", "refused_count", "last_sent_at")
        told = {name: row[name] for name in (*same, "problem", "last_refusal")}
        return Status(service, state, **told)


async def _row_of(connection: Connection, user_id: str, service: Service) -> str:
    row_id: str = await connection.fetchval(
        """
        INSERT INTO scrobblers (user_id, service) VALUES ($1, $2)
        ON CONFLICT (user_id, service) DO UPDATE SET service = excluded.service RETURNING id
        """,
        user_id, service,
    )  # fmt: skip
    return row_id


async def _asked(service: Service, answer: Awaitable[Answer]) -> Answer:
    """What a service answers, or words for the person who waits for it."""
    try:
        return await answer
    except (TryLater, Refused, ProofRefused) as reason:
        raise TryLater(f"{NAMES[service]} cannot be asked now: {reason}") from None
