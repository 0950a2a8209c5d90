"""Values of music as rows hold them."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import asyncpg

from services.catalog.domain.music import (
    Analysis,
    Credit,
    Loudness,
    Marks,
    Quality,
    Rendition,
    SourceFormat,
)

Value = TypeVar("Value", SourceFormat, Loudness, Analysis)

# What a jsonb column holds: only its writer, here too, knows the types.
Json = Mapping[str, Any]

FIELDS: Mapping[type, frozenset[str]] = {
    kind: frozenset(field.name for field in dataclasses.fields(kind))
    for kind in (SourceFormat, Loudness, Analysis)
}
"""Names of fields; asked for each row anew they took two thirds of the time to read a track."""

SEEN = "ANY(ARRAY(SELECT visible_libraries($1)))"
"""The libraries the viewer, $1, sees: asked once for a query, and of use to an index."""


def credits_of(kind: str) -> str:
    """SQL for the artists of a track or album, as one JSON list."""
    return f"""(
        SELECT jsonb_agg(jsonb_build_array(c.name, c.join_phrase, p.musicbrainz_artist_id, p.id)
            ORDER BY c.position)
        FROM {kind}_artists c JOIN artists p ON p.id = c.artist_id WHERE c.{kind}_id = {kind}.id
    ) AS credits"""


def marks_of(kind: str) -> str:
    """SQL that joins what the viewer, $1, made of a track, album or artist."""
    return f"""
        LEFT JOIN favourites f
            ON f.user_id = $1 AND f.kind = '{kind}' AND f.entity_id = {kind}.id
        LEFT JOIN ratings r ON r.user_id = $1 AND r.kind = '{kind}' AND r.entity_id = {kind}.id
    """


def credits_in(row: asyncpg.Record) -> Sequence[Credit]:
    """The credits of a row, in order."""
    return [Credit(*each) for each in row["credits"] or ()]


def marks_in(row: asyncpg.Record) -> Marks:
    """The viewer's marks in a row."""
    return Marks(
        row["favourite_at"],
        row["rating"] or 0,
        row["play_count"] or 0,
        row["last_played_at"],
    )


def value_in(kind: type[Value], stored: Json) -> Value:
    """A value from its JSON. Fields of a newer version are left out."""
    known = FIELDS[kind]
    return kind(**{name: value for name, value in stored.items() if name in known})


def renditions_in(stored: Sequence[Json]) -> Sequence[Rendition]:
    """Renditions from their JSON."""
    return [Rendition(**{**each, "quality": Quality(each["quality"])}) for each in stored]


def stored_renditions(renditions: Sequence[Rendition]) -> Sequence[Json]:
    """Renditions as JSON."""
    return [dataclasses.asdict(each) for each in renditions]


def stored_analysis(analysis: Analysis | None) -> tuple[Json | None, Sequence[float]]:
    """An analysis as JSON, its beats apart: a list of tracks does without them."""
    if analysis is None:
        return None, ()
    stored = dataclasses.asdict(analysis)
    return stored, stored.pop("beats_s")


def stored_loudness(loudness: Loudness | None) -> Json | None:
    """A loudness as JSON."""
    return dataclasses.asdict(loudness) if loudness else None
