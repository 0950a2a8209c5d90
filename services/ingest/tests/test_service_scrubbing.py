"""Objects that rot or vanish: each is noticed, and made anew where that can be done."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import asyncpg
import pytest

from services.ingest.domain.objects import cover_keys
from services.ingest.tests.house import content, eventually
from services.ingest.tests.store import (
    assert_all_as_noted,
    damages,
    ended,
    healed,
    older_cover,
    published,
    rotten,
    rows,
    scrubbed,
)
from tests.sounds import Piece, heard
from tests.tagging import Tags, cover
from tutti.ingest.v1 import ingest_pb2 as pb

if TYPE_CHECKING:
    from pathlib import Path

    from services.ingest.tests.house import House

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.slow]


TAGS = Tags(title="Rust", artists=("Ada",), cover=cover("#774411"))


async def test_every_object_is_noted_with_what_it_is(house: House, tmp_path: Path) -> None:
    item = await published(house, Piece(seed=61, duration_s=4, tags=TAGS).encoded(tmp_path / "a"))
    sha256 = item.content_sha256
    noted = await rows(house, "SELECT key FROM objects WHERE content_sha256 = $1", sha256)
    stored = {*await house.objects.list(f"audio/{sha256}/"), f"waveforms/{sha256}.json"}
    art = house.catalog.told(item.id).track.cover_sha256
    stored |= {f"covers/{art}{size}.webp" for size in ("", "-96", "-300", "-600")}
    assert {row["key"] for row in noted} == stored
    await assert_all_as_noted(house, sha256)
    walk = await scrubbed(house)
    assert walk.checked_count >= len(stored)
    assert (walk.damaged_count, await damages(house, sha256)) == (0, {})


async def test_what_was_made_is_made_anew(house: House, tmp_path: Path) -> None:
    item = await published(house, Piece(seed=62, duration_s=4, tags=TAGS).encoded(tmp_path / "a"))
    sha256, audio = item.content_sha256, f"audio/{item.content_sha256}"
    art = house.catalog.told(item.id).track.cover_sha256
    bad = [f"{audio}/medium.mp3", f"{audio}/hls/high.mp4", f"covers/{art}-300.webp"]
    good = {key: await rotten(house, key) for key in bad}
    gone = [f"{audio}/opus.opus", f"waveforms/{sha256}.json"]
    for key in gone:
        good[key] = await house.objects.get_bytes(key)
        await house.objects.remove(key)

    walk = await scrubbed(house)
    assert walk.damaged_count == len(bad + gone)
    found = await eventually(lambda: healed(house, sha256))
    assert set(found) == set(bad + gone)
    assert not any(damage.original for damage in found.values())
    for key, before in good.items():
        assert await house.objects.get_bytes(key) == before, key
    for key in bad:
        kept = await house.objects.get_bytes(found[key].quarantine_key)
        assert len(kept) == len(good[key])
        assert kept != good[key]
        assert hashlib.sha256(kept).hexdigest() in found[key].detail
    assert [found[key].detail for key in gone] == ["it is missing"] * 2
    assert heard(await house.objects.get_bytes(bad[0])).tone_hz == pytest.approx(440, rel=0.01)
    await assert_all_as_noted(house, sha256)
    assert (await scrubbed(house)).damaged_count == 0


async def test_a_cover_under_another_name_takes_the_place_of_the_damaged_one(
    house: House, tmp_path: Path
) -> None:
    """As after an update of the picture library, for all tracks that share the cover."""
    tags = Tags(title="Patina", artists=("Ada",), cover=cover("#557711"))
    files = [
        Piece(seed, duration_s=4, tags=tags).encoded(tmp_path / f"{seed}") for seed in (71, 72)
    ]
    items = [await published(house, file) for file in files]
    contents = {item.content_sha256 for item in items}
    name = house.catalog.told(items[0].id).track.cover_sha256
    older = await older_cover(house, name)
    bad = f"covers/{older}-300.webp"
    await rotten(house, bad)
    await scrubbed(house)

    async def all_told() -> bool:
        facts = house.catalog.reanalysed
        return {fact.content_sha256 for fact in facts if fact.cover_sha256 == name} == contents

    await eventually(all_told)
    [found] = [each for sha256 in contents for each in (await damages(house, sha256)).values()]
    assert (found.key, bool(found.healed_at_unix_ms)) == (bad, True)
    walk = await scrubbed(house, remove_orphans=True)
    assert walk.damaged_count == 0
    assert await house.lacks(f"covers/{older}")
    assert {*await house.objects.list(f"covers/{name}")} == {*cover_keys(name)}


async def test_the_same_file_again_heals_an_original(house: House, tmp_path: Path) -> None:
    path = Piece(seed=63, duration_s=4, tags=TAGS).encoded(tmp_path / "a")
    item = await published(house, path)
    sha256 = item.content_sha256
    original, low = (f"audio/{sha256}/{name}" for name in ("original.flac", "low.mp3"))
    await rotten(house, original)
    forget_scratch(house, sha256)
    await scrubbed(house)
    [damage] = (await damages(house, sha256)).values()
    assert damage.original
    assert (damage.file_name, damage.title, damage.artist) == (path.name, "Rust", "Ada")
    assert not await house.objects.exists(original)
    assert heard(await house.objects.get_bytes(low)).tone_hz == pytest.approx(440, rel=0.01)
    # What is lost meanwhile cannot be made anew before the original is back.
    await house.objects.remove(low)
    await scrubbed(house)
    assert await healed(house, sha256) is None

    again = await house.bring(content(path), path.name)
    [twin] = await house.settled(again.id)
    assert twin.state == pb.ITEM_STATE_DUPLICATE
    await eventually(lambda: healed(house, sha256))
    assert await house.objects.get_bytes(original) == content(path)
    assert await house.objects.exists(low)
    await assert_all_as_noted(house, sha256)


def forget_scratch(house: House, sha256: str) -> None:
    for path in sorted((house.settings.scratch_folder / "entries" / sha256).rglob("*")):
        if path.is_file():
            path.unlink()


async def test_nothing_is_made_from_a_damaged_original(house: House, tmp_path: Path) -> None:
    item = await published(house, Piece(seed=64, duration_s=4).encoded(tmp_path / "a"))
    await rotten(house, f"audio/{item.content_sha256}/original.flac")
    forget_scratch(house, item.content_sha256)
    await house.stub.RerunStep(pb.RerunStepRequest(item_id=item.id, step="transcode_low"))
    step = await house.until(item.id, "transcode_low", pb.STEP_STATE_FAILED)
    assert "lies where" in step.error
    notes = (await house.look(item.id)).item.notes
    assert [note for note in notes if "Bring the file again" in note]


async def test_what_nobody_needs_is_counted_and_removed_if_told(
    house: House, tmp_path: Path
) -> None:
    item = await published(
        house,
        Piece(seed=65, duration_s=4, tags=Tags(cover=cover("#2277aa"))).encoded(tmp_path / "a"),
    )
    art = house.catalog.told(item.id).track.cover_sha256
    await scrubbed(house, remove_orphans=True)
    assert await house.objects.exists(f"covers/{art}.webp")
    await house.catalog.remove(item.track_id, house.library_id, item.content_sha256)
    await eventually(lambda: house.lacks(f"audio/{item.content_sha256}/"))
    await house.objects.put_bytes(f"audio/{'0' * 64}/high.mp3", b"left over", "audio/mpeg")
    await house.objects.put_bytes(f"stems/{'0' * 64}/drums.flac", b"of others", "audio/flac")
    walk = await scrubbed(house)
    assert walk.orphan_count == 5  # one, and a cover in four sizes
    assert await house.objects.exists(f"covers/{art}-96.webp")
    walk = await scrubbed(house, remove_orphans=True)
    assert (walk.orphan_count, walk.removes_orphans) == (5, True)
    assert await house.lacks(f"covers/{art}")
    assert await house.objects.exists(f"stems/{'0' * 64}/drums.flac")
    assert (await scrubbed(house)).orphan_count == 0


async def test_a_walk_that_was_cut_off_goes_on_where_it_was(house: House) -> None:
    keys = [row["key"] for row in await rows(house, "SELECT key FROM objects ORDER BY key")]
    await rows(
        house,
        """
        UPDATE scrub SET under_way = true, began_at = now(), checked_count = 0, place = $1,
            removes_orphans = false
        """,
        keys[-4],
    )
    walk = await eventually(lambda: ended(house))
    assert walk.checked_count == 3


async def test_nothing_is_removed_while_a_backup_is_taken(house: House, tmp_path: Path) -> None:
    item = await published(house, Piece(seed=66, duration_s=4).encoded(tmp_path / "a"))
    preview = f"audio/{item.content_sha256}/preview.mp3"
    await rotten(house, preview)
    backup = await asyncpg.connect(house.settings.database_url)
    await backup.execute("SELECT pg_advisory_lock_shared(hashtext('tutti.backup'))")
    await house.stub.StartScrub(pb.StartScrubRequest())
    await house.catalog.remove(item.track_id, house.library_id, item.content_sha256)
    await asyncio.sleep(3)
    assert await house.objects.exists(preview)
    await backup.close()
    await eventually(lambda: house.lacks(f"audio/{item.content_sha256}/"))
    await eventually(lambda: ended(house))
    assert await damages(house, item.content_sha256) == {}


async def test_what_was_named_and_never_stored_comes_from_its_parts(
    house: House, tmp_path: Path
) -> None:
    await house.worker.stop()
    path = Piece(seed=67, duration_s=4).encoded(tmp_path / "a")
    item = await house.bring(content(path), path.name)
    sha256 = hashlib.sha256(content(path)).hexdigest()
    await rows(house, "UPDATE items SET content_sha256 = $2 WHERE id = $1", item.id, sha256)
    house.worker.start()
    [settled] = await house.settled(item.id)
    assert (settled.state, settled.content_sha256) == (pb.ITEM_STATE_PUBLISHED, sha256)


async def test_a_bit_that_flips_on_the_disk_itself_is_found(
    house: House, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    item = await published(house, Piece(seed=68, duration_s=4).encoded(tmp_path / "a"))
    key = f"audio/{item.content_sha256}/low.mp3"
    good = await house.objects.get_bytes(key)
    disk = next(tmp_path_factory.getbasetemp().glob("servers*/s3/disk"))
    [file] = [each for each in disk.glob("objects/**/*.data") if each.read_bytes() == good]
    with file.open("r+b") as sector:  # in its place, as a disk does: the store does not notice
        sector.seek(1000)
        sector.write(bytes([good[1000] ^ 4]))
    await scrubbed(house)
    found = await eventually(lambda: healed(house, item.content_sha256))
    kept = await house.objects.get_bytes(found[key].quarantine_key)
    assert [at for at, byte in enumerate(kept) if byte != good[at]] == [1000]
    assert await house.objects.get_bytes(key) == good


async def test_what_was_stored_before_rows_told_of_it_is_noted(
    house: House, tmp_path: Path
) -> None:
    tags = Tags(cover=cover("#119955"))
    item = await published(house, Piece(seed=69, duration_s=4, tags=tags).encoded(tmp_path / "a"))
    sha256 = item.content_sha256
    before = await rows(house, "DELETE FROM objects WHERE content_sha256 = $1 RETURNING *", sha256)
    await scrubbed(house)
    after = await rows(house, "SELECT * FROM objects WHERE content_sha256 = $1", sha256)
    told = ("key", "sha256", "size_bytes", "step")
    assert {tuple(row[name] for name in told) for row in after} == {
        tuple(row[name] for name in told) for row in before
    }
