"""Feeds as they are really written, and as they are written to do harm."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from libs.common.outbound import Page, Stamp
from libs.common.sandbox import open_sandbox
from services.ingest.adapters.media.feed import read
from services.ingest.adapters.media.feeds import FeedReader
from services.ingest.adapters.media.plaintext import plain, plain_line
from services.ingest.domain.feeds import MOST_PROGRAMMES, Feed, NotAFeed
from services.ingest.domain.formats import Container
from services.ingest.domain.podcasts import channel_id, episode_id, expected_container, pause_s

if TYPE_CHECKING:
    from pathlib import Path

URL = "https://house.example/feeds/night.xml"
RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
    xmlns:content="http://purl.org/rss/1.0/modules/content/"
    xmlns:media="http://search.yahoo.com/mrss/"><channel>
<title>Night &amp;amp; Día</title><link>/about</link><itunes:author>Ada</itunes:author>
<description><![CDATA[<p>For <b>you</b>.</p><script>alert(1)</script>Always.]]></description>
<itunes:image href="../art.png"/>
{items}</channel></rss>"""
FULL = """<item><title>One</title><guid isPermaLink="false">g-1</guid>
<pubDate>Mon, 01 Jan 2024 10:00:00 +0100</pubDate><itunes:duration>1:02:03</itunes:duration>
<enclosure url="one.mp3" length="12345" type="audio/mpeg"/><description>teaser</description>
<content:encoded><![CDATA[<p>All the notes:</p><ul><li>a<li>b</ul>]]></content:encoded></item>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Atom</title>
<subtitle>of sound</subtitle><logo>/logo.png</logo><author><name>Grace</name></author>
<entry><id>urn:x:1</id><title type="html">A &lt;i>b&lt;/i></title>
<updated>2024-05-01T00:00:00Z</updated>
<link rel="alternate" href="https://house.example/1"/>
<link rel="enclosure" href="e.ogg" type="audio/ogg" length="9"/>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">hi<br/>there</div></content>
</entry></feed>"""


def rss(*items: str, encoding: str = "utf-8") -> bytes:
    return RSS.format(items="".join(items), encoding=encoding).encode(encoding)


def told(content: bytes, content_type: str = "application/rss+xml") -> Feed:
    return read(content, URL, content_type)


def test_a_feed_says_what_it_is() -> None:
    feed = told(rss(FULL))
    assert (feed.title, feed.author, feed.description) == (
        "Night & Día",
        "Ada",
        "For you.\nAlways.",
    )
    assert feed.link == "https://house.example/about"
    assert feed.image_url == "https://house.example/art.png"
    [one] = feed.programmes
    assert (one.guid, one.title, one.url) == ("g-1", "One", "https://house.example/feeds/one.mp3")
    assert (one.duration_ms, one.size_bytes, one.content_type) == (3_723_000, 12345, "audio/mpeg")
    assert one.published_unix_ms == 1_704_099_600_000
    assert one.description == "All the notes:\n\na\nb"


def test_atom_is_read_as_well() -> None:
    feed = told(ATOM.encode(), "application/atom+xml")
    assert (feed.title, feed.description, feed.author) == ("Atom", "of sound", "Grace")
    assert feed.image_url == "https://house.example/logo.png"
    [one] = feed.programmes
    assert (one.guid, one.title, one.description) == ("urn:x:1", "A b", "hi\nthere")
    assert one.url == "https://house.example/feeds/e.ogg"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("content_type", ["application/rss+xml", "text/xml", "", "text/html"])
def test_its_letters_are_understood(encoding: str, content_type: str) -> None:
    assert told(rss(FULL, encoding=encoding), content_type).title == "Night & Día"


def test_what_is_missing_is_made_up_for() -> None:
    bare = '<item><enclosure url="https://cdn.example/a/Talk%20one.mp3?token=1" type=""/></item>'
    [one] = told(rss(bare)).programmes
    assert one.guid == one.url == "https://cdn.example/a/Talk%20one.mp3?token=1"
    assert one.title == "Talk%20one"
    assert (one.published_unix_ms, one.duration_ms, one.size_bytes) == (None, 0, 0)


@pytest.mark.parametrize(
    ("said", "duration_ms"),
    [("75", 75_000), ("2:05", 125_000), ("01:00:00", 3_600_000), ("90.5", 90_000), ("soon", 0),
     ("-5", 0), ("9" * 40, 0), ("", 0), ("٣", 0)],
)  # fmt: skip
def test_durations_are_told_in_many_ways(said: str, duration_ms: int) -> None:
    item = FULL.replace("1:02:03", said)
    assert told(rss(item)).programmes[0].duration_ms == duration_ms


def test_only_what_may_be_sound_is_listed() -> None:
    kinds = [
        ("a.html", "text/html"), ("v.mp4", "video/mp4"), ("p.pdf", "application/pdf"),
        ("javascript:alert(1)", "audio/mpeg"), ("file:///etc/passwd", "audio/mpeg"),
        ("http://[", "audio/mpeg"), ("ok.m4a", "application/octet-stream"), ("ok", "audio/x-new"),
    ]  # fmt: skip
    items = [f'<item><enclosure url="{url}" type="{kind}"/></item>' for url, kind in kinds]
    addresses = [one.url.rpartition("/")[2] for one in told(rss(*items)).programmes]
    assert addresses == ["ok.m4a", "ok"]


def test_an_entry_comes_once_and_not_too_many_do() -> None:
    twice = told(rss(FULL, FULL.replace("One", "Again")))
    assert [one.title for one in twice.programmes] == ["One"]
    many = [FULL.replace("g-1", f"g-{number}") for number in range(MOST_PROGRAMMES + 5)]
    programmes = told(rss(*many)).programmes
    assert (len(programmes), programmes[0].guid) == (MOST_PROGRAMMES, "g-0")


LAUGHS = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
DECLARED = [
    f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]>',
    '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]>',
    '<!DOCTYPE rss SYSTEM "http://127.0.0.1/x.dtd">',
    "<!doctype rss>",
]


@pytest.mark.parametrize("declared", DECLARED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp037"])
def test_no_document_type_is_read(declared: str, encoding: str) -> None:
    text = RSS.format(items=FULL, encoding=encoding).replace("<rss", f"{declared}<rss")
    with pytest.raises(NotAFeed, match="document type"):
        told(text.replace("Night", "&l9;&x;").encode(encoding, "replace"))


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\1\2", b"<html><body>no</body></html>", b'{"version": "1"}', b"/etc/passwd",
     gzip.compress(b"x"), b"<" * 10_000, b"<a>" * 10_000],
)  # fmt: skip
def test_what_is_no_feed_says_so(content: bytes) -> None:
    with pytest.raises(NotAFeed):
        told(content)


def test_what_is_written_badly_is_read_as_far_as_it_goes() -> None:
    broken = rss(FULL).replace(b"teaser", b"tea & biscuits &nbsp; <b>").replace(b"</channel>", b"")
    assert [one.guid for one in told(broken).programmes] == ["g-1"]


def test_words_are_plain() -> None:
    assert plain("a < b &amp; c", 50) == "a < b & c"
    assert plain("<p>one</p>\n<p>two<br>three</p>", 50) == "one\n\ntwo\nthree"
    assert plain("<style>p{}</style><a href='javascript:x()'>link</a>", 50) == "link"
    assert plain("one\n\n\n\n\ntwo  \t three", 50) == "one\n\ntwo three"
    assert plain("\u202egnirts\0\x1b[31m", 50) == "gnirts [31m"
    assert plain("word " * 100, 12) == "word word w…"
    assert plain_line("<b>a</b>\nb", 50) == "a b"
    assert plain("&lt;script&gt;alert(1)&lt;/script&gt;", 50) == "<script>alert(1)</script>"


@pytest.mark.slow
def test_a_feed_is_read_in_a_cage(tmp_path: Path) -> None:
    reader = FeedReader(open_sandbox(), longest_cpu_s=1)
    page = Page(URL, "application/rss+xml", Stamp(), rss(FULL))
    assert reader.read(page, tmp_path) == told(rss(FULL))
    endless = replace(page, content=b"<rss version='2.0'><channel>" + b"<a b=c " * 1_000_000)
    with pytest.raises(NotAFeed, match="more time"):
        reader.read(endless, tmp_path)


def test_names_follow_from_addresses() -> None:
    channel = channel_id(URL)
    assert channel == channel_id(URL) != channel_id(URL + "?x")
    assert episode_id(channel, "1") == episode_id(channel, "1") != episode_id(channel_id("x"), "1")


def test_what_a_file_is_follows_from_its_name_and_type() -> None:
    expect = expected_container
    assert expect("https://x/a.MP3?b", "audio/ogg") is Container.MP3
    assert expect("https://x/play?id=1", "audio/x-m4a") is Container.MP4
    assert expect("https://x/a.php", "audio/unknown") is None


def test_who_fails_is_asked_less_and_less() -> None:
    assert [pause_s(failures) for failures in (1, 2, 3)] == [300, 600, 1200]
    assert pause_s(10) == pause_s(10_000) == 86_400
