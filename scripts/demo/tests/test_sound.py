from itertools import pairwise

import numpy as np
import pyloudnorm
import pytest
from scipy import signal

from scripts.demo.performing import performed
from scripts.demo.pieces import PIECES
from scripts.demo.records import Piece
from services.ingest.adapters.engines import analysis_engine
from services.synth.adapters.engines import EngineChoice, open_engine
from services.synth.domain.parameters import Mode
from services.synth.domain.playing import RATE_HZ, Engine, Sound
from services.synth.domain.theory import scale_tones

pytestmark = pytest.mark.slow

OF_EACH_STYLE = [PIECES[index] for index in (0, 2, 4, 6, 7, 9)]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return open_engine(EngineChoice(most_decks=1))


@pytest.fixture(scope="module", params=OF_EACH_STYLE, ids=[each.title for each in OF_EACH_STYLE])
def heard(request: pytest.FixtureRequest, engine: Engine) -> tuple[Piece, Sound]:
    piece: Piece = request.param
    return piece, performed(piece.music, engine)


def level_db(sound: Sound) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(sound**2)) + 1e-9))


def test_a_piece_is_loud_enough_and_clean(heard: tuple[Piece, Sound]) -> None:
    _, sound = heard
    lufs = pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound.T.astype(np.float64))
    assert lufs == pytest.approx(-16, abs=1)
    assert 20 * np.log10(np.abs(signal.resample_poly(sound, 4, 1, axis=1)).max()) < -1
    assert np.isfinite(sound).all()
    assert np.abs(sound.mean(axis=1)).max() < 1e-3
    # A click is a step: its third difference towers over those of the music around it.
    bend = np.abs(np.diff(sound, 3, axis=1)).max(axis=0)
    windows = bend[: len(bend) // 441 * 441].reshape(-1, 441).max(axis=1)
    calm = signal.medfilt(windows, 9)
    assert (windows < 25 * calm + 0.02).all()


def test_a_piece_begins_at_once_and_rings_out(heard: tuple[Piece, Sound]) -> None:
    piece, sound = heard
    assert np.abs(sound[:, 0]).max() < 1e-3
    assert np.abs(sound[:, : RATE_HZ // 10]).max() > 0.01
    end, half = piece.music.line(piece.music.bars), RATE_HZ // 2
    tail = [level_db(sound[:, start : start + half]) for start in range(end, sound.shape[1], half)]
    assert RATE_HZ < sound.shape[1] - end < 8 * RATE_HZ
    assert all(later < earlier for earlier, later in pairwise(tail))
    assert tail[-1] < -60
    assert np.abs(sound[:, -32:]).max() < 1e-5


def test_what_listens_finds_its_tempo_and_its_scale(heard: tuple[Piece, Sound]) -> None:
    piece, sound = heard
    found = analysis_engine("pulse").analyse(sound, RATE_HZ)
    begins = piece.music.begins
    assert found.tempo_bpm is not None
    times = found.tempo_bpm / begins.tempo_bpm
    assert min(abs(times - each) for each in (0.5, 1, 2)) < 0.01
    assert found.key is not None
    mode = Mode.AEOLIAN if found.key.minor else Mode.IONIAN
    shared = scale_tones(found.key.tonic, mode) & scale_tones(begins.tonic, begins.mode)
    assert len(shared) >= 6
