"""What a replica is made of."""

from dataclasses import dataclass

from services.synth.adapters.asking import Asking
from services.synth.adapters.ether import Ether
from services.synth.rendering.thread import RenderThread
from services.synth.streams.beginning import Beginning
from services.synth.streams.owned import Kept
from services.synth.streams.saving import Saving
from services.synth.streams.sending import Sending


@dataclass(frozen=True, slots=True)
class Manner:
    """How a replica behaves."""

    name: str
    most_streams: int
    rest_after_s: float


@dataclass(frozen=True, slots=True)
class Workings:
    """What a replica consists of."""

    kept: Kept
    ether: Ether
    asking: Asking
    thread: RenderThread
    beginning: Beginning
    saving: Saving
    sending: Sending
