"""Stations in PostgreSQL."""

from collections.abc import Sequence
from dataclasses import astuple, fields

import asyncpg

from libs.common.postgres import Connection, Pool, transaction
from services.catalog.adapters.accounts import find_user
from services.catalog.domain.accounts import Plan, User
from services.catalog.domain.names import folded
from services.catalog.domain.stations import (
    MOST_LISTED,
    MOST_STATIONS,
    Audience,
    Beginning,
    NotYourStation,
    Station,
    StationEdit,
    StationListener,
    StationPlan,
    Steering,
    TooManyStations,
    UnknownStation,
)

BEGINNING = ", ".join(field.name for field in fields(Beginning))
STATION = f"""
    SELECT station.id, station.name, station.description, station.owner_id,
        owner.display_name AS owner_name, station.audience, station.steering,
        station.invitation, station.created_at, {BEGINNING}
    FROM stations AS station LEFT JOIN users AS owner ON owner.id = station.owner_id
"""


class Stations:
    """Keeps stations."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def listed(self, user_id: str) -> tuple[StationListener, Sequence[Station]]:
        """Who asks, and what they may hear: the house's first, their own, then by name."""
        async with self._pool.acquire() as connection:
            listener = await _listener(connection, user_id)
            rows = await connection.fetch(
                f"""
                {STATION}
                WHERE $2 OR station.owner_id = $1 OR station.audience = 'public'
                    OR (station.audience = 'members' AND $1 <> '')
                ORDER BY station.owner_id IS NULL DESC, station.owner_id = $1 DESC,
                    station.name_key, station.id
                LIMIT $3
                """,
                listener.user_id, listener.is_operator, MOST_LISTED,
            )  # fmt: skip
        return listener, [_station(row) for row in rows]

    async def get(
        self, user_id: str, station_id: str, invitation: str
    ) -> tuple[StationListener, Station]:
        """Who asks, and the station, if they may hear it."""
        async with self._pool.acquire() as connection:
            listener = await _listener(connection, user_id)
            return listener, await _heard(connection, listener, station_id, invitation)

    async def create(self, user_id: str, plan: StationPlan) -> tuple[StationListener, Station]:
        """Make a station of the user's own."""
        async with transaction(self._pool) as connection:
            # Held, so that two made at once do not both take the last place.
            await connection.execute("SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE", user_id)
            most = _most_of(await find_user(connection, user_id))
            station_id = await connection.fetchval(
                f"""
                INSERT INTO stations
                    (owner_id, name, name_key, description, audience, steering, {BEGINNING})
                SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
                WHERE (SELECT count(*) FROM stations WHERE owner_id = $1) < $14 RETURNING id
                """,
                user_id, plan.name, folded(plan.name), plan.description, plan.audience,
                plan.steering, *astuple(plan.begins_with), most,
            )  # fmt: skip
            if station_id is None:
                raise TooManyStations(f"your plan allows {most} stations; delete one")
            listener = await _listener(connection, user_id)
            return listener, await _heard(connection, listener, station_id)

    async def edit(
        self, user_id: str, station_id: str, edit: StationEdit
    ) -> tuple[StationListener, Station]:
        """Change a station."""
        async with transaction(self._pool) as connection:
            listener = await _editor(connection, user_id, station_id)
            await connection.execute(
                """
                UPDATE stations SET name = coalesce($2, name), name_key = coalesce($3, name_key),
                    description = coalesce($4, description), audience = coalesce($5, audience),
                    steering = coalesce($6, steering),
                    invitation = CASE WHEN $7 THEN new_invitation() ELSE invitation END
                WHERE id = $1
                """,
                station_id, edit.name, None if edit.name is None else folded(edit.name),
                edit.description, edit.audience, edit.steering, edit.renew_invitation,
            )  # fmt: skip
            if edit.begins_with:
                await connection.execute(
                    f"""
                    UPDATE stations SET ({BEGINNING}) = ROW($2, $3, $4, $5, $6, $7, $8)
                    WHERE id = $1
                    """,
                    station_id, *astuple(edit.begins_with),
                )  # fmt: skip
            return listener, await _heard(connection, listener, station_id)

    async def delete(self, user_id: str, station_id: str) -> None:
        """Delete a station."""
        async with transaction(self._pool) as connection:
            await _editor(connection, user_id, station_id)
            await connection.execute("DELETE FROM stations WHERE id = $1", station_id)


async def _listener(connection: Connection, user_id: str) -> StationListener:
    """Who asks. A user who is gone or disabled is nobody."""
    row = await connection.fetchrow(
        "SELECT id, role FROM users WHERE id = $1 AND NOT disabled", user_id
    )
    return StationListener(row["id"], row["role"] == "operator") if row else StationListener()


async def _heard(
    connection: Connection, listener: StationListener, station_id: str, invitation: str = ""
) -> Station:
    row = await connection.fetchrow(f"{STATION} WHERE station.id = $1", station_id)
    station = row and _station(row)
    if not station or not station.may_hear(listener, invitation):
        raise UnknownStation("there is no such station")
    return station


async def _editor(connection: Connection, user_id: str, station_id: str) -> StationListener:
    """Who asks, if they may change the station, which is held until the transaction ends."""
    await connection.execute("SELECT FROM stations WHERE id = $1 FOR UPDATE", station_id)
    listener = await _listener(connection, user_id)
    station = await _heard(connection, listener, station_id)
    if not station.may_edit(listener):
        raise NotYourStation("only its owner and operators may change a station")
    return listener


def _most_of(user: User) -> int:
    return MOST_STATIONS[Plan.STUDIO if user.is_operator else user.plan]


def _station(row: asyncpg.Record) -> Station:
    return Station(
        id=row["id"],
        name=row["name"],
        description=row["description"],
        owner_id=row["owner_id"] or "",
        owner_name=row["owner_name"] or "",
        audience=Audience(row["audience"]),
        steering=Steering(row["steering"]),
        begins_with=Beginning(**{field.name: row[field.name] for field in fields(Beginning)}),
        invitation=row["invitation"],
        created_at=row["created_at"],
    )
