"""A cage for programs that read bytes from strangers: no network, no files, no time to waste."""

import errno
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

ROOT = Path(__file__).parents[2]
ROOM_BYTES = 32 * 2**20
MOST_OUTPUT_BYTES = 16 * 2**20

# ulimit counts memory in KiB and files in blocks of 512 bytes. POSIX sh sets limits before
# the program starts and without running Python between fork and exec.
_LIMITED = (
    'ulimit -t "$1" && ulimit -v "$2" && ulimit -f "$3" && ulimit -n "$4" && ulimit -c 0 '
    '&& shift 4 && exec "$@"'
)
_ENVIRONMENT: Mapping[str, str] = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(ROOT),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache")
_SIGNALLED = 128
"""A program killed by signal n ends with -n to us, and with 128 + n as bubblewrap reports it."""

_OUT_OF_CPU_OR_DISK = {signal.SIGXCPU, signal.SIGXFSZ, signal.SIGKILL}


@dataclass(frozen=True, slots=True)
class Limits:
    """The most a program may use before it is killed."""

    cpu_s: int
    wall_s: float
    memory_bytes: int
    file_bytes: int
    open_files: int = 64


class OverLimit(Exception):
    """The program was killed because it used more than its limits."""


class Killed(OverLimit):
    """The program was killed before it could reach a limit: the fault may be anybody's."""


class Crashed(Exception):
    """The program ended by itself, but not well; carries the end of what it said."""

    def __init__(self, status: int, complaint: str) -> None:
        super().__init__(f"status {status}: {complaint}")
        self.by_signal = status < 0 or status > _SIGNALLED


class Sandbox:
    """Runs programs under bubblewrap and resource limits, or under the limits alone.

    Under bubblewrap a program sees the system's libraries, what is in ``readable`` and
    nothing else; it may write below ``writable``; it has no network, no capabilities and
    dies with the thread that started it.
    """

    def __init__(self, bwrap: str | None) -> None:
        self._bwrap = bwrap

    @property
    def isolated(self) -> bool:
        """Whether more than resource limits protect this machine."""
        return self._bwrap is not None

    def run(
        self,
        argv: Sequence[str],
        *,
        limits: Limits,
        readable: Sequence[Path] = (),
        writable: Path | None = None,
        log_too: bool = False,
    ) -> bytes:
        """What the program prints once it has ended well, with its standard error if asked."""
        started_s = time.monotonic()
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaints:
            program = subprocess.Popen(  # noqa: S603
                [*_limited(limits), *self._caged(readable, writable), *argv],
                stdin=subprocess.DEVNULL,
                stdout=output,  # files, because RLIMIT_FSIZE bounds them; a pipe has no bound
                stderr=output if log_too else complaints,
                env=dict(_ENVIRONMENT),
                start_new_session=True,
            )
            try:
                status = program.wait(limits.wall_s)
            except BaseException as interruption:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()
                if isinstance(interruption, subprocess.TimeoutExpired):
                    raise OverLimit(f"ran longer than {limits.wall_s:.0f} s") from None
                raise
            elapsed_s = time.monotonic() - started_s
            if elapsed_s < limits.cpu_s and _killed_by(status) == signal.SIGKILL:
                raise Killed(f"it was killed after {elapsed_s:.1f} s")
            if status and _no_room(writable):
                raise OSError(errno.ENOSPC, "no room for what is decoded and encoded")
            _check(status, _tail((output if log_too else complaints).fileno()))
            output.seek(0)
            return output.read(MOST_OUTPUT_BYTES)

    def start(
        self,
        argv: Sequence[str],
        *,
        limits: Limits,
        readable: Sequence[Path],
        stdin: int,
        stdout: int = subprocess.DEVNULL,
        stderr: int = subprocess.DEVNULL,
    ) -> "subprocess.Popen[bytes]":
        """The program while it runs, spoken to through descriptors; its time is the caller's.

        Whoever starts it in a thread has to wait for it there: under bubblewrap it dies with
        the thread.
        """
        return subprocess.Popen(  # noqa: S603
            [*_limited(limits), *self._caged(readable, None), *argv],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            env=dict(_ENVIRONMENT),
            start_new_session=True,
        )

    def _caged(self, readable: Sequence[Path], writable: Path | None) -> list[str]:
        if self._bwrap is None:
            return []
        cage = [self._bwrap, "--unshare-all", "--die-with-parent", "--cap-drop", "ALL"]
        cage += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108  its own
        for path in _SYSTEM:
            cage += ["--ro-bind-try", path, path]
        for shown in readable:
            cage += ["--ro-bind", str(shown), str(shown)]
        if writable is not None:
            cage += ["--bind", str(writable), str(writable)]
        return [*cage, "--"]


def open_sandbox() -> Sandbox:
    """The strongest cage this machine offers, with one warning where that is a weak one."""
    bwrap = shutil.which("bwrap")
    trial = Sandbox(bwrap)
    try:
        trial.run(["true"], limits=Limits(5, 10, 2**30, 2**20))
    except (OverLimit, Crashed, OSError) as fault:
        bwrap = None
        reason = str(fault)
    else:
        reason = "bubblewrap is not installed"
    if bwrap is None:
        logger.warning("media is read under resource limits only", extra={"reason": reason})
    return Sandbox(bwrap)


def python_paths() -> list[Path]:
    """What our own Python needs to see to run one of our modules."""
    found = {Path(sys.prefix), Path(sys.base_prefix), ROOT / "libs", ROOT / "services"}
    return sorted(path for path in found if not path.is_relative_to("/usr"))


def _limited(limits: Limits) -> list[str]:
    numbers = (
        limits.cpu_s,
        limits.memory_bytes // 1024,
        limits.file_bytes // 512 + 1,
        limits.open_files,
    )
    return ["/bin/sh", "-c", _LIMITED, "sh", *map(str, numbers)]


def _no_room(writable: Path | None) -> bool:
    """Whether a program failed for want of room, which no file is to be blamed for.

    On a full disk nobody can say so; a file that is broken is found out when there is room.
    """
    return writable is not None and shutil.disk_usage(writable).free < ROOM_BYTES


def _check(status: int, complaint: str) -> None:
    if status == 0:
        return
    if _killed_by(status) in _OUT_OF_CPU_OR_DISK or "MemoryError" in complaint:
        raise OverLimit(f"stopped by the system with status {status}")
    raise Crashed(status, complaint)


def _killed_by(status: int) -> int:
    return -status if status < 0 else status - _SIGNALLED


def _tail(descriptor: int, length: int = 2_000) -> str:
    size = os.fstat(descriptor).st_size
    return os.pread(descriptor, length, max(0, size - length)).decode(errors="replace").strip()
