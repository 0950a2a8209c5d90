import asyncio
import io
import os
import signal
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import nats
import psutil
import pytest
import redis.asyncio
from minio import Minio

from scripts.programs.leftovers import mark, marked
from scripts.servers import Servers, create_service_database, running_servers

pytestmark = pytest.mark.slow

SOUND = b"\x00\x01" * 50_000


def objects(servers: Servers) -> Minio:
    host = servers.s3_endpoint.removeprefix("http://")
    keys = servers.s3_access_key, servers.s3_secret_key
    return Minio(host, *keys, secure=False, region="us-east-1")


async def remember(servers: Servers) -> None:
    connection = await asyncpg.connect(await create_service_database(servers, "catalog"))
    await connection.execute("CREATE TABLE tracks AS SELECT 'Gymnopédie' AS title")
    await connection.close()
    bus = await nats.connect(servers.nats_url)
    await bus.jetstream().add_stream(name="tutti", subjects=["tutti.>"])
    await bus.jetstream().publish("tutti.test", b"played")
    await bus.close()
    async with redis.asyncio.from_url(servers.redis_url) as cache:
        await cache.set("tempo", "72")
    await asyncio.sleep(1.1)  # Valkey writes its log every second
    store = objects(servers)
    store.make_bucket("tutti")
    store.put_object("tutti", "audio/a", io.BytesIO(SOUND), len(SOUND))


async def assert_remembered(servers: Servers) -> None:
    connection = await asyncpg.connect(await create_service_database(servers, "catalog"))
    assert await connection.fetchval("SELECT title FROM tracks") == "Gymnopédie"
    await connection.close()
    bus = await nats.connect(servers.nats_url)
    assert (await bus.jetstream().get_msg("tutti", 1)).data == b"played"
    await bus.close()
    async with redis.asyncio.from_url(servers.redis_url) as cache:
        assert await cache.get("tempo") == b"72"
    with objects(servers).get_object("tutti", "audio/a") as response:
        assert response.read() == SOUND


async def test_data_survives_a_restart(tmp_path: Path) -> None:
    async with running_servers(tmp_path) as servers:
        await remember(servers)
    assert not [*marked(mark(tmp_path))]
    async with running_servers(tmp_path) as again:
        assert again == servers
        await assert_remembered(again)


async def test_data_survives_the_sudden_death_of_every_server(tmp_path: Path) -> None:
    async with running_servers(tmp_path) as servers:
        await remember(servers)
        for process in marked(mark(tmp_path)):
            os.kill(process.pid, signal.SIGKILL)
    async with running_servers(tmp_path) as servers:
        await assert_remembered(servers)


async def test_nobody_enters_without_the_secret(servers: Servers) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(servers.postgres_url, password="guess")
    address = servers.redis_url.rpartition("@")[2]
    with pytest.raises(redis.exceptions.AuthenticationError):
        async with redis.asyncio.from_url(f"redis://{address}") as cache:
            await cache.get("tempo")
    assert servers.secret not in repr(servers)
    assert servers.postgres_url not in repr(servers)


async def test_what_lies_behind_the_object_store_answers_the_object_store_alone(
    servers: Servers,
) -> None:
    door = int(servers.s3_endpoint.rpartition(":")[2])
    listening = [
        (each.pid, each.laddr.port)
        for each in psutil.net_connections("tcp")
        if each.laddr and each.status == psutil.CONN_LISTEN
    ]
    [owner] = {pid for pid, port in listening if port == door}
    behind = {port for pid, port in listening if pid == owner} - {door}
    assert len(behind) == 3
    async with httpx.AsyncClient() as stranger:
        for port in behind:
            for headers in ({}, {"X-Tutti-Inner": "guess"}):
                answer = await stranger.get(
                    f"http://127.0.0.1:{port}/recon/version", headers=headers
                )
                assert answer.status_code == 403


async def test_a_service_owns_its_schema_and_cannot_read_another(servers: Servers) -> None:
    ours = await create_service_database(servers, "test_ours")
    theirs = await create_service_database(servers, "test_theirs")
    connection = await asyncpg.connect(theirs)
    await connection.execute("CREATE TABLE IF NOT EXISTS secrets (word text)")
    await connection.close()
    connection = await asyncpg.connect(ours)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("SELECT * FROM test_theirs.secrets")
    await connection.close()


async def test_making_a_service_database_again_changes_nothing(servers: Servers) -> None:
    made = await asyncio.gather(*(create_service_database(servers, "test_twice") for _ in range(4)))
    assert len({*made}) == 1


async def test_a_schema_is_not_named_by_strangers(servers: Servers) -> None:
    with pytest.raises(ValueError, match="to name a schema"):
        await create_service_database(servers, 'x"; DROP SCHEMA catalog')


async def test_search_sees_letters_of_every_script(servers: Servers) -> None:
    connection = await asyncpg.connect(await create_service_database(servers, "test_search"))
    assert await connection.fetchval("SELECT similarity('東京事変', '東京') > 0.2")
    assert await connection.fetchval("SELECT unaccent('Dvořák')") == "Dvorak"
    await connection.close()


def test_a_signed_address_works_until_somebody_changes_it(servers: Servers) -> None:
    store = objects(servers)
    if not store.bucket_exists("signed"):
        store.make_bucket("signed")
    store.put_object("signed", "audio", io.BytesIO(SOUND), len(SOUND))
    address = store.presigned_get_object("signed", "audio", timedelta(minutes=1))
    request = urllib.request.Request(address, headers={"Range": "bytes=0-9"})  # noqa: S310 - ours
    with urllib.request.urlopen(request) as response:  # noqa: S310 - ours
        assert (response.status, response.read()) == (206, SOUND[:10])
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address.replace("Expires=60", "Expires=600"))  # noqa: S310 - ours
    assert refused.value.code == 403
    refused.value.close()
