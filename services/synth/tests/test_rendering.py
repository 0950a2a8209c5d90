import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from libs.common.tests.waiting import until
from services.synth.domain.composition import compose
from services.synth.domain.conductor import Conductor
from services.synth.domain.frames import Rendered
from services.synth.domain.phrases import Phrases
from services.synth.domain.playing import FRAME, QUANTUM, Deck, Note, Part, Setting, Sound, Span
from services.synth.rendering.load import Load, thinned
from services.synth.rendering.player import Player
from services.synth.rendering.samples import PERIOD, Samples
from services.synth.rendering.thread import Hands, RenderThread
from services.synth.tests.house import offline, parameters
from services.synth.tests.tiny import TinyEngine

AHEAD_S = 0.2


def player(engine: TinyEngine, stream_id: str, began_s: float) -> Player:
    conductor = Conductor(parameters(), Phrases(compose))
    made = Player(stream_id, 1, conductor, engine.open(), 0)
    made.go_on(0, began_s)
    return made


def test_samples_are_dithered_by_their_position_alone() -> None:
    sound = np.full((2, 2, FRAME), 0.25, np.float32)
    first, second = Samples().frames(sound, [3, 4])
    again, wrapped = Samples().frames(sound, [4, 3 + PERIOD])
    assert first != second
    assert (again, wrapped) == (second, first)
    numbers = np.frombuffer(first, "<i2").astype(float)
    # Triangular noise of one step, then the rounding: variance 1/6 + 1/12 of a step.
    assert numbers.mean() == pytest.approx(0.25 * 32767, abs=0.05)
    assert numbers.var() == pytest.approx(1 / 4, abs=0.05)


def test_what_is_beyond_full_scale_is_cut_and_does_not_wrap() -> None:
    sound = np.stack([np.full((2, FRAME), 1.5, np.float32), np.full((2, FRAME), -1.5, np.float32)])
    high, low = Samples().frames(sound, [0, 1])
    assert set(np.frombuffer(high, "<i2")) == {32767}
    assert set(np.frombuffer(low, "<i2")) == {-32767}


def test_under_load_parts_are_left_out_step_by_step_and_come_back() -> None:
    parts = (Part.PAD, Part.MELODY, Part.BELL)
    notes = tuple(Note(0, 100, 60, 0.5, 0, part) for part in parts)
    span = Span(0, (Setting("drift", 60, 0.5, 0.5, 0),) * 10, notes)
    load, kept = Load(), []
    for part_of_time in (0.1, *[0.95] * 12, *[1.5] * 12, *[0.3] * 12):
        load.note(part_of_time)
        kept.append([note.part for note in thinned(span, load.level).notes])
    assert kept[0] == list(parts)
    assert kept[12] == [Part.PAD, Part.MELODY]
    assert kept[24] == [Part.PAD]
    assert kept[-1] == list(parts)


class Heard:
    """Keeps what a render thread delivers."""

    def __init__(self, engine: TinyEngine) -> None:
        self.frames: list[Rendered] = []
        self.lost: list[Player] = []
        self.batches: list[int] = []
        self.thread = RenderThread(
            engine, Hands(self.take, lambda _player: None, self.lost.append), AHEAD_S
        )

    def take(self, frames: Sequence[Rendered]) -> None:
        self.batches.append(len(frames))
        self.frames += frames

    def of(self, stream_id: str) -> list[Rendered]:
        return [frame for frame in self.frames if frame.stream_id == stream_id]


async def test_all_streams_are_rendered_some_at_a_time_and_on_time() -> None:
    engine = TinyEngine()
    heard = Heard(engine)
    async with heard.thread.running():
        for name in "abc":
            added = player(engine, name, time.monotonic())
            await heard.thread.call(partial(heard.thread.add, added))
        await asyncio.sleep(0.45)
        await heard.thread.call(lambda: heard.thread.pause(is_paused=True))
        frames, batches = len(heard.of("a")), heard.batches[-6:]
        await asyncio.sleep(0.15)
        assert len(heard.of("a")) == frames
    assert batches == [2, 1, 0] * 2
    assert 3 <= frames <= 6
    assert not any(frame.late for frame in heard.frames)
    assert heard.of("a")[1].pcm == offline(parameters(), [], 2)[FRAME * 4 :]


async def test_what_was_sent_before_is_rendered_silently_and_caught_up_with() -> None:
    engine = TinyEngine()
    heard = Heard(engine)
    behind = player(engine, "a", time.monotonic())
    behind.go_on(30 * FRAME, time.monotonic())
    async with heard.thread.running():
        await heard.thread.call(lambda: heard.thread.add(behind))
        await until(lambda: bool(heard.frames))
    assert heard.frames[0].position == 30 * FRAME
    assert heard.frames[0].pcm == offline(parameters(), [], 31)[30 * FRAME * 4 :]


async def test_streams_catch_up_one_after_the_other_and_hold_nobody_up() -> None:
    engine = Slow()
    heard = Heard(engine)
    async with heard.thread.running():
        await heard.thread.call(lambda: heard.thread.add(player(engine, "own", time.monotonic())))
        await until(lambda: bool(heard.frames))
        for name in "abcdef":
            behind = player(engine, name, 0)
            behind.go_on(30 * FRAME, time.monotonic())
            await heard.thread.call(partial(heard.thread.add, behind))
        await until(lambda: bool(heard.of("f")))
    names = [frame.stream_id for frame in heard.frames]
    assert sorted("abcdef", key=names.index) == list("abcdef")
    # Six times 3 s, two streams and half a second a step of 30 ms: as long as five of our frames.
    assert names[: names.index("f")].count("own") >= 3
    for name in "abcdef":
        assert heard.of(name)[0].pcm == offline(parameters(), [], 31)[30 * FRAME * 4 :]
    assert [f.position for f in heard.of("own")] == [n * FRAME for n in range(len(heard.of("own")))]


class Slow(TinyEngine):
    """Takes a while for what is caught up with."""

    def render(self, work: Sequence[tuple[Deck, Span]]) -> Sound:
        if work[0][1].length > FRAME:
            time.sleep(0.03)
        return super().render(work)


class Broken(TinyEngine):
    """Fails for streams that came late."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault

    def render(self, work: Sequence[tuple[Deck, Span]]) -> Sound:
        sound = super().render(work)
        if self.fault == "nan":
            sound[0, 0, QUANTUM] = np.nan
        elif self.fault:
            raise ZeroDivisionError
        self.fault = ""
        return sound


@pytest.mark.parametrize(("fault", "lost"), [("nan", 0), ("error", 1)])
async def test_an_engine_that_fails_makes_silence_or_loses_its_streams_but_no_noise(
    fault: str, lost: int
) -> None:
    engine = Broken(fault)
    heard = Heard(engine)
    async with heard.thread.running():
        await heard.thread.call(lambda: heard.thread.add(player(engine, "a", time.monotonic())))
        await asyncio.sleep(0.15)
    assert len(heard.lost) == lost
    assert len(engine.decks) == 1 - lost
    if not lost:
        assert np.abs(np.frombuffer(heard.frames[0].pcm, "<i2")).max() <= 1


async def test_a_composer_in_another_thread_is_asked_before_a_phrase_is_needed() -> None:
    phrases = Phrases(compose)
    conductor = Conductor(parameters(), phrases)
    with ThreadPoolExecutor(1) as composing:
        for piece, number in conductor.ahead():
            composing.submit(phrases.prepare, piece, number)
    assert all(phrases.ready(piece, number) for piece, number in conductor.ahead())
