"""Settings every service has, and those of the servers it may use.

A service derives its own from these and gives them its prefix, so that
``CATALOG_DATABASE_URL`` fills ``database_url``.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import Field, SecretBytes, field_validator, model_validator
from pydantic_settings import BaseSettings

SHORTEST_SECRET_BYTES = 32


def without_credentials(url: str) -> str:
    """The address as it may be shown."""
    return re.sub(r"//[^/@]*@", "//", url)


@dataclass(frozen=True, slots=True)
class Tls:
    """Files by which both sides of a call prove who they are, in PEM."""

    certificate: Path
    key: Path
    authority: Path


class ServiceSettings(BaseSettings):
    """What any service can be told."""

    log_level: str = "INFO"
    host: str = "127.0.0.1"
    rpc_port: int = 0
    rpc_tls_cert: Path | None = None
    rpc_tls_key: Path | None = None
    rpc_tls_ca: Path | None = None
    metrics_port: int | None = None
    drain_s: float = 5.0
    patience_s: float = Field(default=30.0, description="how long to wait for servers at the start")
    nats_url: str = "nats://127.0.0.1:4222"
    otlp_endpoint: str | None = None

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        files = (self.rpc_tls_cert, self.rpc_tls_key, self.rpc_tls_ca)
        if any(files) and not all(files):
            raise ValueError("set all of rpc_tls_cert, rpc_tls_key and rpc_tls_ca, or none")
        return self

    @property
    def rpc_tls(self) -> Tls | None:
        """Mutual TLS for calls between services, when all three files are given."""
        if self.rpc_tls_cert and self.rpc_tls_key and self.rpc_tls_ca:
            return Tls(self.rpc_tls_cert, self.rpc_tls_key, self.rpc_tls_ca)
        return None

    @property
    def prefix(self) -> str:
        """What the names of this service's environment variables begin with."""
        return self.model_config.get("env_prefix", "")

    @property
    def service(self) -> str:
        """The name of the service, for logs and traces."""
        return self.prefix.rstrip("_").lower()


class DatabaseSettings(BaseSettings):
    """Where the service's rows are. The role in the URL owns the service's schema."""

    database_url: str = Field(default="postgresql://127.0.0.1:5432/tutti", repr=False)


class SecretSettings(BaseSettings):
    """The secret from which all keys of the service are derived. There is none by default."""

    secret: SecretBytes = Field(
        default=SecretBytes(b""),
        validate_default=True,
        description="all keys are derived from it; 32 bytes or more",
    )

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secret: SecretBytes) -> SecretBytes:
        if len(secret.get_secret_value()) < SHORTEST_SECRET_BYTES:
            raise ValueError(f"it must have at least {SHORTEST_SECRET_BYTES} random bytes")
        return secret


class ObjectStoreSettings(BaseSettings):
    """Where the service's objects are: any server that speaks S3.

    ``s3_public_endpoint`` is the same store as clients reach it; unset when
    they cannot.
    """

    s3_endpoint: str = "http://127.0.0.1:9000"
    s3_public_endpoint: str | None = None
    s3_access_key: str = ""
    s3_secret_key: str = Field(default="", repr=False)
    s3_bucket: str = "tutti"
    s3_region: str = "us-east-1"


class CacheSettings(BaseSettings):
    """Where the service keeps what it can afford to lose."""

    redis_url: str = Field(default="redis://127.0.0.1:6379/0", repr=False)
