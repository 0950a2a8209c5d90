"""What the listeners of the benchmark make of what they are sent, in whatever pieces it comes."""

import pytest

from services.gateway.domain.live.packets import Codec, Mark, binary, text
from services.gateway.wire.sound import in_words, moment
from tests.benchmarks.protocols import Frame, Tutti
from tutti.synth.v1 import synth_pb2 as pb

HEAD = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
FRAME = pb.Frame(sequence=8, revision=3, position=8 * 4410, pcm=bytes(17_640))


@pytest.mark.parametrize("step", [1, 7, 500, 1_000_000])
def test_frames_are_found_in_pieces_of_any_size(step: int) -> None:
    said = (
        HEAD,
        text(b'{"type":"hello"}'),
        binary(Mark(7, 2, 7 * 4410, 0), Codec.PCM, bytes(17_640)).plain,
        in_words(moment(FRAME, after_gap=False)).plain,
        text(b'{"type":"ack","id":"1","revision":3}'),
    )
    everything = b"".join(said)
    protocol, heard = Tutti("localhost", "/"), list[Frame]()
    for at in range(0, len(everything), step):
        heard += protocol.take(memoryview(everything[at : at + step]))
    told = [(frame.duration_s, frame.sequence, frame.revision, frame.ack) for frame in heard]
    assert told == [(0.1, 7, 2, None), (0.1, 8, 3, None), (0.0, None, 3, "1")]


def test_a_sign_of_life_is_answered() -> None:
    protocol = Tutti("localhost", "/")
    protocol.take(memoryview(HEAD + b"\x89\x02hi"))
    assert protocol.owed == b"\x8a\x82\0\0\0\0hi"
