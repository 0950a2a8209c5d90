"""What the synth can be told, through environment variables that start with SYNTH_."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from libs.common.settings import ServiceSettings

KERNELS = Path(__file__).parent / "__pycache__" / "kernels"


class SynthSettings(ServiceSettings):
    """Settings of one replica of the synth."""

    model_config = SettingsConfigDict(env_prefix="SYNTH_")

    rpc_port: int = 50058
    engine: str = Field(default="numba", description="what renders: numba or torch")
    device: str = Field(
        default="auto",
        description="where torch computes: cpu, cuda, cuda:1; auto is the first graphics card, "
        "or the processor where there is none",
    )
    kernels: Path = Field(
        default=KERNELS, description="a folder that may be written, for what numba compiles"
    )
    streams: int = Field(default=100, ge=1, le=10_000, description="most that play here at once")
    ahead_ms: int = Field(
        default=200, ge=100, le=1000, description="how long before it is due a frame is rendered"
    )
    rest_after_s: float = Field(
        default=30.0, gt=0, description="how long nobody may listen before a stream rests"
    )
    silence_ms: int = Field(
        default=300,
        ge=200,
        le=10_000,
        description="how long a stream may be silent before another replica goes on with it",
    )
