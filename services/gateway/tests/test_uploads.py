"""Files come in parts, and go their way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest

from libs.common.faults import Unavailable
from services.gateway.http import uploads
from services.gateway.tests.conftest import House, Site, open_site
from services.gateway.tests.people import API, Person, sign_up

PART = 1000
"""Bytes, as the ingest of these tests is set."""
FILE = bytes(range(250)) * 10


async def announced(person: Person, **headers: str) -> dict[str, object]:
    asked = {"file_name": "Aria.flac", "size_bytes": len(FILE), "batch_id": "tests"}
    upload = await person.ask("POST", "/uploads", 201, json=asked, headers=headers)
    assert (upload["part_size_bytes"], upload["part_count"]) == (PART, 3)
    return dict(upload)


def part(number: int) -> bytes:
    return FILE[(number - 1) * PART : number * PART]


async def test_a_file_is_sent_in_parts_and_begun(site: Site, ada: Person) -> None:
    upload = await announced(ada)
    path = f"/uploads/{upload['id']}"
    await ada.ask("POST", f"{path}/complete", 409)
    for number in (3, 1, 2, 2):
        told = await ada.ask("PUT", f"{path}/parts/{number}", content=part(number))
    assert told["received_parts"] == [1, 2, 3]
    assert await site.objects.get_bytes(f"staging/{upload['id']}/000003") == part(3)
    item = await ada.ask("POST", f"{path}/complete", 202)
    assert item["file_name"] == "Aria.flac"
    assert (await ada.ask("POST", f"{path}/complete", 202))["id"] == item["id"]
    assert (await ada.ask("GET", path))["item_id"] == item["id"]
    detail = await ada.ask("GET", f"/imports/items/{item['id']}")
    assert "stage" in [step["name"] for step in detail["steps"]]


async def test_the_same_key_goes_on_with_the_same_upload(ada: Person) -> None:
    first = await announced(ada, **{"Idempotency-Key": "aria"})
    await ada.ask("PUT", f"/uploads/{first['id']}/parts/1", content=part(1))
    again = await announced(ada, **{"Idempotency-Key": "aria"})
    assert (again["id"], again["received_parts"]) == (first["id"], [1])


async def test_a_part_of_another_size_is_refused(ada: Person) -> None:
    path = f"/uploads/{(await announced(ada))['id']}/parts"
    await ada.ask("PUT", f"{path}/1", 413, content=b"x" * (PART + 1))
    await ada.ask("PUT", f"{path}/1", 422, content=b"x" * (PART - 1))
    await ada.ask("PUT", f"{path}/4", 422, content=b"x")
    await ada.ask("PUT", f"{path}/0", 422, content=b"x")


async def test_an_endless_part_is_refused_while_it_comes(ada: Person) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10_000:
            sent += 1
            yield b"x" * PART
            await asyncio.sleep(0.001)

    path = f"{API}/uploads/{(await announced(ada))['id']}/parts/1"
    with suppress(httpx.TransportError):  # the server may hang up before the client looks
        answer = await ada.client.put(path, content=endless())
        assert answer.status_code == 413
    assert sent < 10_000


async def test_nobody_sends_to_or_sees_the_files_of_another(ada: Person, bob: Person) -> None:
    path = f"/uploads/{(await announced(ada))['id']}"
    await bob.ask("GET", path, 404)
    await bob.ask("PUT", f"{path}/parts/1", 404, content=part(1))
    await bob.ask("POST", f"{path}/complete", 404)
    await bob.ask("DELETE", path, 404)
    asked = {"file_name": "a.mp3", "size_bytes": 1, "library_id": ada.library_id}
    await bob.ask("POST", "/uploads", 404, json=asked)


async def test_an_upload_is_forgotten(ada: Person) -> None:
    path = f"/uploads/{(await announced(ada))['id']}"
    await ada.ask("DELETE", path, 204)
    await ada.ask("GET", path, 404)


async def test_paths_are_no_file_names(ada: Person) -> None:
    for name in ("../a.mp3", "a/b.mp3", "a\\b.mp3", "a\nb.mp3", ""):
        asked = {"file_name": name, "size_bytes": 1}
        await ada.ask("POST", "/uploads", 422, json=asked)


@pytest.mark.slow
async def test_a_part_that_comes_slowly_holds_no_other_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "SLOT_S", 0.1)
    monkeypatch.setattr(uploads, "SPOOL_BYTES", 100)
    sending, sent = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        for place in range(0, PART - 1, 111):
            yield part(1)[: PART - 1][place : place + 111]
        sending.set()
        await sent.wait()
        yield part(1)[-1:]

    async with open_site(house, uploads_at_once=1) as site, sign_up(site.client) as ada:
        upload = await announced(ada)
        path = f"/uploads/{upload['id']}/parts"
        first = asyncio.create_task(ada.ask("PUT", f"{path}/1", content=slow()))
        await sending.wait()
        told = await ada.ask("PUT", f"{path}/2", content=part(2))
        assert told["received_parts"] == [2]
        sent.set()
        assert (await first)["received_parts"] == [1, 2]
        assert await site.objects.get_bytes(f"staging/{upload['id']}/000001") == part(1)


async def test_parts_wait_for_a_place_in_memory_and_not_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(uploads, "SLOT_S", 0.01)
    taken = asyncio.Semaphore(0)
    with pytest.raises(Unavailable, match="again"):
        async with uploads.slot(taken):
            raise AssertionError("there was no place")
    taken.release()
    async with uploads.slot(taken):
        assert taken.locked()
    assert not taken.locked()


async def test_a_part_has_so_much_time(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_S", 0.1)

    async def never() -> AsyncIterator[bytes]:
        yield part(1)[:10]
        await asyncio.sleep(1)

    path = f"/uploads/{(await announced(ada))['id']}/parts/1"
    problem = await ada.ask("PUT", path, 408, content=never())
    assert problem["code"] == "request_timeout"
