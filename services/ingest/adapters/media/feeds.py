"""The way in for feeds: read in the cage, told in our own values."""

import json
import sys
from dataclasses import replace
from pathlib import Path

from libs.common.faults import InvalidInput
from libs.common.outbound import Page, canonical
from libs.common.sandbox import (
    Crashed,
    Killed,
    Limits,
    OverLimit,
    Sandbox,
    python_paths,
)
from services.ingest.domain.feeds import Feed, NotAFeed
from services.ingest.domain.plain import from_json

PROGRAM = "services.ingest.adapters.media.feed"
LONGEST_CPU_S = 20
"""A feed of 2,000 episodes takes 1 s."""
_TOO_MUCH = "Reading this feed takes more time or memory than a feed needs."


class FeedReader:
    """Reads feeds of strangers, one cage a feed.

    Parameters
    ----------
    sandbox
        The cage, made once a process by ``open_sandbox``.
    longest_cpu_s
        What takes longer to read is no feed for us.
    """

    def __init__(self, sandbox: Sandbox, longest_cpu_s: int = LONGEST_CPU_S) -> None:
        self._sandbox = sandbox
        self._limits = Limits(
            cpu_s=longest_cpu_s, wall_s=90, memory_bytes=2 * 2**30, file_bytes=16 * 2**20
        )

    def read(self, page: Page, folder: Path) -> Feed:
        """What a page says if it is a feed, or NotAFeed; the folder is for the page's bytes."""
        path = folder / "feed"
        path.write_bytes(page.content)
        program = [sys.executable, "-s", "-P", "-m", PROGRAM, str(path), page.url]
        program.append(page.content_type)
        try:
            answer = self._sandbox.run(
                program, limits=self._limits, readable=[*python_paths(), path]
            )
        except Killed:
            raise
        except OverLimit:
            raise NotAFeed(_TOO_MUCH) from None
        except Crashed as fault:
            if not fault.by_signal:
                raise  # a bug of ours, or of the parser
            raise NotAFeed("This feed cannot be read.") from fault
        return _trusted(answer)


def _trusted(answer: bytes) -> Feed:
    """What the program in the cage printed, if it is what it should be."""
    if answer.startswith(b'{"wrong":'):
        raise NotAFeed(json.loads(answer)["wrong"])
    try:
        feed = from_json(Feed, answer)
    except ValueError:
        raise NotAFeed(_TOO_MUCH) from None
    programmes = tuple(
        replace(one, url=canonical(one.url)) for one in feed.programmes if _callable(one.url)
    )
    image_url = canonical(feed.image_url) if _callable(feed.image_url) else ""
    return replace(feed, programmes=programmes, image_url=image_url)


def _callable(url: str) -> bool:
    try:
        canonical(url)
    except InvalidInput:
        return False
    return True
