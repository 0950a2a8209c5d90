"""What players say they can play, and what they are told to do."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints, ValidationError

from libs.common.faults import InvalidInput
from services.gateway.domain.sounds.choosing import Source, Target
from services.gateway.domain.sounds.deciding import Decision, known_properties, properties_of
from services.gateway.domain.sounds.players import (
    Comparison,
    Limit,
    Limits,
    Player,
    Profile,
    Property,
)
from services.gateway.wire.subsonic.tree import Tree, grown

Word = Annotated[str, StringConstraints(max_length=100, to_lower=True, strip_whitespace=True)]
Words = Annotated[list[Word], Field(max_length=100)]
Number = Annotated[int, Field(ge=0, lt=2**53)]


class _Direct(BaseModel):
    containers: Words = []
    audioCodecs: Words = []  # noqa: N815  the API has it so
    protocols: Words = []
    maxAudioChannels: Number = 0  # noqa: N815


class _Transcoding(BaseModel):
    container: Word
    audioCodec: Word  # noqa: N815
    protocol: Word = "http"
    maxAudioChannels: Number = 0  # noqa: N815


class _Limitation(BaseModel):
    name: Property
    comparison: Comparison
    values: Annotated[list[Word], Field(min_length=1, max_length=100)]
    required: bool = False


class _Codec(BaseModel):
    type: str
    name: Word
    limitations: Annotated[list[_Limitation], Field(max_length=100)] = []


class _Client(BaseModel):
    maxAudioBitrate: Number = 0  # noqa: N815
    maxTranscodingAudioBitrate: Number = 0  # noqa: N815
    directPlayProfiles: Annotated[list[_Direct], Field(max_length=100)] = []  # noqa: N815
    transcodingProfiles: Annotated[list[_Transcoding], Field(max_length=100)] = []  # noqa: N815
    codecProfiles: Annotated[list[_Codec], Field(max_length=100)] = []  # noqa: N815


def player_in(body: bytes) -> Player:
    """The player that a ClientInfo describes."""
    try:
        client = _Client.model_validate_json(body)
    except ValidationError as invalid:
        first = invalid.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the body"
        raise InvalidInput(f"{where} of ClientInfo: {first['msg']}") from None
    return Player(
        client.maxAudioBitrate,
        client.maxTranscodingAudioBitrate,
        [
            Profile(each.containers, each.audioCodecs, each.protocols, each.maxAudioChannels)
            for each in client.directPlayProfiles
        ],
        [
            Profile([each.container], [each.audioCodec], [each.protocol], each.maxAudioChannels)
            for each in client.transcodingProfiles
        ],
        {each.name: Limits(_limits(each)) for each in client.codecProfiles},
    )


def decision(source: Source, taken: Decision) -> Tree:
    """A transcodeDecision."""
    target = taken.target
    return grown(
        canDirectPlay=not taken.obstacles,
        canTranscode=target is not None,
        transcodeReason=list(taken.obstacles),
        errorReason="" if target or not taken.obstacles else "there is no form that it takes",
        transcodeParams=target.name if target else None,
        sourceStream=_details(source.container, source.original.codec, known_properties(source)),
        transcodeStream=_made(source, target) if target else None,
    )


def _made(source: Source, target: Target) -> Tree:
    format_ = target.format
    return _details(format_.container, format_.codec, properties_of(source, target))


def _details(container: str, codec: str, properties: dict[Property, int]) -> Tree:
    known = {str(name): value for name, value in properties.items() if value}
    return {"protocol": "http", "container": container, "codec": codec, **known}


def _limits(codec: _Codec) -> list[Limit]:
    limits = []
    for each in codec.limitations:
        if each.name is Property.PROFILE:
            continue  # it is in no row what profile a file has: no limit is known to be broken
        numbers = [int(value) for value in each.values if value.isdecimal()]
        if len(numbers) != len(each.values):
            raise InvalidInput(f"values of the limitation {each.name} must be whole numbers")
        limits.append(Limit(each.name, each.comparison, numbers, each.required))
    return limits
