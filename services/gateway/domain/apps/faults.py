"""What goes wrong between us and an app, by the numbers of the OpenSubsonic API."""

from collections.abc import Mapping

from libs.common.faults import (
    Fault,
    InvalidInput,
    NotFound,
    PermissionDenied,
    Unauthenticated,
)


class MissingParameter(InvalidInput):
    """A parameter that the method cannot do without."""

    code = "missing_parameter"


class ClientTooOld(InvalidInput):
    """The app speaks a protocol from before this one."""

    code = "client_too_old"


class ServerTooOld(InvalidInput):
    """The app speaks a protocol that came after this one."""

    code = "server_too_old"


class NoTokens(Unauthenticated):
    """The operator lets no app prove itself by a digest."""

    code = "no_tokens"


class NoSuchProof(Unauthenticated):
    """The operator lets no app prove itself in this way."""

    code = "no_such_proof"


class ConflictingProofs(InvalidInput):
    """The app proves itself in two ways at once."""

    code = "conflicting_proofs"


class WrongApiKey(Unauthenticated):
    """The API key is nobody's."""

    code = "wrong_api_key"


GENERIC = 0
NUMBERS: Mapping[type[Fault], int] = {
    MissingParameter: 10,
    ClientTooOld: 20,
    ServerTooOld: 30,
    Unauthenticated: 40,
    NoTokens: 41,
    NoSuchProof: 42,
    ConflictingProofs: 43,
    WrongApiKey: 44,
    PermissionDenied: 50,
    NotFound: 70,
}


def number_of(fault: Fault) -> int:
    """The number of the nearest class above the fault that has one."""
    return next((NUMBERS[kind] for kind in type(fault).__mro__ if kind in NUMBERS), GENERIC)
