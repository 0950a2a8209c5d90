"""Frames as the synth sends them, and what is said of them to listeners."""

import base64
import json
from dataclasses import dataclass

from services.gateway.domain.live.packets import Mark, Packet, text
from tutti.synth.v1 import synth_pb2 as pb


@dataclass(frozen=True, slots=True)
class Moment:
    """A tenth of a second of a stream."""

    mark: Mark
    pcm: bytes
    told: pb.Frame

    @property
    def position(self) -> int:
        """Of its first sample."""
        return self.mark.position

    @property
    def parameters(self) -> pb.Parameters | None:
        """What it was made by, where it says so."""
        return self.told.parameters if self.told.HasField("parameters") else None


def moment(frame: pb.Frame, *, after_gap: bool) -> Moment:
    """Read a frame."""
    mark = Mark(
        sequence=frame.sequence,
        revision=frame.revision,
        position=frame.position,
        rendered_at_us=frame.rendered_at_unix_us,
        after_gap=after_gap,
    )
    return Moment(mark, frame.pcm, frame)


def in_words(moment: Moment) -> Packet:
    """The sound as a message in JSON, for scripts."""
    mark = moment.mark
    message = (
        f'{{"type":"audio","sequence":{mark.sequence},"revision":{mark.revision},'
        f'"position":{mark.position},"time_us":{mark.rendered_at_us},'
        f'"pcm":"{base64.b64encode(moment.pcm).decode()}"}}'
    )
    return Packet(mark.position, text(message.encode()))


def score(frame: pb.Frame) -> bytes:
    """What begins to be played, as a message in JSON."""
    message: dict[str, object] = {
        "type": "notes",
        "position": frame.position,
        "notes": [
            {
                "onset": note.onset,
                "length": note.length,
                "pitch": round(note.pitch, 3),
                "velocity": round(note.velocity, 3),
                "part": note.part,
            }
            for note in frame.notes
        ],
    }
    if frame.HasField("bar"):
        bar = frame.bar
        message["bar"] = {"number": bar.number, "onset": bar.onset, "chord": bar.chord}
    return text(json.dumps(message, separators=(",", ":")).encode())
