"""What the catalog can be told, through environment variables that start with CATALOG_."""

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
