"""What callers ask for: done by the replica that plays the stream, be it this one or another."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace

from google.protobuf.empty_pb2 import Empty

from libs.common.faults import Fault, InvalidInput, ResourceExhausted, Unavailable
from services.synth.adapters.asking import Answer, Asking, NobodyThere
from services.synth.adapters.buckets import Overtaken
from services.synth.adapters.snapshots import Snapshots
from services.synth.domain.parameters import Parameters
from services.synth.domain.streams import Claim, Stream, UnknownStream, checked_id
from services.synth.domain.styles import style_named
from services.synth.streams.neighbours import by_name
from services.synth.streams.owned import Owned
from services.synth.streams.replica import Replica
from services.synth.streams.steering import Steering
from services.synth.wire import (
    decode_change,
    decode_parameters,
    encode_logged,
    encode_parameters,
    encode_stream,
)
from tutti.synth.v1 import synth_pb2 as pb

ASK_S = 2.0
"""How long another replica may take to answer."""
PATIENCE_S = 4.0
"""How long a stream without an owner is waited for."""
AGAIN_S = 0.05
LIST_S = 1.0
LONGEST_BY = 100


class Calls:
    """Answers for all streams, wherever they play."""

    def __init__(
        self,
        replica: Replica,
        steering: Steering,
        asking: Asking,
        snapshots: Snapshots,
        engine: str,
    ) -> None:
        self._replica = replica
        self._steering = steering
        self._asking = asking
        self._snapshots = snapshots
        self._engine = engine

    async def open(self, request: pb.OpenStreamRequest) -> pb.OpenStreamResponse:
        """Make sure that a stream plays."""
        stream_id = checked_id(request.stream_id)
        ends_s = time.monotonic() + PATIENCE_S
        while True:
            owned = self._replica.owned.get(stream_id)
            if owned is not None and not owned.gone:
                return self._opened(owned)
            claim, revision = await self._replica.look(stream_id)
            if claim is None or not claim.owner:
                begun = claim or Claim("", 0, _beginning(request.begin_with))
                if self._replica.room <= 0:
                    return await self._open_elsewhere(request)
                try:
                    await self._replica.own(stream_id, begun, revision, "opened")
                except Overtaken:
                    continue
            elif claim.owner != self._replica.name:
                try:
                    answer = await self._asking.ask(stream_id, "OpenStream", request, ASK_S)
                    return pb.OpenStreamResponse.FromString(answer)
                except NobodyThere:
                    pass
            await _pause(stream_id, ends_s)

    async def steer(self, request: pb.SteerStreamRequest) -> pb.SteerStreamResponse:
        """Change what a stream plays; one that rests is woken."""
        if not decode_change(request.change).given():
            raise InvalidInput("a change must name what shall be different")
        if len(request.by) > LONGEST_BY:
            raise InvalidInput(f"by must have at most {LONGEST_BY} characters")
        stream_id = checked_id(request.stream_id)
        ends_s = time.monotonic() + PATIENCE_S
        while True:
            owned = self._replica.owned.get(stream_id)
            try:
                if owned is not None and not owned.gone:
                    return await self._steered(owned, request)
                answer = await self._asking.ask(stream_id, "SteerStream", request, ASK_S)
                return pb.SteerStreamResponse.FromString(answer)
            except NobodyThere:
                if (await self._known(stream_id)).rests:
                    await self.open(pb.OpenStreamRequest(stream_id=stream_id))
            await _pause(stream_id, ends_s)

    async def get(self, request: pb.GetStreamRequest) -> pb.GetStreamResponse:
        """Say how a stream is."""
        stream_id = checked_id(request.stream_id)
        owned = self._replica.owned.get(stream_id)
        if owned is not None and not owned.gone:
            return self._told(owned)
        try:
            answer = await self._asking.ask(stream_id, "GetStream", request, ASK_S)
            return pb.GetStreamResponse.FromString(answer)
        except NobodyThere:
            return pb.GetStreamResponse(stream=encode_stream(await self._resting(stream_id)))

    async def close(self, request: pb.CloseStreamRequest) -> pb.CloseStreamResponse:
        """End a stream for good."""
        stream_id = checked_id(request.stream_id)
        ends_s = time.monotonic() + PATIENCE_S
        while True:
            owned = self._replica.owned.get(stream_id)
            try:
                if owned is not None and not owned.gone:
                    await self._replica.close(owned)
                    return pb.CloseStreamResponse()
                await self._asking.ask(stream_id, "CloseStream", request, ASK_S)
                return pb.CloseStreamResponse()
            except NobodyThere:
                claim, revision = await self._replica.look(stream_id)
                if claim is None:
                    raise UnknownStream.named(stream_id) from None
                if not claim.owner:
                    await self._replica.forget(stream_id, revision)
                    return pb.CloseStreamResponse()
            await _pause(stream_id, ends_s)

    async def list(self) -> pb.ListStreamsResponse:
        """List what plays, here and elsewhere; a replica that does not answer is left out."""
        asked = (self._list_of(other) for other in self._replica.standing.owners())
        found = [self._list_here(), *await asyncio.gather(*asked)]
        streams = {stream.id: stream for each in found for stream in each.streams}
        return pb.ListStreamsResponse(streams=[streams[stream_id] for stream_id in sorted(streams)])

    def answers(self, owned: Owned) -> Mapping[str, Answer]:
        """What this replica answers to others about a stream that plays here."""

        async def opened(_request: bytes) -> pb.OpenStreamResponse:
            return self._opened(owned)

        async def steered(request: bytes) -> pb.SteerStreamResponse:
            return await self._steered(owned, pb.SteerStreamRequest.FromString(request))

        async def told(_request: bytes) -> pb.GetStreamResponse:
            return self._told(owned)

        async def closed(_request: bytes) -> pb.CloseStreamResponse:
            await self._replica.close(owned)
            return pb.CloseStreamResponse()

        return {
            "OpenStream": opened,
            "SteerStream": steered,
            "GetStream": told,
            "CloseStream": closed,
        }

    async def answer_others(self) -> None:
        """Answer what other replicas ask of this one by its name."""

        async def opened(request: bytes) -> pb.OpenStreamResponse:
            return await self.open(pb.OpenStreamRequest.FromString(request))

        async def listed(_request: bytes) -> pb.ListStreamsResponse:
            return self._list_here()

        async def there(_request: bytes) -> Empty:
            return Empty()

        answers: Mapping[str, Answer] = {
            "OpenStream": opened,
            "ListStreams": listed,
            "Ping": there,
        }
        await self._asking.answer(by_name(self._replica.name), answers)

    async def _open_elsewhere(self, request: pb.OpenStreamRequest) -> pb.OpenStreamResponse:
        other = self._replica.standing.roomiest(self._replica.neighbours.now_s)
        if other is None:
            raise ResourceExhausted("as many streams play as can be rendered")
        answer = await self._asking.ask(by_name(other), "OpenStream", request, ASK_S)
        return pb.OpenStreamResponse.FromString(answer)

    async def _steered(
        self, owned: Owned, request: pb.SteerStreamRequest
    ) -> pb.SteerStreamResponse:
        owned.asked_s = time.monotonic()
        change = decode_change(request.change)
        logged, parameters = await self._steering.steer(owned, change, request.by)
        return pb.SteerStreamResponse(
            logged=encode_logged(logged), parameters=encode_parameters(parameters)
        )

    def _opened(self, owned: Owned) -> pb.OpenStreamResponse:
        owned.asked_s = time.monotonic()
        return pb.OpenStreamResponse(stream=encode_stream(self._stream(owned)))

    def _told(self, owned: Owned) -> pb.GetStreamResponse:
        return pb.GetStreamResponse(stream=encode_stream(self._stream(owned)))

    def _stream(self, owned: Owned) -> Stream:
        return Stream(
            id=owned.id,
            parameters=owned.parameters,
            revision=owned.revision,
            position=owned.position,
            epoch=owned.epoch,
            owner=self._replica.name,
            listeners=self._replica.audience.count(owned.id, time.monotonic()),
            engine=self._engine,
        )

    async def _resting(self, stream_id: str) -> Stream:
        claim = await self._known(stream_id)
        snapshot, _ = await self._snapshots.read(stream_id)
        return Stream(
            id=stream_id,
            parameters=snapshot.parameters if snapshot else claim.begins_with,
            revision=snapshot.revision if snapshot else 0,
            position=max(claim.position, snapshot.position if snapshot else 0),
            epoch=claim.epoch,
            owner="",
            listeners=0,
            engine="",
        )

    async def _known(self, stream_id: str) -> Claim:
        claim, _ = await self._replica.look(stream_id)
        if claim is None:
            raise UnknownStream.named(stream_id)
        return claim

    def _list_here(self) -> pb.ListStreamsResponse:
        playing = [each for each in self._replica.owned.values() if not each.gone]
        return pb.ListStreamsResponse(
            streams=[encode_stream(self._stream(owned)) for owned in playing]
        )

    async def _list_of(self, other: str) -> pb.ListStreamsResponse:
        try:
            answer = await self._asking.ask(
                by_name(other), "ListStreams", pb.ListStreamsRequest(), LIST_S
            )
        except Fault:
            return pb.ListStreamsResponse()
        return pb.ListStreamsResponse.FromString(answer)


def _beginning(message: pb.Parameters) -> Parameters:
    """What a new stream begins with. Raises InvalidInput."""
    style = style_named(message.style)
    parameters = decode_parameters(message)
    if message.mode == pb.MODE_UNSPECIFIED:
        parameters = replace(parameters, mode=style.begins_with.mode)
    return parameters if parameters.seed else replace(parameters, seed=secrets.randbits(64) or 1)


async def _pause(stream_id: str, ends_s: float) -> None:
    """Wait a little for a stream that goes from one hand to another."""
    if time.monotonic() > ends_s:
        raise Unavailable(f"nobody plays {stream_id} just now; try again in a moment")
    await asyncio.sleep(AGAIN_S)
