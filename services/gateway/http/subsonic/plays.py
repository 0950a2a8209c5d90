"""What was played, and what is being played."""

import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest

from libs.common.events import Event
from libs.common.faults import InvalidInput
from services.gateway.adapters.now_playing import Player
from services.gateway.domain.apps.faults import MissingParameter
from services.gateway.domain.apps.ids import Kind, Nothing, id_of, ids_of
from services.gateway.domain.apps.playing import End, Playing, Report, State
from services.gateway.http.subsonic.browsing import track_of
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic import music
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import catalog_pb2, music_pb2, scrobbling_pb2
from tutti.gateway.v1 import events_pb2

MOST_AT_ONCE = 500
IN_ONE_EVENT = 10
SLOWEST, FASTEST = 0.1, 10.0
ENDS = {
    End.COMPLETED: events_pb2.PLAYBACK_END_COMPLETED,
    End.STOPPED: events_pb2.PLAYBACK_END_STOPPED,
}


async def scrobble(call: Call) -> Tree:
    """Note that songs were played to their end, or that one begins."""
    given = call.given
    track_ids = ids_of(Kind.TRACK, given.texts("id"))
    if not track_ids:
        raise MissingParameter("send id, once for each song")
    if len(track_ids) > MOST_AT_ONCE:
        raise InvalidInput(f"send at most {MOST_AT_ONCE} songs at once")
    asked = catalog_pb2.GetTracksRequest(viewer_id=call.viewer_id, track_ids=track_ids)
    there = {row.id: row for row in (await call.parts.peers.catalog.GetTracks(asked)).tracks}
    if not there:
        raise Nothing("none of these songs is here")
    if not given.flag("submission", default=True):
        await _begin(call, there[next(each for each in track_ids if each in there)])
        return {}
    now_ms = _now_ms()
    moments = zip_longest(track_ids, given.numbers("time")[: len(track_ids)], fillvalue=now_ms)
    # Songs that are gone are left out: an app would send the others for ever.
    plays = [
        _heard(call, there[str(track_id)], int(began_ms))
        for track_id, began_ms in moments
        if track_id in there
    ]
    await _publish(call, plays)
    return {}


async def report_playback(call: Call) -> Tree:
    """Note what a player does, and count a listening once enough was heard."""
    if call.given.text("mediaType") == "podcast":
        id_of(Kind.EPISODE, call.given.text("mediaId"))
        return {}  # nobody counts episodes
    report, now_ms = await _reported(call), _now_ms()
    player, kept = _player(call), call.parts.now_playing
    before = await kept.of(player)
    if before is not None and before.goes_on_with(report):
        playing = before.after(report, now_ms)
    else:
        playing = Playing.begun(report, uuid.uuid4().hex, now_ms)
        await _tell(call, report.track_id)
    ends = report.state is State.STOPPED
    if playing.counts and not playing.counted and (ends or playing.is_worth_counting):
        await _publish(call, [_listened(call, playing)])
        playing = replace(playing, counted=True)
    await kept.keep(player, playing)
    return {}


async def get_now_playing(call: Call) -> Tree:
    """List what everybody plays, as far as the caller may see it."""
    now_ms = _now_ms()
    players = await call.parts.now_playing.all(now_ms)
    asked = catalog_pb2.GetTracksRequest(
        viewer_id=call.viewer_id,
        track_ids=list({playing.track_id for _, playing in players})[:MOST_AT_ONCE],
    )
    seen = {row.id: row for row in (await call.parts.peers.catalog.GetTracks(asked)).tracks}
    entries = [
        _entry(number, player, playing, seen[playing.track_id], now_ms)
        for number, (player, playing) in enumerate(players)
        if playing.track_id in seen
    ]
    return {"nowPlaying": grown(entry=entries)}


def _entry(
    number: int, player: Player, playing: Playing, track: music_pb2.Track, now_ms: int
) -> Tree:
    state = State.PLAYING if playing.state is State.STARTING else playing.state
    return {
        **music.song(track),
        "username": player.user_name,
        "minutesAgo": max(0, now_ms - playing.told_ms) // 60_000,
        "playerId": number,
        "playerName": player.client,
        "state": state,
        "positionMs": playing.position_at(now_ms),
        "playbackRate": playing.rate,
    }


async def _begin(call: Call, track: music_pb2.Track) -> None:
    report = Report(track.id, track.duration_ms, State.PLAYING, 0, counts=False)
    playing = Playing.begun(report, uuid.uuid4().hex, _now_ms())
    await call.parts.now_playing.keep(_player(call), playing)
    await _tell(call, track.id)


async def _reported(call: Call) -> Report:
    given = call.given
    if given.text("mediaType") != "song":
        raise InvalidInput("mediaType must be song or podcast")
    try:
        state = State(given.text("state"))
    except ValueError:
        raise InvalidInput(f"state must be one of {', '.join(State)}") from None
    track = await track_of(call, given.text("mediaId"))
    return Report(
        track_id=id_of(Kind.TRACK, given.text("mediaId")),
        duration_ms=track.duration_ms,
        state=state,
        position_ms=given.number("positionMs"),
        rate=given.decimal("playbackRate", 1.0, SLOWEST, FASTEST),
        counts=not given.flag("ignoreScrobble", default=False),
    )


def _heard(call: Call, track: music_pb2.Track, began_ms: int) -> events_pb2.Playback:
    """A song that was played to its end. Sent again with the same time, it counts once."""
    return events_pb2.Playback(
        id=f"{track.id}-{began_ms}",
        user_id=call.viewer_id,
        track_id=track.id,
        started_at_unix_ms=began_ms,
        played_ms=track.duration_ms,
        end=events_pb2.PLAYBACK_END_COMPLETED,
        client=call.client,
    )


def _listened(call: Call, playing: Playing) -> events_pb2.Playback:
    return events_pb2.Playback(
        id=playing.listening_id,
        user_id=call.viewer_id,
        track_id=playing.track_id,
        started_at_unix_ms=playing.began_ms,
        played_ms=playing.heard_ms,
        end=ENDS[playing.end],
        client=call.client,
        session_id=playing.listening_id,
    )


async def _publish(call: Call, plays: Sequence[events_pb2.Playback]) -> None:
    for first in range(0, len(plays), IN_ONE_EVENT):
        some = plays[first : first + IN_ONE_EVENT]
        key = "/".join([call.viewer_id, *(play.id for play in some)])
        await call.parts.bus.publish(Event.of(events_pb2.PlaybackReported(plays=some), key))


async def _tell(call: Call, track_id: str) -> None:
    """Tell services elsewhere, if the caller has any, that a track begins."""
    asked = scrobbling_pb2.SetNowPlayingRequest(user_id=call.viewer_id, track_id=track_id)
    await call.parts.peers.scrobbling.SetNowPlaying(asked)


def _player(call: Call) -> Player:
    return Player(call.viewer_id, call.viewer.name, call.client)


def _now_ms() -> int:
    return round(time.time() * 1000)


METHODS = {
    "scrobble": Method(scrobble),
    "reportPlayback": Method(report_playback),
    "getNowPlaying": Method(get_now_playing),
}
