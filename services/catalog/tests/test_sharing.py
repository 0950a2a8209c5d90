"""Shares and radio stations elsewhere, over the service's own API."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import grpc
import pytest

from services.catalog.tests.recordings import recording
from services.catalog.tests.refusals import refusal
from tutti.catalog.v1 import accounts_pb2, catalog_pb2, listening_pb2
from tutti.catalog.v1 import radios_pb2 as radio_pb
from tutti.catalog.v1 import shares_pb2 as pb
from tutti.catalog.v1.accounts_pb2_grpc import AccountsServiceStub
from tutti.catalog.v1.listening_pb2_grpc import ListeningServiceStub
from tutti.catalog.v1.radios_pb2_grpc import RadiosServiceStub
from tutti.catalog.v1.shares_pb2_grpc import SharesServiceStub

if TYPE_CHECKING:
    from services.catalog.tests.conftest import Running
    from services.catalog.tests.recordings import Ingest
    from tutti.catalog.v1 import music_pb2
    from tutti.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub
    from tutti.catalog.v1.radios_pb2_grpc import RadiosServiceAsyncStub
    from tutti.catalog.v1.shares_pb2_grpc import SharesServiceAsyncStub

NOT_FOUND = grpc.StatusCode.NOT_FOUND


@pytest.fixture
def shares(running: Running) -> SharesServiceAsyncStub:
    return SharesServiceStub(running.channel)


@pytest.fixture
def radios(running: Running) -> RadiosServiceAsyncStub:
    return RadiosServiceStub(running.channel)


@pytest.fixture
async def ada(ingest: Ingest) -> accounts_pb2.User:
    return await ingest.user("ada")


@pytest.fixture
async def tracks(ingest: Ingest, ada: accounts_pb2.User) -> list[music_pb2.Track]:
    made = await ingest.publish(ada, *(recording(title) for title in ("Dusk", "Ebb", "Flow")))
    return list(made)


def titles(share: pb.Share) -> list[str]:
    return [track.title for track in share.tracks]


async def opened(shares: SharesServiceAsyncStub, secret: str) -> pb.Share:
    return (await shares.OpenShare(pb.OpenShareRequest(secret=secret, counts=True))).share


async def shared(
    shares: SharesServiceAsyncStub, user_id: str, *things: pb.SharedThing, **about: object
) -> pb.Share:
    asked = pb.CreateShareRequest(user_id=user_id, things=things)
    for name, value in about.items():
        setattr(asked, name, value)
    return (await shares.CreateShare(asked)).share


async def test_a_share_shows_tracks_albums_and_playlists_as_they_are_now(
    running: Running,
    shares: SharesServiceAsyncStub,
    music: CatalogServiceAsyncStub,
    ada: accounts_pb2.User,
    tracks: list[music_pb2.Track],
) -> None:
    dusk, ebb, _ = tracks
    made = await ListeningServiceStub(running.channel).CreatePlaylist(
        listening_pb2.CreatePlaylistRequest(viewer_id=ada.id, name="Tides", track_ids=[ebb.id])
    )
    share = await shared(
        shares,
        ada.id,
        pb.SharedThing(playlist_id=made.playlist.id),
        pb.SharedThing(track_id=dusk.id),
        pb.SharedThing(album_id=dusk.album_id),
        description="for you",
        downloadable=True,
    )
    assert (share.title, share.description, share.downloadable) == ("Tides", "for you", True)
    seen = await opened(shares, share.secret)
    assert titles(seen) == ["Ebb", "Dusk", "Flow"]
    assert (seen.open_count, seen.owner_name) == (1, "ada")
    edit = catalog_pb2.EditTrackRequest(viewer_id=ada.id, track_id=dusk.id, title="Dawn")
    await music.EditTrack(edit)
    await music.RemoveTracks(catalog_pb2.RemoveTracksRequest(viewer_id=ada.id, track_ids=[ebb.id]))
    looked = await shares.OpenShare(pb.OpenShareRequest(secret=share.secret))
    assert titles(looked.share) == ["Dawn", "Flow"]
    assert looked.share.open_count == 1


async def test_a_share_ends_when_its_owner_says_so(
    running: Running,
    shares: SharesServiceAsyncStub,
    ada: accounts_pb2.User,
    tracks: list[music_pb2.Track],
) -> None:
    thing = pb.SharedThing(track_id=tracks[0].id)
    soon_ms = round(time.time() * 1000) + 3_600_000
    share = await shared(shares, ada.id, thing, expires_at_unix_ms=soon_ms)
    assert share.expires_at_unix_ms == soon_ms
    edit = pb.EditShareRequest(
        user_id=ada.id, share_id=share.id, expires_at_unix_ms=0, description="stays"
    )
    edited = (await shares.EditShare(edit)).share
    assert not edited.HasField("expires_at_unix_ms")
    assert edited.description == "stays"
    await running.database.execute("UPDATE shares SET expires_at = now() - interval '1 second'")
    assert (await refusal(opened(shares, share.secret)))[0] is NOT_FOUND
    [listed] = (await shares.ListShares(pb.ListSharesRequest(user_id=ada.id))).shares
    assert listed.id == share.id
    other = await shared(shares, ada.id, thing)
    await shares.RemoveShare(pb.RemoveShareRequest(user_id=ada.id, share_id=other.id))
    assert (await refusal(opened(shares, other.secret)))[0] is NOT_FOUND


async def test_nobody_shares_what_they_do_not_see_or_changes_anothers_share(
    running: Running,
    ingest: Ingest,
    shares: SharesServiceAsyncStub,
    ada: accounts_pb2.User,
    tracks: list[music_pb2.Track],
) -> None:
    bob = await ingest.user("bob")
    thing = pb.SharedThing(track_id=tracks[0].id)
    for theirs in (thing, pb.SharedThing(album_id=tracks[0].album_id)):
        assert (await refusal(shared(shares, bob.id, theirs)))[0] is NOT_FOUND
    share = await shared(shares, ada.id, thing)
    for call in (
        shares.EditShare(pb.EditShareRequest(user_id=bob.id, share_id=share.id)),
        shares.RemoveShare(pb.RemoveShareRequest(user_id=bob.id, share_id=share.id)),
    ):
        assert (await refusal(call))[0] is NOT_FOUND
    assert not (await shares.ListShares(pb.ListSharesRequest(user_id=bob.id))).shares
    await AccountsServiceStub(running.channel).EditUser(
        accounts_pb2.EditUserRequest(viewer_id=ada.id, user_id=bob.id, disabled=True)
    )
    await running.database.execute("UPDATE users SET disabled = true WHERE id = $1", ada.id)
    assert (await refusal(opened(shares, share.secret)))[0] is NOT_FOUND


async def test_impossible_shares_are_refused(
    shares: SharesServiceAsyncStub, ada: accounts_pb2.User, tracks: list[music_pb2.Track]
) -> None:
    thing = pb.SharedThing(track_id=tracks[0].id)
    for call in (
        shared(shares, ada.id),
        shared(shares, ada.id, pb.SharedThing()),
        shared(shares, ada.id, thing, expires_at_unix_ms=1),
        shared(shares, ada.id, thing, description="x" * 1001),
    ):
        assert (await refusal(call))[0] is grpc.StatusCode.INVALID_ARGUMENT


async def test_operators_keep_radio_stations_for_everybody(
    ingest: Ingest, radios: RadiosServiceAsyncStub, ada: accounts_pb2.User
) -> None:
    bob = await ingest.user("bob")
    asked = radio_pb.CreateRadioRequest(
        user_id=ada.id, name="Élan", stream_url="https://radio.example/live.mp3"
    )
    made = (await radios.CreateRadio(asked)).radio
    asked.name, asked.homepage_url = "Alpha", "http://alpha.example"
    await radios.CreateRadio(asked)
    listed = (await radios.ListRadios(radio_pb.ListRadiosRequest())).radios
    assert [radio.name for radio in listed] == ["Alpha", "Élan"]
    edit = radio_pb.EditRadioRequest(user_id=ada.id, radio_id=made.id, name="Élan 2")
    edited = (await radios.EditRadio(edit)).radio
    assert (edited.name, edited.stream_url) == ("Élan 2", "https://radio.example/live.mp3")
    asked.user_id = edit.user_id = bob.id
    remove = radio_pb.RemoveRadioRequest(user_id=bob.id, radio_id=made.id)
    for call in (radios.CreateRadio(asked), radios.EditRadio(edit), radios.RemoveRadio(remove)):
        assert (await refusal(call))[0] is grpc.StatusCode.PERMISSION_DENIED
    remove.user_id = ada.id
    await radios.RemoveRadio(remove)
    assert (await refusal(radios.RemoveRadio(remove)))[0] is NOT_FOUND


@pytest.mark.parametrize("url", ["", "radio", "file:///etc/passwd", "http://", "http://[", "a\nb"])
async def test_a_radio_station_has_an_address_of_the_web(
    radios: RadiosServiceAsyncStub, ada: accounts_pb2.User, url: str
) -> None:
    asked = radio_pb.CreateRadioRequest(user_id=ada.id, name="Alpha", stream_url=url)
    assert (await refusal(radios.CreateRadio(asked)))[0] is grpc.StatusCode.INVALID_ARGUMENT
