"""Rules of smart playlists as SQL. Every value of a rule travels as a parameter.

A rule may look at anything, and then every track is tried. What a listener
marked or played, when a track was added and names in plain letters are tested
in ways of which indexes can make use.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import product

import asyncpg

from libs.common.postgres import Connection
from services.catalog.adapters.rows import SEEN, Json
from services.catalog.domain.smart import (
    Condition,
    Field,
    Kind,
    Match,
    Operand,
    Operator,
    Order,
    Rule,
)

TRACKS = f"""
    FROM tracks AS track
    LEFT JOIN albums AS album ON album.id = track.album_id
    LEFT JOIN favourites AS f
        ON f.user_id = $1 AND f.kind = 'track' AND f.entity_id = track.id
    LEFT JOIN ratings AS r ON r.user_id = $1 AND r.kind = 'track' AND r.entity_id = track.id
    LEFT JOIN track_plays AS p ON p.user_id = $1 AND p.track_id = track.id
    WHERE track.library_id = {SEEN}
"""

ARTISTS = "(SELECT c.name FROM track_artists AS c WHERE c.track_id = track.id)"

VALUES: Mapping[Field, str] = {
    Field.TITLE: "track.title",
    Field.ARTIST: ARTISTS,
    Field.ALBUM: "album.title",
    Field.GENRE: "(SELECT unnest(track.genres))",
    Field.COMPOSER: "(SELECT unnest(track.composers))",
    Field.LABEL: "coalesce(nullif(track.label, ''), album.label)",
    Field.YEAR: "coalesce(track.year, album.year)",
    Field.TEMPO_BPM: "nullif(track.tempo_bpm, 0)",
    Field.KEY: "track.key",
    Field.ENERGY: "track.energy",
    Field.DURATION_S: "track.duration_ms / 1000.0",
    Field.RATING: "coalesce(r.rating, 0)",
    Field.FAVOURITE: "f.at IS NOT NULL",
    Field.PLAY_COUNT: "coalesce(p.play_count, 0)",
    Field.LAST_PLAYED: "p.last_played_at",
    Field.ADDED: "track.added_at",
    Field.LOSSLESS: "coalesce(track.lossless, false)",
}
"""The value of each field; NULL where it is not known, rows where there are several."""

UNCOUNTED: Mapping[Field, str] = {Field.RATING: "r.rating", Field.PLAY_COUNT: "p.play_count"}
"""There is no row where these are 0."""

SEVERAL = frozenset({Field.ARTIST, Field.GENRE, Field.COMPOSER})

NEAR = {Field.TEMPO_BPM: 0.5, Field.ENERGY: 0.005, Field.DURATION_S: 0.5}
"""How far measured values may be from a number and still be it: half of its last digit."""

TESTS: Mapping[tuple[Kind, Operator], str] = {
    (Kind.TEXT, Operator.IS): "lower({value}) = {operand}::text",
    (Kind.TEXT, Operator.CONTAINS): "strpos(lower({value}), {operand}::text) > 0",
    (Kind.NUMBER, Operator.IS): "abs({value} - {operand}::float8) <= {near}",
    (Kind.NUMBER, Operator.AT_LEAST): "{value} >= {operand}::float8",
    (Kind.NUMBER, Operator.AT_MOST): "{value} <= {operand}::float8",
    (Kind.KEY, Operator.IS): "{value} = {operand}::text",
    (Kind.TRUTH, Operator.IS): "({value}) = {operand}::boolean",
    (Kind.MOMENT, Operator.WITHIN_DAYS): (
        "{value} > now() - make_interval(secs => 86400 * {operand}::float8)"
    ),
}

OPPOSITES = {Operator.IS_NOT: Operator.IS, Operator.NOT_WITHIN_DAYS: Operator.WITHIN_DAYS}
"""Operators that hold exactly where another does not, also where the value is not known."""

FOUND_BY: Mapping[tuple[Field, Operator], str] = {
    **dict.fromkeys(
        product((Field.TITLE, Field.ARTIST, Field.ALBUM), (Operator.IS, Operator.CONTAINS)),
        "track.search_text LIKE '%' || {operand}::text || '%'",
    ),
    (Field.GENRE, Operator.IS): "track.genre_keys @> ARRAY[{operand}::text]",
}
"""What an index knows of tracks for which the test of a plain text may hold."""

PLAIN = re.compile("[a-z0-9]{3,}( [a-z0-9]+)*")
"""Text that is the same when it is folded, and long enough for an index of trigrams."""

ORDERS: Mapping[Order, str] = {
    Order.TITLE: "track.sort_key",
    Order.NEWEST: "track.added_at DESC",
    Order.MOST_PLAYED: "coalesce(p.play_count, 0) DESC",
    Order.LAST_PLAYED: "p.last_played_at DESC NULLS LAST",
    Order.RATING: "coalesce(r.rating, 0) DESC",
    Order.TEMPO: "nullif(track.tempo_bpm, 0) NULLS LAST",
    Order.RANDOM: "hashtextextended(track.id, current_date - DATE '2000-01-01')",
}


async def tracks_by_rule(
    connection: Connection, viewer_id: str, rule: Rule
) -> Sequence[asyncpg.Record]:
    """Id, duration and cover of the tracks the rule holds for, of those the viewer sees."""
    values: list[object] = [viewer_id]
    tests = [_test(condition, values) for condition in rule.conditions]
    together = (" AND " if rule.match is Match.ALL else " OR ").join(tests)
    values.append(rule.limit)
    return await connection.fetch(
        f"""
        SELECT track.id, track.duration_ms, track.cover_sha256 {TRACKS} AND ({together})
        ORDER BY {ORDERS[rule.order]}, track.id LIMIT ${len(values)}
        """,
        *values,
    )


def _test(condition: Condition, values: list[object]) -> str:
    operand = condition.operand()
    values.append(operand)
    operator = OPPOSITES.get(condition.operator, condition.operator)
    several = condition.field in SEVERAL
    places = {
        "value": "one" if several else _value(condition.field, operator, operand),
        "operand": f"${len(values)}",
        "near": NEAR.get(condition.field, 0),
    }
    test = TESTS[condition.kind, operator].format(**places)
    if several:
        test = f"EXISTS (SELECT FROM {VALUES[condition.field]} AS several(one) WHERE {test})"
    if condition.operator in OPPOSITES:
        return f"NOT coalesce({test}, false)"
    found_by = FOUND_BY.get((condition.field, operator))
    if found_by and PLAIN.fullmatch(str(operand)):
        return f"({found_by.format(**places)} AND {test})"
    return test


def _value(field: Field, operator: Operator, operand: Operand) -> str:
    if field in UNCOUNTED and operator is not Operator.AT_MOST and operand != 0:
        return UNCOUNTED[field]
    return VALUES[field]


def stored_rule(rule: Rule | None) -> Json | None:
    """A rule as JSON."""
    if rule is None:
        return None
    conditions = [[each.field, each.operator, each.value] for each in rule.conditions]
    return {
        "match": rule.match,
        "conditions": conditions,
        "order": rule.order,
        "limit": rule.limit,
    }


def rule_in(stored: Json | None) -> Rule | None:
    """A rule from its JSON."""
    if stored is None:
        return None
    conditions = tuple(
        Condition(Field(field), Operator(operator), value)
        for field, operator, value in stored["conditions"]
    )
    return Rule(Match(stored["match"]), conditions, Order(stored["order"]), stored["limit"])
