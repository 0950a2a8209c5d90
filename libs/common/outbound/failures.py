"""How a call to a stranger's server can fail, in words fit for who gave its address."""

from libs.common.faults import Fault


class CallFailed(Fault):
    """The call came to nothing. It is no outage of ours, whatever the reason."""

    code = "call_failed"


class ForbiddenAddress(CallFailed):
    """The name leads to where nobody may send us: this machine, its network, no network at all."""

    code = "forbidden_address"


class NoAnswer(CallFailed):
    """The server cannot be found or reached, or is too slow; it may be there later."""

    code = "no_answer"


class TooLarge(CallFailed):
    """There is more of it than we take."""

    code = "too_large"


class WrongAnswer(CallFailed):
    """The server answered, and not with what was asked for.

    Parameters
    ----------
    status
        Of HTTP, where that says so.
    """

    code = "wrong_answer"

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status
