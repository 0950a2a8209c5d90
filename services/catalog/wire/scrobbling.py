"""Services that keep listening as the contract has them, and back."""

from libs.common.faults import InvalidInput
from services.catalog.domain.scrobbling import Service, State, Status
from services.catalog.wire.music import unix_ms
from tutti.catalog.v1 import scrobbling_pb2 as pb

SCROBBLERS = {
    Service.LISTENBRAINZ: pb.SCROBBLER_LISTENBRAINZ,
    Service.LASTFM: pb.SCROBBLER_LASTFM,
}
SERVICES = {number: service for service, number in SCROBBLERS.items()}
STATES = {
    State.UNAVAILABLE: pb.SCROBBLER_STATE_UNAVAILABLE,
    State.DISCONNECTED: pb.SCROBBLER_STATE_DISCONNECTED,
    State.BEGUN: pb.SCROBBLER_STATE_BEGUN,
    State.CONNECTED: pb.SCROBBLER_STATE_CONNECTED,
    State.BROKEN: pb.SCROBBLER_STATE_BROKEN,
}


def decode_scrobbler(scrobbler: pb.Scrobbler.ValueType) -> Service:
    """Read which service is meant."""
    service = SERVICES.get(scrobbler)
    if service is None:
        raise InvalidInput("scrobbler must be one of those in the contract")
    return service


def encode_status(status: Status) -> pb.ScrobblerStatus:
    """Write how a service stands."""
    return pb.ScrobblerStatus(
        scrobbler=SCROBBLERS[status.service],
        state=STATES[status.state],
        account_name=status.account_name,
        waiting_count=status.waiting_count,
        sent_count=status.sent_count,
        refused_count=status.refused_count,
        last_sent_at_unix_ms=unix_ms(status.last_sent_at) if status.last_sent_at else None,
        problem=status.problem,
        last_refusal=status.last_refusal,
    )
