"""Radio stations elsewhere over gRPC: decode, ask, encode."""

import grpc

from services.catalog.adapters.radios import Radios
from services.catalog.domain.radios import Radio, RadioPlan
from tutti.catalog.v1 import radios_pb2 as pb
from tutti.catalog.v1.radios_pb2_grpc import RadiosServiceServicer


class RadiosRpc(RadiosServiceServicer):
    """Answers tutti.catalog.v1.RadiosService."""

    def __init__(self, radios: Radios) -> None:
        self._radios = radios

    async def ListRadios(
        self, request: pb.ListRadiosRequest, context: grpc.ServicerContext
    ) -> pb.ListRadiosResponse:
        """List all."""
        return pb.ListRadiosResponse(radios=map(_encode, await self._radios.all()))

    async def CreateRadio(
        self, request: pb.CreateRadioRequest, context: grpc.ServicerContext
    ) -> pb.CreateRadioResponse:
        """Add one."""
        plan = RadioPlan(request.name, request.stream_url, request.homepage_url)
        return pb.CreateRadioResponse(
            radio=_encode(await self._radios.create(request.user_id, plan))
        )

    async def EditRadio(
        self, request: pb.EditRadioRequest, context: grpc.ServicerContext
    ) -> pb.EditRadioResponse:
        """Change one."""
        plan = RadioPlan(
            request.name if request.HasField("name") else None,
            request.stream_url if request.HasField("stream_url") else None,
            request.homepage_url if request.HasField("homepage_url") else None,
        )
        edited = await self._radios.edit(request.user_id, request.radio_id, plan)
        return pb.EditRadioResponse(radio=_encode(edited))

    async def RemoveRadio(
        self, request: pb.RemoveRadioRequest, context: grpc.ServicerContext
    ) -> pb.RemoveRadioResponse:
        """Remove one."""
        await self._radios.remove(request.user_id, request.radio_id)
        return pb.RemoveRadioResponse()


def _encode(radio: Radio) -> pb.Radio:
    return pb.Radio(
        id=radio.id,
        name=radio.name,
        stream_url=radio.stream_url,
        homepage_url=radio.homepage_url,
    )
