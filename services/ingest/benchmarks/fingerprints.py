"""How alike fingerprints of the same and of different recordings are.

``python -m services.ingest.benchmarks.fingerprints`` encodes four pieces in every way
people do and prints the least similarity of two encodings of one recording, the greatest
of two takes and of two pieces, and how many look-up words encodings share.
"""

import argparse
import tempfile
from itertools import combinations
from pathlib import Path

from libs.common.sandbox import open_sandbox
from services.ingest.adapters.media.fingerprint import fingerprint
from services.ingest.adapters.media.inspection import Inspector
from services.ingest.domain.fingerprints import Fingerprint, lookup_words, similarity
from tests.audio import Audio, write_audio
from tests.music import STYLES, Piece, play

ENCODINGS = {
    "64.mp3": ("-b:a", "64k"),
    "320.mp3": ("-b:a", "320k"),
    "16.flac": ("-c:a", "flac", "-sample_fmt", "s16"),
    "96k.flac": ("-c:a", "flac", "-ar", "96000", "-sample_fmt", "s32"),
    "48.opus": ("-c:a", "libopus", "-b:a", "48k"),
    "64.m4a": ("-c:a", "aac", "-b:a", "64k"),
    "q2.ogg": ("-c:a", "libvorbis", "-q:a", "2"),
    "mono.mp3": ("-ac", "1", "-b:a", "96k"),
    "soft.mp3": ("-b:a", "128k", "-af", "volume=-12dB"),
    "late.mp3": ("-b:a", "128k", "-af", "adelay=1500:all=1"),
    "early.mp3": ("-b:a", "128k", "-af", "atrim=start=0.7"),
}
DURATION_S = 40.0


def main() -> None:
    """Print the figures the thresholds of ``domain.fingerprints`` come from."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--duration-s", type=float, default=DURATION_S, help="of each piece")
    duration_s = parser.parse_args().duration_s
    inspector, sandbox = Inspector(open_sandbox()), open_sandbox()

    def taken(audio: Audio, name: str) -> Fingerprint:
        with tempfile.TemporaryDirectory() as folder:
            path = write_audio(Path(folder) / name, audio, ENCODINGS[name])
            return fingerprint(sandbox, inspector.decoded(path, Path(folder)))

    same, shared, takes, firsts = [], [], [], []
    for number, style in enumerate(STYLES):
        minor, tempo_bpm = number % 2 == 1, 84.0 + 20 * number
        one, two = (
            play(Piece(tempo_bpm, 3 * number, minor, style, duration_s, take)) for take in (0, 1)
        )
        prints = [taken(one, name) for name in ENCODINGS]
        same += [(similarity(*pair), style) for pair in combinations(prints, 2)]
        words = set(lookup_words(prints[2]))
        shared += [len(words & set(lookup_words(each))) for each in prints]
        takes.append((similarity(prints[2], taken(two, "16.flac")), style))
        firsts.append(prints[2])
    others = [similarity(*pair) for pair in combinations(firsts, 2)]
    print(f"same recording, {len(same)} pairs of encodings: least similarity {min(same)}")
    print(f"another take with the same chords and drums: {sorted(takes, reverse=True)}")
    print(f"other pieces: greatest similarity {max(others):.3f}")
    print(f"look-up words shared with the FLAC, of 60: least {min(shared)}, all {sorted(shared)}")


if __name__ == "__main__":
    main()
