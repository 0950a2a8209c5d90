"""Where server programs come from, and which servers are somebody else's."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from scripts.programs.program import ROOT


class Binaries(BaseSettings):
    """Programs to use instead of the ones that come with Tutti."""

    model_config = SettingsConfigDict(env_prefix="TUTTI_")

    postgres_bin: Path | None = None
    """A folder that holds ``postgres`` and ``initdb``, version 15 or newer."""
    nats_bin: Path | None = None
    redis_bin: Path | None = None
    wheels: Path = ROOT / ".servers"
    """Where `make` has unpacked the wheels that carry servers."""


class External(BaseSettings):
    """Servers that run already and are used instead of our own."""

    model_config = SettingsConfigDict(env_prefix="TUTTI_")

    postgres_url: str | None = None
    """Of a role that may create databases, roles and extensions."""
    nats_url: str | None = None
    redis_url: str | None = None
    s3_endpoint: str | None = None
    s3_access_key: str | None = None
    s3_secret_key: str | None = None

    @model_validator(mode="after")
    def _s3_is_complete(self) -> Self:
        if self.s3_endpoint and not (self.s3_access_key and self.s3_secret_key):
            raise ValueError("TUTTI_S3_ENDPOINT needs TUTTI_S3_ACCESS_KEY and TUTTI_S3_SECRET_KEY")
        return self

    @classmethod
    def none(cls) -> Self:
        """Return the wish for our own servers only, whatever the environment says."""
        return cls.model_construct()
