"""Internet radio: stations elsewhere, and the live stations of this server."""

from services.gateway.domain.apps.ids import Kind, id_of, name_of
from services.gateway.domain.principals import Policy
from services.gateway.http.linking import live_address
from services.gateway.http.parts import now
from services.gateway.http.subsonic.calls import Call, Method
from services.gateway.wire.subsonic.tree import Tree, grown
from tutti.catalog.v1 import radios_pb2 as pb
from tutti.catalog.v1 import stations_pb2


async def get_internet_radio_stations(call: Call) -> Tree:
    """List what can be heard without an end."""
    radios = (await call.parts.peers.radios.ListRadios(pb.ListRadiosRequest())).radios
    elsewhere = [
        grown(
            id=name_of(Kind.RADIO, radio.id),
            name=radio.name,
            streamUrl=radio.stream_url,
            homepageUrl=radio.homepage_url,
        )
        for radio in radios
    ]
    listed = [*await _live(call), *elsewhere]
    return {"internetRadioStations": grown(internetRadioStation=listed)}


async def create_internet_radio_station(call: Call) -> Tree:
    """Add a station elsewhere."""
    given = call.given
    await call.parts.peers.radios.CreateRadio(
        pb.CreateRadioRequest(
            user_id=call.viewer_id,
            name=given.text("name"),
            stream_url=given.text("streamUrl"),
            homepage_url=given.text_or("homepageUrl", ""),
        )
    )
    return {}


async def update_internet_radio_station(call: Call) -> Tree:
    """Change a station elsewhere."""
    given = call.given
    await call.parts.peers.radios.EditRadio(
        pb.EditRadioRequest(
            user_id=call.viewer_id,
            radio_id=id_of(Kind.RADIO, given.text("id")),
            name=given.text("name"),
            stream_url=given.text("streamUrl"),
            homepage_url=given.text("homepageUrl") if "homepageUrl" in given else None,
        )
    )
    return {}


async def delete_internet_radio_station(call: Call) -> Tree:
    """Remove a station elsewhere."""
    radio_id = id_of(Kind.RADIO, call.given.text("id"))
    await call.parts.peers.radios.RemoveRadio(
        pb.RemoveRadioRequest(user_id=call.viewer_id, radio_id=radio_id)
    )
    return {}


async def _live(call: Call) -> list[Tree]:
    """The live stations, at addresses that play for a week without another proof."""
    asked = stations_pb2.ListStationsRequest(user_id=call.viewer_id)
    stations = (await call.parts.peers.stations.ListStations(asked)).stations
    return [
        {
            "id": name_of(Kind.STATION, station.id),
            "name": station.name,
            "streamUrl": call.here
            + live_address(call.parts.links, station.id, call.viewer_id, now()),
            "homepageUrl": f"{call.here}/live/{station.id}",
        }
        for station in stations
    ]


METHODS = {
    "getInternetRadioStations": Method(get_internet_radio_stations),
    "createInternetRadioStation": Method(create_internet_radio_station, Policy.OPERATOR),
    "updateInternetRadioStation": Method(update_internet_radio_station, Policy.OPERATOR),
    "deleteInternetRadioStation": Method(delete_internet_radio_station, Policy.OPERATOR),
}
