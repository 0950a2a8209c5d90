"""Who may hear which station. The catalog knows; its word is good for some seconds."""

from services.gateway.adapters.peers import StationsStub
from services.gateway.adapters.recent import Recent
from tutti.catalog.v1 import stations_pb2 as pb

OWN_S = 5.0


class Admission:
    """Asks the catalog."""

    def __init__(self, stations: StationsStub) -> None:
        self._stations = stations
        self._recent: Recent[tuple[str, str, str], pb.Station] = Recent(OWN_S)

    async def station(self, user_id: str, station_id: str, invitation: str) -> pb.Station:
        """A station, for who may hear it; without an account the user is empty.

        Raises NotFound where they may not.
        """
        asked = (user_id, station_id, invitation)
        known = self._recent.get(asked)
        if known is None:
            request = pb.GetStationRequest(
                user_id=user_id, station_id=station_id, invitation=invitation
            )
            known = (await self._stations.GetStation(request)).station
            self._recent.keep(asked, known)
        return known
