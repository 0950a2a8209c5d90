"""The way in: what a stranger's file holds, learned in the cage and told in our own values."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from libs.common.sandbox import (
    Crashed,
    Killed,
    Limits,
    OverLimit,
    Sandbox,
    python_paths,
)
from services.ingest.domain.inspection import Cover, Inspection
from services.ingest.domain.pcm import PCM_NAME, PcmShape
from services.ingest.domain.plain import from_json, to_json
from services.ingest.domain.reasons import Reason, Refused

Value = TypeVar("Value")

CHILD = "services.ingest.adapters.media.child"
LONGEST_S = 4 * 3600.0
MEMORY_BYTES = 3 * 2**30
"""Address space, of which a child reserves about 1 GiB and uses 0.1: libraries map a lot."""

_SHAPE_NAME = "pcm.json"
_COVER_LIMITS = Limits(cpu_s=20, wall_s=60, memory_bytes=MEMORY_BYTES, file_bytes=32 * 2**20)


@dataclass(frozen=True, slots=True)
class Pcm:
    """Decoded sound in a scratch folder."""

    path: Path
    shape: PcmShape

    def samples(self) -> NDArray[np.float32]:
        """All of it as float32 of shape (channels, samples), read from disk as it is used."""
        flat = np.memmap(self.path, dtype=np.float32, mode="r")
        return flat.reshape(-1, self.shape.channels).T


class Inspector:
    """Reads files of strangers, one cage a file.

    Parameters
    ----------
    sandbox
        The cage, made once a process by ``open_sandbox``.
    longest_s
        What plays longer is refused.
    """

    def __init__(self, sandbox: Sandbox, longest_s: float = LONGEST_S) -> None:
        self._sandbox = sandbox
        self._longest_s = longest_s

    def inspect(self, path: Path, name: str, scratch: Path) -> Inspection:
        """Read a file to its end; its samples and cover files stay in the scratch folder.

        Raises
        ------
        Refused
            The file cannot become a track.
        """
        arguments = ["inspect", str(path), name, str(scratch), str(self._longest_s)]
        inspection = self._ask(Inspection, arguments, path, scratch, self._limits(path))
        _remember(scratch, inspection.pcm)
        return inspection

    def decoded(self, path: Path, scratch: Path) -> Pcm:
        """The samples of a file that was inspected before, from the scratch folder if still there.

        A step that runs on another worker, or later, decodes again; steps that share a
        scratch folder decode once.
        """
        try:
            shape = from_json(PcmShape, (scratch / _SHAPE_NAME).read_bytes())
        except FileNotFoundError:
            arguments = ["decode", str(path), str(scratch), str(self._longest_s)]
            shape = self._ask(PcmShape, arguments, path, scratch, self._limits(path))
            _remember(scratch, shape)
        return Pcm(scratch / PCM_NAME, shape)

    def normalise_cover(self, picture: Path, scratch: Path) -> Cover:
        """Write ``cover.webp`` and its small copies from a picture file, or refuse it."""
        arguments = ["cover", str(picture), str(scratch)]
        return self._ask(Cover, arguments, picture, scratch, _COVER_LIMITS)

    def _limits(self, path: Path) -> Limits:
        # Slow machines decode at 100 times real time. What is small cannot be long: it has no
        # right to minutes, or 2 MB of tags would keep FFmpeg busy for as long as a symphony.
        # 8 bytes a frame are at most 48,000 a second; the floor is for files that decode to
        # nothing and still take their time.
        size_mib = path.stat().st_size / 2**20
        return Limits(
            cpu_s=20 + round(min(self._longest_s / 100, 10 * size_mib)),
            wall_s=120 + self._longest_s / 25,
            memory_bytes=MEMORY_BYTES,
            file_bytes=round(self._longest_s + 60) * 8 * 48_000,
        )

    def _ask(
        self, kind: type[Value], arguments: list[str], path: Path, scratch: Path, limits: Limits
    ) -> Value:
        program = [sys.executable, "-s", "-P", "-m", CHILD, *arguments]
        readable = [*python_paths(), path]
        try:
            answer = self._sandbox.run(program, limits=limits, readable=readable, writable=scratch)
        except Killed:
            raise  # by the system, short of memory, or by a person: the file may be innocent
        except OverLimit as fault:
            raise Refused(Reason.RESOURCE_LIMIT, str(fault)) from fault
        except Crashed as fault:
            if not fault.by_signal:
                raise  # an exception in our own code is a bug, not a property of the file
            raise Refused(Reason.CORRUPT, f"its reader crashed: {fault}") from fault
        spoken = json.loads(answer)
        if "reason" in spoken:
            raise Refused(Reason(spoken["reason"]), spoken["detail"])
        return from_json(kind, answer)


def _remember(scratch: Path, shape: PcmShape) -> None:
    """Vouch for the samples last and in one step: a killed decoder leaves no half truth."""
    draft = scratch / f"{_SHAPE_NAME}.draft"
    draft.write_text(to_json(shape))
    draft.replace(scratch / _SHAPE_NAME)
