"""The one ffmpeg program we run: the static build in the imageio-ffmpeg wheel."""

from functools import cache
from pathlib import Path

import imageio_ffmpeg


@cache
def program() -> Path:
    """Where the program is; looking costs a trial start, so it is done once a process."""
    return Path(imageio_ffmpeg.get_ffmpeg_exe())


def version() -> str:
    """The version to record beside what it made."""
    return str(imageio_ffmpeg.get_ffmpeg_version())
