"""Smart playlists: every field and operator, over the service's own API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.domain.smart import KINDS, OPERATORS, Condition, Field, Kind
from services.catalog.tests.recordings import recording
from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import listening_pb2 as pb
from tutti.catalog.v1 import music_pb2
from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceStub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceAsyncStub
    from tutti.ingest.v1 import events_pb2


def analysed(ready: events_pb2.RecordingReady, **heard: float | str) -> events_pb2.RecordingReady:
    ready.track.analysis.CopyFrom(music_pb2.Analysis(engine="ear", engine_version="1"))
    for name, value in heard.items():
        setattr(ready.track.analysis, name, value)
    return ready


def shelf() -> Sequence[events_pb2.RecordingReady]:
    """Three tracks that differ in everything a rule can look at."""
    fast = recording(
        "Été", ["Ada", "Bob"], "Dawn", genres=["Trip Hop", "Ambient"], composers=["C. Schumann"],
        label="Ninja", duration_ms=60_200, date="1999-05-01",
    )  # fmt: skip
    slow = recording(
        "Winter", ["Cleo"], "Dusk", genres=["Folk"], composers=["F. Hensel"], label="Warp",
        duration_ms=240_000, date="2011",
    )  # fmt: skip
    blank = recording("100% Blank_", ["Dan"], "", genres=[], duration_ms=120_000, date="")
    blank.track.ClearField("analysis")
    slow.track.format.lossless = False
    return [
        analysed(fast, tempo_bpm=174.1, key="8A", energy=0.9),
        analysed(slow, tempo_bpm=70.0, key="1B", energy=0.2),
        blank,
    ]


FAST, SLOW, BLANK = "Été", "Winter", "100% Blank_"
ALL = {FAST, SLOW, BLANK}

CASES = [
    ("title", "is", "été", {FAST}),
    ("title", "is", "ete", set()),
    ("title", "is_not", "WINTER", {FAST, BLANK}),
    ("title", "contains", "int", {SLOW}),
    ("title", "contains", "WINT", {SLOW}),
    ("title", "contains", "ada", set()),
    ("title", "is", "100% blank_", {BLANK}),
    ("title", "contains", "%", {BLANK}),
    ("title", "contains", "_", {BLANK}),
    ("title", "contains", "'; DROP TABLE tracks; --", set()),
    ("title", "contains", "{value} $1", set()),
    ("artist", "is", "bob", {FAST}),
    ("artist", "is_not", "bob", {SLOW, BLANK}),
    ("artist", "contains", "a", {FAST, BLANK}),
    ("album", "is", "Dawn", {FAST}),
    ("album", "is", "daw", set()),
    ("album", "is_not", "Dawn", {SLOW, BLANK}),
    ("album", "contains", "d", {FAST, SLOW}),
    ("genre", "is", "trip hop", {FAST}),
    ("genre", "is_not", "Ambient", {SLOW, BLANK}),
    ("genre", "contains", "ip", {FAST}),
    ("composer", "is", "f. hensel", {SLOW}),
    ("composer", "is_not", "f. hensel", {FAST, BLANK}),
    ("composer", "contains", "schu", {FAST}),
    ("label", "is", "warp", {SLOW}),
    ("label", "is_not", "warp", {FAST, BLANK}),
    ("label", "contains", "nin", {FAST}),
    ("year", "is", "1999", {FAST}),
    ("year", "is_not", "1999", {SLOW, BLANK}),
    ("year", "at_least", "2000", {SLOW}),
    ("year", "at_most", "2011", {FAST, SLOW}),
    ("tempo_bpm", "is", "174", {FAST}),
    ("tempo_bpm", "is_not", "174", {SLOW, BLANK}),
    ("tempo_bpm", "at_least", "70.0", {FAST, SLOW}),
    ("tempo_bpm", "at_most", "174.05", {SLOW}),
    ("key", "is", "8A", {FAST}),
    ("key", "is_not", "8A", {SLOW, BLANK}),
    ("energy", "is", "0.9", {FAST}),
    ("energy", "is_not", "0.9", {SLOW, BLANK}),
    ("energy", "at_least", "0.5", {FAST}),
    ("energy", "at_most", "0.5", {SLOW}),
    ("duration_s", "is", "60", {FAST}),
    ("duration_s", "is_not", "60", {SLOW, BLANK}),
    ("duration_s", "at_least", "120", {SLOW, BLANK}),
    ("duration_s", "at_most", "120", {FAST, BLANK}),
    ("rating", "is", "5", {FAST}),
    ("rating", "is", "0", {SLOW, BLANK}),
    ("rating", "is_not", "5", {SLOW, BLANK}),
    ("rating", "at_least", "4", {FAST}),
    ("rating", "at_least", "0", ALL),
    ("rating", "at_most", "4", {SLOW, BLANK}),
    ("favourite", "is", "true", {SLOW}),
    ("favourite", "is", "false", {FAST, BLANK}),
    ("favourite", "is_not", "true", {FAST, BLANK}),
    ("play_count", "is", "3", {FAST}),
    ("play_count", "is_not", "3", {SLOW, BLANK}),
    ("play_count", "at_least", "1", {FAST, SLOW}),
    ("play_count", "at_most", "0", {BLANK}),
    ("last_played", "within_days", "7", {FAST}),
    ("last_played", "within_days", "36500", {FAST, SLOW}),
    ("last_played", "not_within_days", "7", {SLOW, BLANK}),
    ("added", "within_days", "1", ALL),
    ("added", "not_within_days", "1", set()),
    ("lossless", "is", "true", {FAST, BLANK}),
    ("lossless", "is", "false", {SLOW}),
    ("lossless", "is_not", "true", {SLOW}),
]


def test_every_operator_of_every_field_is_among_the_cases() -> None:
    tried = {(field, operator) for field, operator, _, _ in CASES}
    assert tried == {(field, op) for field in Field for op in OPERATORS[KINDS[field]]}


def condition(field: str, operator: str, value: str) -> pb.Condition:
    return pb.Condition(
        field=pb.Field.Value(f"FIELD_{field.upper()}"),
        operator=pb.Operator.Value(f"OPERATOR_{operator.upper()}"),
        value=value,
    )


class Listener:
    """Somebody with three tracks, who asks for what a rule holds."""

    def __init__(self, listening: ListeningServiceAsyncStub, viewer_id: str) -> None:
        self.listening = listening
        self.viewer_id = viewer_id

    async def playlist(self, rule: pb.SmartRule) -> pb.Playlist:
        request = pb.CreatePlaylistRequest(viewer_id=self.viewer_id, name="Smart", rule=rule)
        return (await self.listening.CreatePlaylist(request)).playlist

    async def titles(self, rule: pb.SmartRule) -> list[str]:
        playlist = await self.playlist(rule)
        request = pb.GetPlaylistRequest(viewer_id=self.viewer_id, playlist_id=playlist.id)
        reply = await self.listening.GetPlaylist(request)
        assert reply.playlist.track_count == len(reply.entries)
        assert reply.playlist.duration_ms == sum(each.track.duration_ms for each in reply.entries)
        return [entry.track.title for entry in reply.entries]


@pytest.fixture
async def listener(running: Running, ingest: Ingest) -> Listener:
    ada = await ingest.user("ada")
    fast, slow, _ = await ingest.publish(ada, *shelf())
    listening = ListeningServiceStub(running.channel)
    track = pb.ENTITY_KIND_TRACK
    rating = pb.SetRatingRequest(viewer_id=ada.id, kind=track, id=fast.id, rating=5)
    await listening.SetRating(rating)
    favourite = pb.SetFavouriteRequest(viewer_id=ada.id, kind=track, id=slow.id, favourite=True)
    await listening.SetFavourite(favourite)
    await running.database.executemany(
        "INSERT INTO track_plays VALUES ($1, $2, $3, now() - make_interval(days => $4))",
        [(ada.id, fast.id, 3, 1), (ada.id, slow.id, 1, 30)],
    )
    return Listener(listening, ada.id)


async def test_a_rule_of_one_condition_holds_these_tracks(listener: Listener) -> None:
    for field, operator, value, titles in CASES:
        rule = pb.SmartRule(conditions=[condition(field, operator, value)])
        assert set(await listener.titles(rule)) == titles, (field, operator, value)


async def test_conditions_combine_by_all_or_any(listener: Listener) -> None:
    conditions = [condition("genre", "is", "folk"), condition("rating", "at_least", "4")]
    either = pb.SmartRule(match=pb.MATCH_ANY, conditions=conditions)
    assert await listener.titles(either) == [FAST, SLOW]
    both = pb.SmartRule(match=pb.MATCH_ALL, conditions=conditions)
    assert await listener.titles(both) == []


async def test_tracks_come_in_the_order_of_the_rule(listener: Listener) -> None:
    for order, titles in (
        (pb.SMART_ORDER_TITLE, [BLANK, FAST, SLOW]),
        (pb.SMART_ORDER_NEWEST, [BLANK, SLOW, FAST]),
        (pb.SMART_ORDER_MOST_PLAYED, [FAST, SLOW, BLANK]),
        (pb.SMART_ORDER_LAST_PLAYED, [FAST, SLOW, BLANK]),
        (pb.SMART_ORDER_RATING, [FAST]),
        (pb.SMART_ORDER_TEMPO, [SLOW, FAST, BLANK]),
    ):
        rule = pb.SmartRule(conditions=[condition("added", "within_days", "1")], order=order)
        assert (await listener.titles(rule))[: len(titles)] == titles, order
        rule.limit = 1
        assert await listener.titles(rule) == titles[:1]


async def test_a_random_order_stays_for_the_day_and_comes_in_pages(listener: Listener) -> None:
    rule = pb.SmartRule(
        conditions=[condition("added", "within_days", "1")], order=pb.SMART_ORDER_RANDOM
    )
    titles = await listener.titles(rule)
    assert set(titles) == ALL
    request = pb.GetPlaylistRequest(
        viewer_id=listener.viewer_id, playlist_id=(await listener.playlist(rule)).id, page_size=2
    )
    first = await listener.listening.GetPlaylist(request)
    request.page_token = first.next_page_token
    second = await listener.listening.GetPlaylist(request)
    assert second.next_page_token == ""
    pages = [entry.track.title for entry in [*first.entries, *second.entries]]
    assert pages == titles


async def test_a_rule_is_kept_as_it_was_made_and_can_be_changed(listener: Listener) -> None:
    rule = pb.SmartRule(
        match=pb.MATCH_ANY,
        conditions=[condition("title", "is_not", "Été"), condition("year", "at_least", "1999")],
        order=pb.SMART_ORDER_TEMPO,
        limit=7,
    )
    playlist = await listener.playlist(rule)
    assert playlist.rule == rule
    del rule.conditions[1:]
    edited = await listener.listening.EditPlaylist(
        pb.EditPlaylistRequest(viewer_id=listener.viewer_id, playlist_id=playlist.id, rule=rule)
    )
    assert edited.playlist.rule == rule
    assert edited.playlist.version == playlist.version + 1


async def test_a_senseless_condition_is_refused_with_the_reason(running: Running) -> None:
    listening = ListeningServiceStub(running.channel)
    for broken, reason in (
        (condition("title", "at_least", "a"), "title can be tested by is, is_not, contains"),
        (condition("year", "contains", "19"), "is, is_not, at_least, at_most"),
        (condition("added", "is", "7"), "within_days"),
        (condition("title", "is", " "), "text of 1 to 200"),
        (condition("title", "is", "x" * 201), "text of 1 to 200"),
        (condition("title", "is", "a\0b"), "text of 1 to 200"),
        (condition("year", "is", "MCMXCIX"), "a number such as"),
        (condition("energy", "is", "-1"), "a number such as"),
        (condition("energy", "is", "nan"), "a number such as"),
        (condition("energy", "is", "1e999"), "a number such as"),
        (condition("play_count", "is", "٣"), "a number such as"),
        (condition("key", "is", "Am"), "Camelot"),
        (condition("favourite", "is", "yes"), "true or false"),
        (condition("last_played", "within_days", "0"), "1 to 36500"),
        (condition("last_played", "within_days", "1.5"), "1 to 36500"),
        (pb.Condition(operator=pb.OPERATOR_IS, value="x"), "field must be one of"),
        (pb.Condition(field=pb.FIELD_TITLE, value="x"), "operator must be one of"),
    ):
        request = pb.CreatePlaylistRequest(name="Smart", rule=pb.SmartRule(conditions=[broken]))
        code, words = await refusal(listening.CreatePlaylist(request))
        assert code is grpc.StatusCode.INVALID_ARGUMENT, broken
        assert reason in words


async def test_a_rule_has_few_conditions_and_a_limit(running: Running) -> None:
    listening = ListeningServiceStub(running.channel)
    sound = condition("year", "is", "1999")
    for rule in (
        pb.SmartRule(),
        pb.SmartRule(conditions=[sound] * 21),
        pb.SmartRule(conditions=[sound], limit=1001),
        pb.SmartRule(conditions=[sound], limit=-1),
        pb.SmartRule(conditions=[sound], match=9),  # type: ignore[arg-type]  # a newer contract's
    ):
        code, _ = await refusal(
            listening.CreatePlaylist(pb.CreatePlaylistRequest(name="Smart", rule=rule))
        )
        assert code is grpc.StatusCode.INVALID_ARGUMENT


def test_days_and_numbers_are_read_as_numbers() -> None:
    operands = {
        kind: Condition(field, OPERATORS[kind][0], value).operand()
        for kind, field, value in [
            (Kind.NUMBER, Field.YEAR, "1999"),
            (Kind.MOMENT, Field.ADDED, "7"),
            (Kind.TRUTH, Field.LOSSLESS, "false"),
            (Kind.TEXT, Field.TITLE, " Été "),
        ]
    }
    assert operands == {
        Kind.NUMBER: 1999.0,
        Kind.MOMENT: 7.0,
        Kind.TRUTH: False,
        Kind.TEXT: "été",
    }
