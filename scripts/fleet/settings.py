"""What `make run` can be told, through environment variables that start with TUTTI_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from scripts.programs.program import ROOT


class FleetSettings(BaseSettings):
    """Where Tutti answers and where it keeps its data."""

    model_config = SettingsConfigDict(env_prefix="TUTTI_")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    data: Path = ROOT / "var"
    demo: bool = True
    """Fill in the demo library after the first start."""
    verbose: bool = False
    """Show every line that a program logs, not only warnings and errors."""

    @property
    def address(self) -> str:
        """The address to open in a browser on this machine."""
        host = f"[{self.here}]" if ":" in self.here else self.here
        return f"http://{host}:{self.port}"

    @property
    def here(self) -> str:
        """The host by which this machine reaches itself."""
        everywhere = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound
        return "127.0.0.1" if self.host in everywhere else self.host
