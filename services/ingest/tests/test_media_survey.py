"""Many files at a glance, in one cage."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from libs.common.sandbox import open_sandbox
from services.ingest.adapters.media.surveyor import PROGRAM, Surveyor
from services.ingest.domain.formats import Codec, Container
from services.ingest.domain.reasons import Reason
from tests.hostile.boxes import BOXES
from tests.hostile.disguises import DISGUISES
from tests.hostile.foreign import FOREIGN
from tests.hostile.shapes import SHAPES
from tests.sounds import Piece
from tests.tagging import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.ingest.domain.glance import Glance

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def surveyor() -> Iterator[Surveyor]:
    surveyor = Surveyor(open_sandbox())
    yield surveyor
    surveyor.close()


def glance(surveyor: Surveyor, path: Path) -> Glance | None:
    with path.open("rb") as file:
        return surveyor.glance(file)


def sound(folder: Path, form: str = "mp3", title: str = "One") -> Path:
    tags = Tags(title=title, artists=("Ada",), album="Dawn", track=3, date="1999")
    return Piece(1, duration_s=2, tags=tags).encoded(folder / title, form)


@pytest.mark.parametrize(
    ("form", "container", "codec"),
    [
        ("mp3", Container.MP3, Codec.MP3),
        ("flac", Container.FLAC, Codec.FLAC),
        ("ogg", Container.OGG, Codec.VORBIS),
        ("opus", Container.OGG, Codec.OPUS),
        ("aac", Container.MP4, Codec.AAC),
        ("adts", Container.ADTS, Codec.AAC),
        ("alac", Container.MP4, Codec.ALAC),
        ("wav", Container.WAV, Codec.PCM),
        ("aiff", Container.AIFF, Codec.PCM),
    ],
)
def test_header_and_tags_of_every_kind(
    surveyor: Surveyor, tmp_path: Path, form: str, container: Container, codec: Codec
) -> None:
    seen = glance(surveyor, sound(tmp_path, form))
    assert seen is not None
    encoding, tags = seen.encoding, seen.tags
    assert (encoding.container, encoding.codec, encoding.channels) == (container, codec, 2)
    assert encoding.duration_s == pytest.approx(2.0, abs=0.1)
    assert (encoding.bit_depth is not None) == codec.lossless
    assert (tags.title, tags.artists, tags.album, tags.track) == ("One", ("Ada",), "Dawn", 3)


def test_what_has_to_be_decoded_to_be_known_is_left_to_those_who_do(
    surveyor: Surveyor, tmp_path: Path
) -> None:
    assert glance(surveyor, sound(tmp_path, "webm")) is None
    assert glance(surveyor, sound(tmp_path)) is not None


def test_copies_have_one_sketch_and_others_do_not(surveyor: Surveyor, tmp_path: Path) -> None:
    first, other = sound(tmp_path), sound(tmp_path, title="Two")
    again = tmp_path / "copy.mp3"
    again.write_bytes(first.read_bytes())
    sketches = [seen.sketch for path in (first, again, other) if (seen := glance(surveyor, path))]
    assert sketches[0] == sketches[1] != sketches[2]


def test_nothing_strangers_make_hurts_the_survey(surveyor: Surveyor, tmp_path: Path) -> None:
    whole = sound(tmp_path)
    refused = set()
    for name, (reason, content) in {**FOREIGN, **DISGUISES, **BOXES, **SHAPES}.items():
        path = tmp_path / "stranger"
        path.write_bytes(content())
        if glance(surveyor, path) is None:
            refused.add(reason)
        assert glance(surveyor, whole) is not None, f"{name} broke the cage of the next"
    assert {Reason.EMPTY, Reason.UNSUPPORTED_FORMAT, Reason.POLYGLOT} <= refused


def test_a_file_that_ends_its_reader_costs_only_itself(surveyor: Surveyor, tmp_path: Path) -> None:
    path = sound(tmp_path)
    assert glance(surveyor, path) is not None
    for reader in _caged_readers():
        reader.kill()
    assert glance(surveyor, path) is None
    assert glance(surveyor, path) is not None


def test_the_cage_has_no_way_to_other_files(surveyor: Surveyor, tmp_path: Path) -> None:
    if not open_sandbox().isolated:
        pytest.skip("no bubblewrap here")
    path = sound(tmp_path)
    assert glance(surveyor, path) is not None
    [reader] = _caged_readers()
    assert not Path(f"/proc/{reader.pid}/root{path}").exists()


def _caged_readers() -> list[psutil.Process]:
    """The readers that run, without the cages around them."""
    found = []
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if PROGRAM in each.cmdline() and "python" in Path(each.exe()).name:
                found.append(each)
    return found
