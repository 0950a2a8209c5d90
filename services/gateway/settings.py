"""What an operator can tell the gateway, as GATEWAY_* in the environment."""

import os
import tempfile
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.common.settings import (
    CacheSettings,
    ObjectStoreSettings,
    SecretSettings,
    ServiceSettings,
)
from services.gateway.domain.apps.proofs import AppProof

WEB = Path(__file__).parent / "web" / "dist"


class SignUpPolicy(StrEnum):
    """Who may make an account."""

    OPEN = "open"
    FIRST_ONLY = "first_only"
    CLOSED = "closed"


class GatewaySettings(ServiceSettings, SecretSettings, CacheSettings, ObjectStoreSettings):
    """Where the gateway listens, whom it asks, and what it allows."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    http_port: int = Field(default=8080, ge=0, le=65535)
    catalog_address: str = "127.0.0.1:50051"
    ingest_address: str = "127.0.0.1:50052"
    synth_address: str = "127.0.0.1:50058"
    sign_up: SignUpPolicy = SignUpPolicy.OPEN
    public_url: str = Field(
        default="",
        pattern=r"^(https?://[^/]+)?$",
        description="how browsers reach this server; with https cookies are Secure and HSTS is on",
    )
    trusted_proxies: list[IPv4Network | IPv6Network] = Field(
        default=[], description="addresses or networks whose X-Forwarded-For is believed"
    )
    cors_origins: list[str] = Field(default=[], description="other sites that may call; off")
    requests_per_minute: int = Field(default=100, ge=1, le=1_000_000)
    requests_at_once: int = Field(default=100, ge=1, le=10_000, description="of one user")
    media_requests_per_minute: int = Field(default=3000, ge=1, le=1_000_000)
    app_requests_per_minute: int = Field(
        default=3000, ge=1, le=1_000_000, description="at /rest: apps ask for albums one by one"
    )
    app_proofs: frozenset[AppProof] = Field(
        default=frozenset(AppProof), description="ways for apps to prove for whom they speak"
    )
    sign_ins_per_minute: int = Field(default=10, ge=1, le=10_000)
    connections: int = Field(default=15_000, ge=1, le=1_000_000)
    connections_per_address: int = Field(
        default=512, ge=1, le=1_000_000, description="trusted proxies have no such limit"
    )
    uploads_at_once: int = Field(default=8, ge=1, le=256, description="parts held in memory")
    heads_bytes: int = Field(
        default=64 * 2**20, ge=2**20, description="how much of the beginnings of objects is kept"
    )
    scratch_folder: Path = Path(tempfile.gettempdir()) / "tutti-gateway"
    scratch_bytes: int = Field(
        default=4 * 2**30,
        ge=2**20,
        description="how much made sound is kept, and what it is made of",
    )
    transcodes: int = Field(
        default_factory=lambda: 2 * (os.cpu_count() or 1), ge=1, le=256, description="at once"
    )
    transcodes_each: int = Field(default=2, ge=1, le=256, description="of one user, at once")
    transcode_wait_s: float = Field(
        default=15.0, ge=0, le=300, description="how long one waits for a turn, then is refused"
    )
    live_anonymous: bool = Field(
        default=False, description="public stations are heard without an account"
    )
    web_dir: Path = WEB

    @property
    def https(self) -> bool:
        """Whether browsers reach this server over TLS."""
        return self.public_url.startswith("https://")
