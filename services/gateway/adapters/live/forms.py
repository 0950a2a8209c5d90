"""The forms that a stream goes out in, to sockets and to radio apps."""

import struct
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from services.gateway.adapters.live.codings import (
    OPUS_RATE_HZ,
    Coding,
    Encoded,
    description,
)
from services.gateway.domain.live.containers import (
    BEGINS,
    adts,
    flac_head,
    ogg_page,
    opus_tags,
)
from services.gateway.domain.live.packets import Codec, Packet, binary
from services.gateway.wire.sound import Moment, in_words

OPUS_PACKET_SAMPLES = OPUS_RATE_HZ // 50
SERIAL = 0x54554D4D
"""Of every Ogg stream: one to a connection, so that any number does."""


class Form(StrEnum):
    """What listeners may choose from."""

    PCM = "pcm"
    JSON = "json"
    OPUS = "opus"
    FLAC = "flac"
    RADIO_MP3 = "radio_mp3"
    RADIO_OPUS = "radio_opus"
    RADIO_FLAC = "radio_flac"
    RADIO_AAC = "radio_aac"

    @property
    def is_radio(self) -> bool:
        """Whether it is an endless file, and no messages."""
        return self.name.startswith("RADIO")


class Packing(Protocol):
    """Makes packets of what an encoder gives."""

    @property
    def head(self) -> bytes:
        """What comes before a listener's first packet."""

    def pack(self, encoded: Encoded) -> Packet:
        """The next packet."""


class OpusMessages:
    """Every packet of 20 ms behind its length, in two bytes, little-endian."""

    head = b""

    def pack(self, encoded: Encoded) -> Packet:
        """The packets that became ready."""
        sounds = (coded.sound for coded in encoded.packets)
        sound = b"".join(struct.pack("<H", len(sound)) + sound for sound in sounds)
        return binary(encoded.moment.mark, Codec.OPUS, sound)


class FlacMessages:
    """One frame of FLAC in each."""

    head = b""

    def pack(self, encoded: Encoded) -> Packet:
        """The frame."""
        return binary(encoded.moment.mark, Codec.FLAC, _joined(encoded))


class Plain:
    """What needs nothing around it but how it begins."""

    def __init__(self, head: bytes = b"") -> None:
        self.head = head

    def pack(self, encoded: Encoded) -> Packet:
        """As it is."""
        return Packet(encoded.position, _joined(encoded))


class Adts:
    """AAC."""

    head = b""

    def pack(self, encoded: Encoded) -> Packet:
        """Every packet behind its header."""
        return Packet(encoded.position, b"".join(adts(coded.sound) for coded in encoded.packets))


class OggOpus:
    """Opus in pages."""

    def __init__(self, title: str) -> None:
        self._number = 1
        head = description(Coding.OPUS)
        self._pre_skip: int = struct.unpack_from("<H", head, 10)[0]
        opening = ogg_page([head], SERIAL, 0, 0, BEGINS)
        self.head = opening + ogg_page([opus_tags(title)], SERIAL, 1, 0)

    def pack(self, encoded: Encoded) -> Packet:
        """A page, which says how many samples there are up to its end."""
        if not encoded.packets:
            return Packet(encoded.position, b"")
        self._number += 1
        end = encoded.packets[-1].start + OPUS_PACKET_SAMPLES + self._pre_skip
        sounds = [coded.sound for coded in encoded.packets]
        page = ogg_page(sounds, SERIAL, self._number, max(0, end))
        return Packet(encoded.position, page)


def in_pcm(moment: Moment) -> Packet:
    """The sound as it is."""
    return binary(moment.mark, Codec.PCM, moment.pcm)


UNCODED: Mapping[Form, Callable[[Moment], Packet]] = {Form.PCM: in_pcm, Form.JSON: in_words}
CODED: Mapping[Form, Coding] = {
    Form.OPUS: Coding.OPUS,
    Form.FLAC: Coding.FLAC,
    Form.RADIO_MP3: Coding.MP3,
    Form.RADIO_OPUS: Coding.OPUS,
    Form.RADIO_FLAC: Coding.FLAC,
    Form.RADIO_AAC: Coding.AAC,
}


def packing(form: Form, title: str) -> Packing:
    """How a form is packed, for a station of that name."""
    if form is Form.OPUS:
        return OpusMessages()
    if form is Form.FLAC:
        return FlacMessages()
    if form is Form.RADIO_OPUS:
        return OggOpus(title)
    if form is Form.RADIO_AAC:
        return Adts()
    is_flac = form is Form.RADIO_FLAC
    return Plain(flac_head(description(Coding.FLAC)) if is_flac else b"")


def _joined(encoded: Encoded) -> bytes:
    return b"".join(coded.sound for coded in encoded.packets)
