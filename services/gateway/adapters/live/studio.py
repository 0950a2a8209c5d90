"""Everything of one stream that has to be encoded, while somebody listens to it."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from functools import partial

from libs.common.cache import Cache
from services.gateway.adapters.live.audience import PRIMED, Audience
from services.gateway.adapters.live.codings import Coding, Encoded
from services.gateway.adapters.live.encoding import Encoding
from services.gateway.adapters.live.forms import CODED, Form, Packing, packing
from services.gateway.adapters.live.segments import Segments
from services.gateway.domain.live.order import KEPT
from services.gateway.wire.sound import Moment
from tutti.catalog.v1 import stations_pb2 as stations

LINGERS_S = 10.0
"""How long an encoder goes on for nobody: who comes next begins at once."""


class Studio:
    """Encodes a stream once for each coding, and packs it once for each form."""

    def __init__(self, station: stations.Station, threads: Executor, cache: Cache) -> None:
        self._station = station
        self._threads = threads
        self._cache = cache
        self._encodings: dict[Coding, Encoding] = {}
        self._used_s: dict[Coding, float] = {}
        self._packings: dict[Form, Packing] = {}
        self._segments: Segments | None = None
        self.audiences: dict[Form, Audience] = {}

    @property
    def listeners(self) -> int:
        """How many listen to what is encoded."""
        segmented = len(self._segments) if self._segments else 0
        return sum(map(len, self.audiences.values())) + segmented

    @property
    def is_segmented(self) -> bool:
        """Whether somebody listens to segments."""
        return bool(self._segments)

    def feed(self, moment: Moment) -> None:
        """Encode what comes next."""
        for encoding in self._encodings.values():
            encoding.feed(moment)

    def audience(self, form: Form, recent: Iterable[Moment]) -> Audience:
        """Those who hear a form."""
        if form not in self.audiences:
            packed = self._packings[form] = packing(form, self._station.name)
            audience = self.audiences[form] = Audience(form, packed.head)
            count = KEPT if form.is_radio else PRIMED
            for encoded in self._encoding(CODED[form], list(recent)[-count:]).recent:
                audience.recall(packed.pack(encoded))
        return self.audiences[form]

    def segmented(self, recent: Sequence[Moment]) -> Segments:
        """The stream in segments, from now on."""
        if self._segments is None:
            self._segments = Segments(self._station.id, self._cache)
            for encoded in self._encoding(Coding.AAC, recent).recent:
                self._segments.add(encoded)
        return self._segments

    def segment(self, number: int) -> bytes | None:
        """A segment, if it was cut here a moment ago."""
        return self._segments.kept(number) if self._segments is not None else None

    async def rest(self) -> None:
        """Stop what nobody has listened to for a while."""
        now_s = time.monotonic()
        if self._segments is not None:
            if self._segments:
                self._used_s[Coding.AAC] = now_s
            elif now_s > self._used_s[Coding.AAC] + LINGERS_S:
                segments, self._segments = self._segments, None
                await segments.close()
        for form, audience in list(self.audiences.items()):
            if audience:
                self._used_s[CODED[form]] = now_s
            else:
                del self.audiences[form], self._packings[form]
        for coding, encoding in list(self._encodings.items()):
            if now_s > self._used_s[coding] + LINGERS_S:
                del self._encodings[coding]
                await encoding.close()

    async def close(self) -> None:
        """Stop all."""
        for encoding in self._encodings.values():
            await encoding.close()
        if self._segments is not None:
            await self._segments.close()

    def _encoding(self, coding: Coding, recent: Sequence[Moment]) -> Encoding:
        self._used_s[coding] = time.monotonic()
        if coding not in self._encodings:
            encoding = Encoding(coding, self._threads, partial(self._ready, coding))
            self._encodings[coding] = encoding
            encoding.feed(*recent)
        return self._encodings[coding]

    def _ready(self, coding: Coding, encoded: Encoded) -> None:
        for form, audience in self.audiences.items():
            if CODED[form] is coding:
                audience.send(self._packings[form].pack(encoded))
        if coding is Coding.AAC and self._segments is not None:
            self._segments.add(encoded)
