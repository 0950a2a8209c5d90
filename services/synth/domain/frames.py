"""What goes out: a tenth of a second of a stream."""

from dataclasses import dataclass

from services.synth.domain.conductor import Bar
from services.synth.domain.parameters import Parameters
from services.synth.domain.playing import Note


@dataclass(frozen=True, slots=True)
class Rendered:
    """A frame, fresh from the engine."""

    stream_id: str
    epoch: int
    position: int
    revision: int
    parameters: Parameters
    notes: tuple[Note, ...]
    bars: tuple[Bar, ...]
    pcm: bytes
    late: bool
