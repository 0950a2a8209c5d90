"""Outages: which exceptions are no bug of ours: a server is down, or cannot take such input."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

import asyncpg

from libs.common.faults import Fault, InvalidInput, TimedOut, Unavailable

logger = logging.getLogger(__name__)

_DATABASE = (
    asyncpg.PostgresConnectionError,  # class 08: the connection is gone
    asyncpg.OperatorInterventionError,  # class 57: shutting down, starting up
    asyncpg.InsufficientResourcesError,  # class 53: too many connections, disk full
    asyncpg.TransactionRollbackError,  # class 40: deadlock; the same transaction may pass again
)


def fault_in(error: Exception) -> Fault | None:
    """The fault a caller may be told about, or None where the error is a bug."""
    if isinstance(error, Fault):
        return error
    if isinstance(error, ConnectionError | TimeoutError):
        return Unavailable("a server this service needs cannot be reached now")
    return _fault_of_database(error)


@contextmanager
def outages_logged(work: str) -> Generator[None]:
    """Let no exception end work that goes on for as long as the process does: log it instead."""
    try:
        yield
    except Exception as error:
        if fault_in(error) is None:
            logger.exception("%s failed", work)
        else:
            logger.warning("%s waits for a server", work, extra={"reason": repr(error)})


def _fault_of_database(error: Exception) -> Fault | None:
    if isinstance(error, asyncpg.CharacterNotInRepertoireError):
        return InvalidInput("text must not contain the NUL character")
    if isinstance(error, asyncpg.QueryCanceledError):
        return TimedOut("the database took too long")
    if isinstance(error, _DATABASE) or _lost_connection(error):
        return Unavailable("the database cannot be reached now; try again in a moment")
    return None


def _lost_connection(error: Exception) -> bool:
    if isinstance(error, asyncpg.InternalClientError):
        # So asyncpg puts it when the server ended the connection in the moment of the call.
        return "cannot switch to state" in str(error)
    # asyncpg raises the same class for misuse of its API; only the text tells them apart. A pool
    # releases a connection by itself in the moment it breaks.
    return isinstance(error, asyncpg.InterfaceError) and any(
        words in str(error) for words in ("closed", "closing", "released back to the pool")
    )
