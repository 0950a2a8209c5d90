"""What ingest can be told, through environment variables that start with INGEST_."""

import os
import tempfile
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from libs.common.settings import (
    CacheSettings,
    DatabaseSettings,
    ObjectStoreSettings,
    ServiceSettings,
)

MIB = 2**20


class IngestSettings(ServiceSettings, DatabaseSettings, ObjectStoreSettings, CacheSettings):
    """Settings of the service and of its workers."""

    model_config = SettingsConfigDict(env_prefix="INGEST_")

    rpc_port: int = 50052
    queue_name: str = "ingest"
    sweep_s: float = Field(default=2.0, gt=0)

    largest_upload_bytes: int = Field(default=2048 * MIB, gt=0)
    part_size_bytes: int = Field(default=8 * MIB, gt=0)
    keep_upload_h: float = Field(default=72, gt=0)
    music_folders: Annotated[tuple[Path, ...], NoDecode] = Field(
        default=(), description="folders that may be scanned, with ':' between them"
    )

    podcast_refresh_h: float = Field(
        default=6, gt=0, description="from one look at a feed to the next"
    )
    podcast_downloads: int = Field(
        default=1,
        ge=0,
        le=100,
        description="how many new episodes of a feed are downloaded unasked",
    )
    podcast_fetches: int = Field(
        default=1, ge=1, le=16, description="feeds and episodes fetched at a time by all workers"
    )
    largest_episode_bytes: int = Field(default=1024 * MIB, gt=0)
    private_addresses: bool = Field(
        default=False, description="whether podcasts may come from this machine and its network"
    )

    scrub_bytes_per_s: int = Field(
        default=4 * MIB, gt=0, description="how fast objects are read to be compared"
    )
    scrub_every_h: float = Field(default=168, gt=0, description="from one pass to the next")
    orphan_after_h: float = Field(
        default=24, ge=0, description="how old an object is that may be an orphan"
    )

    analysis_engine: str = "pulse"
    workers: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1)
    steps_per_process: int = Field(default=200, ge=1)
    scratch_folder: Path = Path(tempfile.gettempdir()) / "tutti-ingest"
    scratch_bytes: int = Field(default=8192 * MIB, description="how much decoded sound is kept")

    @field_validator("music_folders", mode="before")
    @classmethod
    def _between_colons(cls, given: object) -> object:
        return (
            [part for part in given.split(os.pathsep) if part] if isinstance(given, str) else given
        )
