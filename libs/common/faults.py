"""Faults: the ways a request can fail that its caller may be told about.

A service derives its own faults from these and names each with a stable
``code``; the transport at its edge turns them into a status, and the caller's
side of the transport turns the status back into the same class. Any other
exception is a bug and reaches the caller only as "internal error".
"""


class Fault(Exception):
    """A request that cannot be honoured, and why, in words fit for the caller.

    Parameters
    ----------
    message
        What was wrong, and what would be right.
    code
        What programs recognise the fault by; the class has one already.
    """

    code = "fault"

    def __init__(self, message: str = "", code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code


class InvalidInput(Fault):
    """The request makes no sense, whatever the state of the service."""

    code = "invalid_input"


class NotFound(Fault):
    """The request names something the service does not have."""

    code = "not_found"


class AlreadyExists(Fault):
    """The request would make something that is there already."""

    code = "already_exists"


class Unauthenticated(Fault):
    """The service does not know who asks."""

    code = "unauthenticated"


class PermissionDenied(Fault):
    """The service knows who asks, and that they may not."""

    code = "permission_denied"


class FailedPrecondition(Fault):
    """The request conflicts with the state of what it names."""

    code = "failed_precondition"


class Conflict(FailedPrecondition):
    """What the request builds on has changed since it was read; read it again."""

    code = "conflict"


class ResourceExhausted(Fault):
    """The caller has used up a share: of requests, of space, of size."""

    code = "resource_exhausted"


class Unavailable(Fault):
    """The service cannot answer now; the same request may succeed later."""

    code = "unavailable"


class TimedOut(Unavailable):
    """No answer came before the deadline; the request may have taken effect."""

    code = "timed_out"


class CannotStart(Exception):
    """Something a service needs before it can serve is missing or unreachable.

    Parameters
    ----------
    reason
        What is missing, in one line.
    setting
        The name of the setting that says where it should be.
    """

    def __init__(self, reason: str, setting: str) -> None:
        super().__init__(reason)
        self.setting = setting
