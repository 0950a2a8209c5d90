"""Files through the whole pipeline."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import imageio_ffmpeg
import pytest

from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from pathlib import Path

    from services.ingest.tests.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


def tone(path: Path, seconds: float = 5, hertz: int = 440) -> bytes:
    subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-f", "lavfi", "-i",
         f"sine=frequency={hertz}:duration={seconds}", "-metadata", "title=Dawn",
         "-metadata", "artist=Ada", str(path)],
        check=True,
    )  # fmt: skip
    return path.read_bytes()


async def test_an_upload_becomes_a_published_track(house: House, tmp_path: Path) -> None:
    item = await house.bring(tone(tmp_path / "a.flac"), "a.flac")
    [ended] = await house.settled(item.id)
    assert ended.state == pb.ITEM_STATE_PUBLISHED
    [ready] = house.catalog.ready
    print(ready, ended)
