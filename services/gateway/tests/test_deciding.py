"""What a player is told to do, by what it says it can play."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from libs.common.faults import InvalidInput
from services.gateway.domain.sounds.choosing import Source, Stored, Target
from services.gateway.domain.sounds.deciding import decided
from services.gateway.domain.sounds.formats import Format
from services.gateway.domain.sounds.targets import target_named
from services.gateway.tests.apps import SPOKEN, App, app_of, opened
from services.gateway.tests.tones import CHANGES_S, ENDS_S, heard, record
from services.gateway.wire.subsonic.players import player_in

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from services.gateway.tests.conftest import Site
    from services.gateway.tests.people import Person

STUDIO = Source(
    Stored("it.flac", "audio/flac", "flac", 3000), "Dusk", 1000, "flac", True, 96_000, 6, 24
)
LOSSY = Source(Stored("it.ogg", "audio/ogg", "vorbis", 192), "Dusk", 1000, "ogg", False, 44_100, 2)
MP3 = {"container": "mp3", "audioCodec": "mp3", "protocol": "http", "maxAudioChannels": 2}
FLAC = {"container": "flac", "audioCodec": "flac", "protocol": "http"}
OPUS = {"container": "ogg", "audioCodec": "opus", "protocol": "http"}
OVER_HLS = {"container": "mp4", "audioCodec": "aac", "protocol": "hls"}
IN_MP4 = {"container": "m4a", "audioCodec": "aac", "protocol": "http"}


def limited(codec: str, name: str, comparison: str, *values: str, must: bool = True) -> Any:  # noqa: ANN401  JSON
    limit = {"name": name, "comparison": comparison, "values": values, "required": must}
    return {"type": "AudioCodec", "name": codec, "limitations": [limit]}


def plays(containers: list[str], codecs: list[str], most_channels: int = 0) -> Any:  # noqa: ANN401  JSON
    return {
        "containers": containers,
        "audioCodecs": codecs,
        "protocols": [],
        "maxAudioChannels": most_channels,
    }


@pytest.mark.parametrize(
    ("source", "client", "obstacles", "target"),
    [
        (STUDIO, {"directPlayProfiles": [plays([], [])]}, [], None),
        (STUDIO, {"directPlayProfiles": [plays(["FLAC"], ["flac"])]}, [], None),
        (
            STUDIO,
            {
                "directPlayProfiles": [plays(["mp3"], ["mp3"]), plays(["flac"], ["flac"], 2)],
                "transcodingProfiles": [OVER_HLS, FLAC | {"maxAudioChannels": 2}],
            },
            ["ContainerNotSupported", "AudioChannelsNotSupported"],
            Target(Format.FLAC, 0, 0, 2, 0),
        ),
        (
            STUDIO,
            {
                "maxAudioBitrate": 512_000,
                "maxTranscodingAudioBitrate": 256_000,
                "directPlayProfiles": [plays([], ["flac"])],
                "transcodingProfiles": [FLAC, MP3],
            },
            ["AudioBitrateNotSupported"],
            Target(Format.MP3, 256),
        ),
        (
            STUDIO,
            {
                "directPlayProfiles": [plays([], [])],
                "codecProfiles": [limited("flac", "audioSamplerate", "LessThanEqual", "48000")],
                "transcodingProfiles": [FLAC],
            },
            ["AudioSamplerateNotSupported"],
            Target(Format.FLAC, 0, 48_000, 0, 0),
        ),
        (
            STUDIO,
            {
                "directPlayProfiles": [plays([], [])],
                "codecProfiles": [
                    limited("flac", "audioBitdepth", "Equals", "16", must=False),
                ],
                "transcodingProfiles": [FLAC],
            },
            [],
            Target(Format.FLAC, 0, 0, 0, 16),
        ),
        (
            LOSSY,
            {
                "directPlayProfiles": [plays(["opus"], ["vorbis"])],
                "transcodingProfiles": [FLAC, OPUS],
            },
            [],
            Target(Format.OPUS, 96),
        ),
        (LOSSY, {"transcodingProfiles": [FLAC]}, ["NoDirectPlayProfile"], Target(Format.FLAC, 0)),
        (
            LOSSY,
            {
                "transcodingProfiles": [IN_MP4],
                "codecProfiles": [
                    limited("aac", "audioBitrate", "NotEquals", "192000", "160000"),
                ],
            },
            ["NoDirectPlayProfile"],
            Target(Format.M4A, 128),
        ),
        (
            LOSSY,
            {
                "maxTranscodingAudioBitrate": 16_000,
                "transcodingProfiles": [MP3],
            },
            ["NoDirectPlayProfile"],
            None,
        ),
        (LOSSY, {"transcodingProfiles": [OVER_HLS]}, ["NoDirectPlayProfile"], None),
    ],
)
def test_a_player_is_told_what_suits_it(
    source: Source, client: dict[str, Any], obstacles: list[str], target: Target | None
) -> None:
    taken = decided(source, player_in(json.dumps(client).encode()))
    assert (list(taken.obstacles), taken.target) == (obstacles, target)
    if target:
        assert target_named(target.name) == target


@pytest.mark.parametrize(
    "name",
    [
        "",
        "mp3",
        "mp3-321-0-0-0",
        "mp3-320-44101-0-0",
        "mp3-320-0-6-0",
        "flac-320-0-0-0",
        "flac-0-0-0-32",
        "opus-96-44100-0-0",
        "wav-0-0-0-0",
        "mp3-320-0-0-0 -f null",
    ],
)
def test_targets_that_were_never_told_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        target_named(name)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"directPlayProfiles": 1}',
        b'{"maxAudioBitrate": -1}',
        json.dumps({"codecProfiles": [limited("mp3", "audioBitrate", "Equals")]}).encode(),
        json.dumps({"transcodingProfiles": [MP3] * 101}).encode(),
        json.dumps({"codecProfiles": [limited("mp3", "audioBitrate", "Equals", "much")]}).encode(),
    ],
)
def test_what_does_not_describe_a_player_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"of ClientInfo|of the limitation"):
        player_in(body)


async def decision(
    site: Site, app: App, client: dict[str, Any], **given: str
) -> tuple[httpx.Response, dict[str, Any]]:
    asked = {"f": "json", **SPOKEN, **app.proof, **given}
    response = await site.client.post("/rest/getTranscodeDecision", params=asked, json=client)
    return response, opened(response)


@pytest.mark.slow
async def test_a_player_decides_and_is_sent_what_was_decided(
    site: Site, ada: Person, tmp_path: Path
) -> None:
    app = await app_of(ada, site.client)
    song = f"tr-{(await record(site, ada, tmp_path))['id']}"
    about = {"mediaId": song, "mediaType": "song"}
    client = {
        "name": "Play:1",
        "platform": "Sonos",
        "directPlayProfiles": [plays(["mp3"], ["mp3"])],
        "transcodingProfiles": [FLAC],
        "codecProfiles": [limited("flac", "audioSamplerate", "Equals", "32000", "22050")],
    }
    _, told = await decision(site, app, client, **about)
    taken = told["transcodeDecision"]
    assert (taken["canDirectPlay"], taken["canTranscode"]) == (False, True)
    assert taken["transcodeReason"] == ["ContainerNotSupported"]
    assert taken["sourceStream"]["audioSamplerate"] == 44_100
    assert taken["transcodeStream"] == {
        "protocol": "http",
        "container": "flac",
        "codec": "flac",
        "audioChannels": 2,
        "audioSamplerate": 32_000,
        "audioBitdepth": 16,
    }
    answer = await app.call(
        "getTranscodeStream", **about, offset=1, transcodeParams=taken["transcodeParams"]
    )
    sound = heard(answer.content)
    assert (sound.codec, sound.rate_hz) == ("flac", 32_000)
    assert sound.duration_s == pytest.approx(ENDS_S - 1, abs=0.1)
    assert sound.changes_s == pytest.approx(CHANGES_S - 1, abs=0.1)


async def test_decisions_that_make_no_sense_are_refused(
    site: Site, ada: Person, bob: Person, tmp_path: Path
) -> None:
    app = await app_of(ada, site.client)
    theirs = f"tr-{(await record(site, bob, tmp_path))['id']}"
    about = {"mediaId": theirs, "mediaType": "song"}
    assert (await decision(site, app, {}, **about))[1]["error"]["code"] == 70
    assert (await app.refused("getTranscodeDecision", **about))[0] == 0
    gone = await app.call("getTranscodeStream", **about, transcodeParams="mp3-320-0-0-0")
    assert (gone.status_code, gone.headers["content-type"]) == (404, "application/problem+json")
    wrong = {**about, "mediaType": "video"}
    assert (await app.call("getTranscodeStream", **wrong)).status_code == 422
    for extension in ("transcoding", "transcodeOffset"):
        offered = (await app.ask("getOpenSubsonicExtensions"))["openSubsonicExtensions"]
        assert {"name": extension, "versions": [1]} in offered
