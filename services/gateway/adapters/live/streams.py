"""The synth's streams, as far as the gateway asks for them."""

from dataclasses import dataclass

from libs.common.faults import NotFound
from services.gateway.adapters.peers import SynthStub
from services.gateway.adapters.recent import Recent
from services.gateway.wire.stations import Mode
from tutti.catalog.v1 import stations_pb2 as stations
from tutti.synth.v1 import synth_pb2 as pb

STYLES_S = 60.0
"""How long styles are known: they change with the synth's version."""


@dataclass(frozen=True, slots=True)
class State:
    """What a stream plays, and where it is."""

    position: int
    revision: int
    parameters: pb.Parameters


class Streams:
    """Opens and steers."""

    def __init__(self, synth: SynthStub) -> None:
        self._synth = synth
        self._styles: Recent[str, pb.ListStylesResponse] = Recent(STYLES_S)

    async def styles(self) -> pb.ListStylesResponse:
        """The styles there are."""
        known = self._styles.get("all")
        if known is None:
            known = await self._synth.ListStyles(pb.ListStylesRequest())
            self._styles.keep("all", known)
        return known

    async def open(self, station: stations.Station) -> State:
        """Make sure that a station plays, and say what."""
        begin_with = await self._beginning(station.begins_with)
        asked = pb.OpenStreamRequest(stream_id=station.id, begin_with=begin_with)
        stream = (await self._synth.OpenStream(asked)).stream
        return State(stream.position, stream.revision, stream.parameters)

    async def steer(self, station_id: str, change: pb.Change, by: str) -> pb.SteerStreamResponse:
        """Change what a station plays; after this the change can no longer be lost."""
        asked = pb.SteerStreamRequest(stream_id=station_id, change=change, by=by)
        return await self._synth.SteerStream(asked)

    async def playing(self) -> list[pb.Stream]:
        """The streams that play now."""
        return list((await self._synth.ListStreams(pb.ListStreamsRequest())).streams)

    async def _beginning(self, beginning: stations.Beginning) -> pb.Parameters:
        """What the style begins with, but for what the station says."""
        styles = {style.name: style for style in (await self.styles()).styles}
        if beginning.style not in styles:
            raise NotFound(f"there is no style {beginning.style!r}", "unknown_style")
        parameters = pb.Parameters()
        parameters.CopyFrom(styles[beginning.style].begins_with)
        for name in ("tonic", "tempo_bpm", "intensity", "timbre", "percussion"):
            if beginning.HasField(name):
                setattr(parameters, name, getattr(beginning, name))
        if beginning.mode:
            parameters.mode = pb.Mode.Value(f"MODE_{Mode(beginning.mode).name}")
        return parameters
