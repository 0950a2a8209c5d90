"""Where a fleet keeps everything: the ground that an audit walks over."""

from __future__ import annotations

import json
import pickle
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg
import nats

from libs.common.objects import BlockingObjectStore, blocking_objects
from libs.common.settings import ObjectStoreSettings
from scripts.servers import postgres, swift
from scripts.servers.databases import DATABASE
from scripts.servers.nats import USER

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from nats.js import JetStreamContext

BUCKET = ObjectStoreSettings.model_fields["s3_bucket"].default


@dataclass(frozen=True, slots=True)
class Ground:
    """The servers and folders of one fleet, entered by the back door."""

    home: Path

    async def rows(self, query: str, *arguments: object) -> Sequence[asyncpg.Record]:
        """Ask PostgreSQL, as its administrator."""
        url = postgres.url(self._port("postgres"), self._secret("postgres"), DATABASE)
        connection = await asyncpg.connect(url)
        try:
            await connection.set_type_codec(
                "jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog"
            )
            return await connection.fetch(query, *arguments)
        finally:
            await connection.close()

    @asynccontextmanager
    async def jetstream(self) -> AsyncGenerator[JetStreamContext]:
        """Look into NATS."""
        secret, port = self._secret("nats"), self._port("nats")
        connection = await nats.connect(f"nats://{USER}:{secret}@127.0.0.1:{port}")
        try:
            yield connection.jetstream()
        finally:
            await connection.close()

    def objects(self) -> BlockingObjectStore:
        """The object store, as its clients see it."""
        return blocking_objects(
            ObjectStoreSettings(
                s3_endpoint=f"http://127.0.0.1:{self._port('s3')}",
                s3_access_key=swift.ACCESS_KEY,
                s3_secret_key=self._secret("s3"),
            )
        )

    def objects_on_disk(self) -> dict[str, int]:
        """The keys that really lie on the disk of the object store, with their sizes.

        A key may be listed and gone, or there and not listed; only the disk knows.
        """
        found: dict[str, int] = {}
        for folder in {file.parent for file in self._stored.glob("objects*/**/*.data")}:
            newest = max(folder.iterdir())
            if newest.suffix == ".data":
                told = _attributes(newest)
                _, _, bucket, key = told["name"].split("/", 3)
                if bucket == BUCKET:
                    found[key] = int(told["Content-Length"])
        return found

    def loose_ends_on_disk(self) -> list[str]:
        """What the object store began and did not end, and entries it still owes its lists."""
        kinds = ("tmp/*", "async_pending*/**/*-*")
        return [str(path.name) for kind in kinds for path in self._stored.glob(kind)]

    @property
    def _stored(self) -> Path:
        return self.home / "s3" / "disk"

    def _port(self, name: str) -> int:
        return int(json.loads((self.home / "ports.json").read_text())[name])

    def _secret(self, name: str) -> str:
        return str(json.loads((self.home / "secrets.json").read_text())[name])


# Any: Swift keeps text and numbers together.
def _attributes(file: Path) -> dict[str, Any]:
    import os  # noqa: PLC0415  getxattr is of Linux only

    stored = os.getxattr(file, "user.swift.metadata")
    told = pickle.loads(stored, encoding="utf-8")  # noqa: S301  written by our own Swift
    return {_text(name): _text(value) for name, value in told.items()}


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
