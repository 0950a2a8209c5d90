"""The program in the cage that reads one feed of a stranger and prints it as JSON.

``python -m services.ingest.adapters.media.feed PATH URL CONTENT_TYPE``

A feed that cannot be read is an answer like any other: ``{"wrong": ...}`` and status 0.
"""

import calendar
import io
import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser  # type: ignore[import-untyped]  # ships no annotations
from feedparser.encodings import convert_to_utf8  # type: ignore[import-untyped]

from services.ingest.adapters.media.plaintext import plain, plain_line
from services.ingest.domain.feeds import (
    LATEST_UNIX_MS,
    LONGEST_DESCRIPTION,
    LONGEST_GUID,
    LONGEST_TITLE,
    MOST_PROGRAMMES,
    Feed,
    NotAFeed,
    Programme,
)
from services.ingest.domain.plain import to_json
from services.ingest.domain.scans import SOUND_SUFFIXES

# Any: a dictionary of feedparser holds what the feed does, of any type.
Entry = Mapping[str, Any]

LONGEST_MS = 7 * 24 * 3600 * 1000
LARGEST_BYTES = 2**40
UNTOLD_TYPES = ("", "application/octet-stream", "binary/octet-stream")
_SOUND_TYPE = re.compile(r"audio/[a-z0-9.+-]{1,60}|application/ogg")
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:\.\d+)?")


def read(content: bytes, url: str, content_type: str) -> Feed:
    """What a feed says, or NotAFeed."""
    headers = {"content-type": content_type or "application/xml", "content-location": url}
    # Twice: what is looked at must be what is read, whatever it claims to be written in.
    decoded = convert_to_utf8(headers, content, {})
    _refuse_declarations(decoded)
    told = feedparser.parse(
        io.BytesIO(decoded),  # bytes alone could be the name of a file
        response_headers={**headers, "content-type": "application/xml; charset=utf-8"},
        resolve_relative_uris=False,
        sanitize_html=False,  # nothing of it stays HTML
    )
    if not told.get("version"):
        raise NotAFeed("This is no RSS or Atom feed. Give the address of the feed itself.")
    channel = told["feed"]
    programmes = {one.guid: one for one in reversed([*_programmes(told["entries"], url)])}
    return Feed(
        title=plain_line(_text(channel, "title"), LONGEST_TITLE),
        description=plain(_text(channel, "summary", "subtitle"), LONGEST_DESCRIPTION),
        author=plain_line(_text(channel, "author", "publisher"), LONGEST_TITLE),
        link=_address(url, _text(channel, "link")),
        image_url=_picture(channel, url),
        programmes=tuple(reversed(programmes.values()))[:MOST_PROGRAMMES],
    )


def _picture(channel: Entry, url: str) -> str:
    image = _text(channel.get("image") or {}, "href", "url")
    return _address(url, image or _text(channel, "logo", "icon"))


def _refuse_declarations(decoded: bytes) -> None:
    """No document type, and so no entities: a feed needs none, and a few lines of them fill memory.

    They can stand before the first element only.
    """
    head = re.split(rb"<[^?!]", decoded, maxsplit=1)[0]
    if re.search(rb"<!\s*(DOCTYPE|ENTITY)", head, re.IGNORECASE):
        raise NotAFeed("This feed declares a document type or entities, which feeds do without.")


def _programmes(entries: Iterable[Entry], url: str) -> Iterator[Programme]:
    for entry in entries:
        sound = _sound(entry, url)
        if sound is None:
            continue
        address, content_type, size = sound
        guid = " ".join(_text(entry, "id").split())[:LONGEST_GUID] or address[:LONGEST_GUID]
        title = plain_line(_text(entry, "title"), LONGEST_TITLE)
        yield Programme(
            guid="".join(filter(str.isprintable, guid)),
            title=title or PurePosixPath(urlsplit(address).path).stem[:LONGEST_TITLE],
            description=plain(_description(entry), LONGEST_DESCRIPTION),
            published_unix_ms=_moment(entry),
            duration_ms=_duration_ms(_text(entry, "itunes_duration")),
            size_bytes=_whole_number(size, LARGEST_BYTES),
            content_type=content_type,
            url=address,
        )


def _sound(entry: Entry, url: str) -> tuple[str, str, str] | None:
    """Address, type and size of the first thing an entry brings that may be sound."""
    for enclosure in [*(entry.get("enclosures") or ()), *(entry.get("media_content") or ())]:
        address = _address(url, _text(enclosure, "href", "url"))
        content_type = _text(enclosure, "type").partition(";")[0].strip().lower()
        if address and _may_be_sound(address, content_type):
            return address, content_type, _text(enclosure, "length", "filesize")
    return None


def _may_be_sound(address: str, content_type: str) -> bool:
    if _SOUND_TYPE.fullmatch(content_type):
        return True
    suffix = PurePosixPath(urlsplit(address).path).suffix.lower()
    return content_type in UNTOLD_TYPES and suffix in SOUND_SUFFIXES


def _description(entry: Entry) -> str:
    """The longest of what it says of itself: some have a teaser here and the notes there."""
    contents = [_text(one, "value") for one in entry.get("content") or ()]
    return max([_text(entry, "summary"), _text(entry, "subtitle"), *contents], key=len)


def _moment(entry: Entry) -> int | None:
    told = entry.get("published_parsed") or entry.get("updated_parsed")
    if not isinstance(told, time.struct_time):
        return None
    unix_ms = calendar.timegm(told) * 1000
    return unix_ms if 0 < unix_ms < LATEST_UNIX_MS else None


def _duration_ms(told: str) -> int:
    """From seconds, minutes and seconds, or hours, minutes and seconds; 0 from anything else."""
    told = told.strip()
    if clock := _CLOCK.fullmatch(told):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        seconds += 60 * (minutes + 60 * hours)
    else:
        seconds = _whole_number(told.partition(".")[0], LONGEST_MS)
    return seconds * 1000 if seconds * 1000 <= LONGEST_MS else 0


def _whole_number(told: str, most: int) -> int:
    told = told.strip()
    if not (told.isascii() and told.isdecimal()) or len(told) > len(str(most)):
        return 0
    return int(told) if int(told) <= most else 0


def _address(base: str, told: str) -> str:
    """An address of the web, whole; empty where it is none."""
    try:
        joined = urljoin(base, told.strip()) if told.strip() else ""
        known = urlsplit(joined).scheme in ("http", "https") and bool(urlsplit(joined).hostname)
    except ValueError:
        return ""
    return joined if known and joined.isprintable() else ""


def _text(told: Entry, *names: str) -> str:
    """The first of these that is words."""
    for name in names:
        value = told.get(name)
        if isinstance(value, str) and value.strip():
            return value
    return ""


def main(path: str, url: str, content_type: str) -> None:
    """Read one feed and print its JSON."""
    try:
        answer = to_json(read(Path(path).read_bytes(), url, content_type))
    except NotAFeed as fault:
        answer = json.dumps({"wrong": str(fault)})
    sys.stdout.write(answer)


if __name__ == "__main__":
    main(*sys.argv[1:])
