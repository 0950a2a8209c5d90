"""What the catalog can be told, through environment variables that start with CATALOG_."""

from typing import Self

from pydantic import HttpUrl, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from libs.common.settings import DatabaseSettings, SecretSettings, ServiceSettings


class CatalogSettings(ServiceSettings, SecretSettings, DatabaseSettings):
    """Settings of the catalog."""

    model_config = SettingsConfigDict(env_prefix="CATALOG_")

    rpc_port: int = 50051
    password_memory_kib: int = 19 * 1024
    password_passes: int = 2
    password_threads: int = 2
    """What a password's hash costs, by OWASP's advice for argon2id, and how many at once."""
    listenbrainz_url: HttpUrl = HttpUrl("https://api.listenbrainz.org")
    """ListenBrainz, or a server that speaks as it does, such as Maloja."""
    lastfm_url: HttpUrl = HttpUrl("https://ws.audioscrobbler.com/2.0/")
    lastfm_api_key: str = ""
    lastfm_api_secret: SecretStr = SecretStr("")
    """Of an API account of this server: https://www.last.fm/api/account/create"""

    @model_validator(mode="after")
    def _lastfm_is_whole(self) -> Self:
        if bool(self.lastfm_api_key) != bool(self.lastfm_api_secret.get_secret_value()):
            raise ValueError("set both lastfm_api_key and lastfm_api_secret, or none")
        return self
