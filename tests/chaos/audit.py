"""The audit at the end of a trial: everything that must hold, and every offence against it."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from typing import TYPE_CHECKING

import psutil

from scripts.programs.leftovers import mark, marked
from tests.chaos.files import playable
from tests.chaos.objects import audit_objects
from tests.chaos.rows import audit_rows
from tests.sounds import heard

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence

    from tests.chaos.client import Bringer
    from tests.chaos.files import Brought
    from tests.chaos.ground import Ground
    from tests.listener import Answer

QUALITIES = ("high", "medium", "low", "opus", "preview")
ORIGINAL = {"quality": "original"}
MOST_HEARD = 40
"""Tracks of which every form is played; of all others the original is compared."""
CAGED = {"bwrap", "ffmpeg-linux-x86_64"}


def audit_ends(
    files: Sequence[Brought], sent: dict[str, str], items: Sequence[Answer]
) -> Iterator[str]:
    """Every file is one item, and every recording is published exactly once."""
    if Counter(item["file_name"] for item in items) != Counter(file.path.name for file in files):
        yield "files and items do not agree"
    named = {file.path.name: file for file in files}
    for item in items:
        if sent[item["file_name"]] != item["id"]:
            yield f"{item['file_name']} is not the item that its sender was told"
        if not _right(named[item["file_name"]], item):
            yield f"{item['file_name']} ended as {item['state']}: {item['reason']}"
    published = Counter(item["content_sha256"] for item in items if item["state"] == "published")
    given_up = {named[item["file_name"]].content_sha256 for item in items if _given_up(item)}
    for content in playable(files) - given_up:
        if published[content] != 1:
            yield f"content {content} was published {published[content]} times"


def _right(file: Brought, item: Answer) -> bool:
    """Whether an item came to an end that its file may have."""
    match item["state"]:
        case "published":
            return file.music and file.content_sha256 == item["content_sha256"]
        case "duplicate":
            return file.music
        case "quarantined":
            return bool(item["reason"]) and (not file.music or _given_up(item))
    return False


def _given_up(item: Answer) -> bool:
    """Whether a step of this file was killed as often as a step is tried."""
    given_up: bool = (item["state"], item["reason_code"]) == ("quarantined", "resource_limit")
    return given_up


def audit_sound(bringer: Bringer, files: Sequence[Brought], chance: random.Random) -> Iterator[str]:
    """Every track plays what was brought."""
    tracks = [*bringer.pages("/tracks")]
    brought = {file.content_sha256 for file in files}
    for track in tracks:
        sound = bringer.response("GET", f"/tracks/{track['id']}/stream", params=ORIGINAL).content
        if hashlib.sha256(sound).hexdigest() not in brought & {track["content_sha256"]}:
            yield f"{track['title']}: its original is not what was brought"
    for track in chance.sample(tracks, min(MOST_HEARD, len(tracks))):
        for quality in QUALITIES:
            asked = {"quality": quality}
            played = bringer.response("GET", f"/tracks/{track['id']}/stream", params=asked)
            if heard(played.content).duration_s <= 0:
                yield f"{track['title']}: its {quality} form is silent"


def audit_machine(ground: Ground) -> Iterator[str]:
    """Nothing runs on, and no folder of work outlives its process."""
    for process in marked(mark(ground.home)):
        if process.name() in CAGED:
            yield f"still running: {process}"
    for folder in (ground.home / "scratch" / "work").iterdir():
        left = [each.name for each in folder.iterdir() if each.name != "metrics"]
        if left or not psutil.pid_exists(int(folder.name.partition("-")[0])):
            yield f"left in scratch: {folder.name}/{left}"


async def audit_events(ground: Ground) -> list[str]:
    """Every listener heard everything, and nothing was buried."""
    async with ground.jetstream() as jetstream:
        dead = (await jetstream.stream_info("dead")).state.messages
    buried = [f"events in the dead-letter stream: {dead}"] if dead else []
    return buried + await unheard(ground)


async def unheard(ground: Ground) -> list[str]:
    """The listeners that have events to hear, or to acknowledge."""
    async with ground.jetstream() as jetstream:
        consumers = await jetstream.consumers_info("tutti")
    waiting = {
        each.name: (each.num_pending or 0) + (each.num_ack_pending or 0) for each in consumers
    }
    return [f"{name} has not heard {count} events" for name, count in waiting.items() if count]


def audit_everything(
    ground: Ground,
    bringer: Bringer,
    files: Sequence[Brought],
    sent: dict[str, str],
    items: Sequence[Answer],
    chance: random.Random,
) -> list[str]:
    """All findings; none means that all is well."""
    return [
        *audit_ends(files, sent, items),
        *audit_sound(bringer, files, chance),
        *asyncio.run(audit_rows(ground)),
        *asyncio.run(audit_objects(ground)),
        *asyncio.run(audit_events(ground)),
        *audit_machine(ground),
    ]
