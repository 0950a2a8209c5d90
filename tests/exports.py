"""Exports of listening history as Spotify and Apple write them."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BEGAN = datetime(2023, 5, 1, 12, 0, 0, tzinfo=UTC)
APPLE_COLUMNS = (
    "Album Name", "Build Version", "Container Album Name", "Container Artist Name",
    "End Reason Type", "Event End Timestamp", "Event Start Timestamp", "Event Type",
    "Media Duration In Milliseconds", "Media Type", "Play Duration Milliseconds", "Song Name",
)  # fmt: skip


def streamed(
    title: str | None, artist: str = "Ada", *, hour: int = 0, ms: int = 180_000
) -> dict[str, object]:
    """An entry of Spotify's extended streaming history."""
    ended = BEGAN + timedelta(hours=hour, milliseconds=ms)
    return {
        "ts": ended.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "platform": "linux",
        "ms_played": ms,
        "conn_country": "DE",
        "master_metadata_track_name": title,
        "master_metadata_album_artist_name": artist if title else None,
        "master_metadata_album_album_name": "Dawn" if title else None,
        "spotify_track_uri": "spotify:track:4uLU6hMCjMI75M1A2tKUQC" if title else None,
        "episode_name": None if title else "An episode",
        "reason_start": "clickrow",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": False,
        "incognito_mode": False,
    }


def streamed_shortly(title: str, artist: str = "Ada", *, hour: int = 0) -> dict[str, object]:
    """The same in the short history, which knows minutes only."""
    ended = BEGAN + timedelta(hours=hour, milliseconds=180_000)
    return {
        "endTime": ended.strftime("%Y-%m-%d %H:%M"),
        "artistName": artist,
        "trackName": title,
        "msPlayed": 180_000,
    }


def spotify(*entries: Mapping[str, object]) -> bytes:
    return json.dumps(entries, indent=2).encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            package.writestr(name, content)
    return whole.getvalue()


def apple(rows: Sequence[Mapping[str, object]]) -> bytes:
    """Apple Music Play Activity.csv, with the mark of byte order that it begins with."""
    table = io.StringIO()
    writer = csv.DictWriter(table, APPLE_COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue().encode("utf-8-sig")


def heard_on_apple(
    title: str, columns: Mapping[str, object] | None = None, *, hour: int = 0, ms: int = 180_000
) -> dict[str, object]:
    """A row of it. Newer ones name no artist."""
    began = BEGAN + timedelta(hours=hour)
    return {
        "Album Name": "Dawn",
        "Event Type": "PLAY_END",
        "Event Start Timestamp": began.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "Event End Timestamp": (began + timedelta(milliseconds=ms)).isoformat(),
        "Media Type": "AUDIO",
        "Media Duration In Milliseconds": 180_400,
        "Play Duration Milliseconds": ms,
        "Song Name": title,
        "End Reason Type": "NATURAL_END_OF_TRACK",
        **(columns or {}),
    }
