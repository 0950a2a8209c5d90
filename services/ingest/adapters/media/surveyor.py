"""Many files of strangers at a glance: one cage for all, and another when one of them breaks it."""

import logging
import os
import signal
import socket
import sys
from typing import BinaryIO

from libs.common.sandbox import Limits, Sandbox, python_paths
from services.ingest.domain.glance import Glance
from services.ingest.domain.plain import from_json

logger = logging.getLogger(__name__)

PROGRAM = "services.ingest.adapters.media.survey"
LONGEST_S = 4 * 3600.0
PATIENCE_S = 20.0
"""For one file: a sleeping disk wakes in half of it."""
FILES_EACH = 2_000
"""After so many files a cage is renewed: libraries leak, and its limits are for all of them."""
MOST_ANSWER_BYTES = 2**20
_LIMITS = Limits(cpu_s=600, wall_s=0, memory_bytes=3 * 2**30, file_bytes=2**20)


class Surveyor:
    """Looks at files handed to it open. Use it in one thread at a time.

    Parameters
    ----------
    sandbox
        The cage, made once a process by ``open_sandbox``.
    longest_s
        What says it plays longer has to be looked at with more care.
    """

    def __init__(self, sandbox: Sandbox, longest_s: float = LONGEST_S) -> None:
        self._sandbox = sandbox
        self._longest_s = longest_s
        self._cage: _Cage | None = None
        self._seen = 0
        self._ended = False

    def glance(self, file: BinaryIO) -> Glance | None:
        """What the file says of itself; None where it has to be looked at with more care."""
        if self._ended:
            return None
        if self._cage is None or self._seen >= FILES_EACH:
            self.close()
            self._cage, self._seen = _Cage(self._sandbox, self._longest_s), 0
        self._seen += 1
        try:
            answer = self._cage.ask(file)
        except OSError as fault:
            # The file ended its reader or took too long. It costs nobody but itself.
            logger.warning("a file broke its cage", extra={"reason": repr(fault)})
            self.close()
            return None
        if answer.startswith(b'{"reason":'):
            return None
        try:
            return from_json(Glance, answer)
        except ValueError:
            logger.warning("a file made its reader talk nonsense")
            return None

    def end(self) -> None:
        """Look at nothing more, and not to the end of what is looked at. Any thread may say so."""
        self._ended = True
        if self._cage is not None:
            self._cage.kill()

    def close(self) -> None:
        """End the cage; the next file gets a new one."""
        cage, self._cage = self._cage, None
        if cage is not None:
            cage.close()


class _Cage:
    """A caged program and the socket to it."""

    def __init__(self, sandbox: Sandbox, longest_s: float) -> None:
        self._socket, theirs = socket.socketpair()
        self._socket.settimeout(PATIENCE_S)
        self._answers = self._socket.makefile("rb")
        with theirs:
            argv = [sys.executable, "-s", "-P", "-m", PROGRAM, str(longest_s)]
            self._program = sandbox.start(
                argv, limits=_LIMITS, readable=python_paths(), stdin=theirs.fileno()
            )

    def ask(self, file: BinaryIO) -> bytes:
        """Hand a file over and read what is said of it. Raises OSError if nothing is."""
        socket.send_fds(self._socket, [b"\0"], [file.fileno()])
        answer = self._answers.readline(MOST_ANSWER_BYTES)
        if not answer.endswith(b"\n"):
            raise ConnectionResetError("it ended in the middle of the file")
        return answer

    def close(self) -> None:
        """Kill the program: it has nothing of ours."""
        self._answers.close()
        self._socket.close()
        self.kill()
        self._program.wait()

    def kill(self) -> None:
        """End the program and all it started."""
        os.killpg(self._program.pid, signal.SIGKILL)
