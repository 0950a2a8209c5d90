import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from libs.common.faults import InvalidInput
from services.synth.domain.composition import compose
from services.synth.domain.conductor import Bar, Conductor, bar_length
from services.synth.domain.dice import Dice
from services.synth.domain.parameters import Change, Mode, Parameters
from services.synth.domain.phrases import Phrases
from services.synth.domain.playing import FRAME, QUANTUM, RATE_HZ, Note, Part, Setting
from services.synth.domain.score import DRUMS, Phrase, Piece
from services.synth.domain.styles import styles
from services.synth.domain.theory import scale_tones

PHRASES = Phrases(compose, room=1000)
PULSE = styles()["pulse"].parameters(11)
MINUTE = 60 * RATE_HZ // QUANTUM
"""Quanta."""


def conductor(parameters: Parameters = PULSE) -> Conductor:
    return Conductor(parameters, PHRASES)


@dataclass
class Heard:
    """All that came out of a conductor."""

    notes: list[Note] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)

    def of(self, playing: Conductor, quanta: int) -> "Heard":
        position = playing.position
        span, bars = playing.advance(quanta)
        assert span.position == position
        assert span.length == quanta * QUANTUM
        end = position + span.length
        assert all(position <= note.position < end for note in span.notes)
        assert all(position <= bar.position < end for bar in bars)
        self.notes += span.notes
        self.settings += span.settings
        self.bars += bars
        return self


def changes() -> Iterator[tuple[Change, int]]:
    """Every kind of them, on the way through two minutes."""
    yield Change(intensity=0.9), 1 * RATE_HZ
    yield Change(tonic=4, mode=Mode.LYDIAN), 7 * RATE_HZ + 100
    yield Change(percussion=0.0, timbre=1.0), 7 * RATE_HZ + 101
    yield Change(tempo_bpm=71.3), 20 * RATE_HZ
    yield Change(tempo_bpm=119.9), 21 * RATE_HZ
    yield Change(style="choir", intensity=0.2), 40 * RATE_HZ
    yield Change(intensity=1.0), 40 * RATE_HZ + 9000
    yield Change(seed=99), 70 * RATE_HZ


def steered() -> Conductor:
    playing = conductor()
    for change, not_before in changes():
        playing.schedule(change, not_before)
    return playing


def test_music_is_the_same_however_it_is_asked_for() -> None:
    whole = Heard().of(steered(), 2 * MINUTE)
    chance = Dice(5, "test")
    parts, playing = Heard(), steered()
    while (left := 2 * MINUTE - len(parts.settings)) > 0:
        parts.of(playing, min(left, int(chance.between(1, 41))))
    assert parts == whole
    assert len(whole.notes) > 500


def test_after_a_restart_it_goes_on_as_if_there_had_been_none() -> None:
    whole = Heard().of(steered(), 2 * MINUTE)
    chance = Dice(6, "test")
    parts, playing = Heard(), steered()
    while (left := 2 * MINUTE - len(parts.settings)) > 0:
        parts.of(playing, min(left, int(chance.between(1, 91))))
        playing = Conductor.restore(json.loads(json.dumps(playing.state)), PHRASES)
    assert parts == whole


def test_changes_from_the_log_give_the_music_they_gave_when_they_were_made() -> None:
    chance = Dice(7, "test")
    live, log, heard = conductor(), list[tuple[Change, int]](), Heard()
    for change, at in changes():
        while live.position + FRAME < at:
            heard.of(live, int(chance.between(1, 11)))
        log.append((change, live.schedule(change, at)))
    heard.of(live, 2 * MINUTE - len(heard.settings))
    replayed = conductor()
    for change, position in log:
        replayed.apply(change, position)
    assert Heard().of(replayed, 2 * MINUTE) == heard


def test_what_was_changed_last_holds_even_where_an_older_change_waits_for_its_bar() -> None:
    playing = conductor()
    playing.advance(5)
    waiting = playing.schedule(Change(tonic=3, intensity=0.1), 0)
    at_once = playing.schedule(Change(intensity=0.8), 0)
    assert at_once < waiting
    playing.advance(10 * MINUTE // 60)
    assert (playing.parameters.tonic, playing.parameters.intensity) == (3, 0.8)


def test_intensity_is_heard_from_the_next_quantum_on() -> None:
    playing = conductor()
    playing.advance(7)
    position = playing.schedule(Change(intensity=0.25), playing.position + 3 * QUANTUM - 1)
    assert position == 10 * QUANTUM
    span, _ = playing.advance(6)
    assert [setting.intensity for setting in span.settings] == [PULSE.intensity] * 3 + [0.25] * 3


def test_a_key_is_heard_from_the_next_bar_on_and_the_last_is_gone_a_bar_later() -> None:
    playing = conductor(replace(PULSE, intensity=1.0))
    heard = Heard().of(playing, 25 * MINUTE // 60)
    position = playing.schedule(Change(tonic=3), playing.position)
    assert position - playing.position <= bar_length(PULSE.tempo_bpm)
    heard.of(playing, MINUTE)
    assert position in [bar.position for bar in heard.bars]
    old, new = (scale_tones(tonic, PULSE.mode) for tonic in (PULSE.tonic, 3))
    pitched = [note for note in heard.notes if note.part not in DRUMS]
    before = [note for note in pitched if note.position < position]
    after = [note for note in pitched if note.position >= position]
    assert in_scale(before, old) > 0.94
    assert in_scale(after, new) > 0.94
    assert in_scale(after, old) < 0.7
    lasts = max(note.position + note.length for note in before if note.part is not Part.SWELL)
    assert (
        lasts - position <= bar_length(PULSE.tempo_bpm) + styles()["pulse"].feel.looseness_ms * 45
    )


def in_scale(notes: list[Note], scale: frozenset[int]) -> float:
    return sum(int(note.pitch) % 12 in scale for note in notes) / len(notes)


def test_chords_that_would_sound_begin_again_in_the_new_key() -> None:
    for seconds in range(8, 60, 4):
        playing = conductor()
        playing.advance(seconds * RATE_HZ // QUANTUM)
        position = playing.schedule(Change(tonic=4), 0)
        bar = bar_length(PULSE.tempo_bpm)
        notes = Heard().of(playing, (position - playing.position + bar) // QUANTUM).notes
        begun = {note.part for note in notes if 0 <= note.position - position < RATE_HZ // 10}
        assert {Part.PAD, Part.BASS} <= begun


def test_bar_lines_add_up_under_changes_of_tempo() -> None:
    playing = conductor()
    heard = Heard()
    chance = Dice(8, "test")
    tempo: dict[int, float] = {0: PULSE.tempo_bpm}
    for _ in range(20):
        tempo_bpm = chance.between(60, 120)
        tempo[playing.schedule(Change(tempo_bpm=tempo_bpm), playing.position)] = tempo_bpm
        heard.of(playing, int(chance.between(200, 1500)))
    expected, now = 0, PULSE.tempo_bpm
    for number, bar in enumerate(heard.bars):
        assert (bar.number, bar.position) == (number, expected)
        now = tempo.get(expected, now)
        expected += round(4 * 60 * RATE_HZ / now)


def test_a_day_later_a_bar_is_where_it_should_be() -> None:
    playing = conductor(styles()["drift"].parameters(1))
    state = playing.advance(1) and playing.state
    bars = 23_040  # a day at 64 bpm
    state |= {"bar": bars, "line": bars * bar_length(64), "position": bars * bar_length(64)}
    state["position"] -= state["position"] % -QUANTUM
    later = Conductor.restore(state, PHRASES)
    _, begun = later.advance(MINUTE)
    assert begun[0] == Bar(bars + 1, (bars + 1) * bar_length(64), begun[0].chord)


def test_nothing_sounds_that_intensity_and_percussion_do_not_ask_for() -> None:
    calm = Heard().of(conductor(replace(PULSE, intensity=0, percussion=0)), MINUTE)
    full = Heard().of(conductor(replace(PULSE, intensity=1, percussion=1)), MINUTE)
    assert not any(note.part in DRUMS for note in calm.notes)
    assert {Part.PAD, Part.BASS} <= {note.part for note in calm.notes}
    assert len(full.notes) > 5 * len(calm.notes)
    assert {note.part for note in full.notes} == set(Part)


def test_notes_come_in_the_order_they_begin() -> None:
    notes = Heard().of(steered(), 2 * MINUTE).notes
    assert [note.position for note in notes] == sorted(note.position for note in notes)


def test_the_engine_is_told_the_sound_of_the_style() -> None:
    playing = conductor()
    position = playing.schedule(Change(style="deep"), 1)
    heard = Heard().of(playing, position // QUANTUM + 10)
    assert [setting.sound for setting in heard.settings[-11:]] == ["pulse"] + ["deep"] * 10


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change(style="polka"), "style must be one of"),
        (Change(tempo_bpm=121), "tempo_bpm must be from 60 to 120"),
        (Change(intensity=-0.1), "intensity must be from 0 to 1"),
        (Change(tonic=12), "tonic must be from 0 to 11"),
    ],
)
def test_what_cannot_be_played_is_refused_and_changes_nothing(change: Change, words: str) -> None:
    playing = conductor()
    before = playing.state
    with pytest.raises(InvalidInput, match=words):
        playing.schedule(change, 0)
    assert playing.state == before


def test_a_stream_cannot_begin_with_a_style_there_is_not() -> None:
    with pytest.raises(InvalidInput, match="style must be one of"):
        conductor(replace(PULSE, style="polka"))


def test_what_has_been_played_cannot_be_changed() -> None:
    playing = conductor()
    playing.advance(10)
    with pytest.raises(ValueError, match="has been played"):
        playing.apply(Change(intensity=0), 0)


def test_the_first_bar_can_be_changed_before_it_begins() -> None:
    playing = conductor()
    assert playing.schedule(Change(tonic=2), 0) == 0
    span, bars = playing.advance(1)
    assert bars[0].position == 0
    assert playing.parameters.tonic == 2
    assert span.notes


def test_the_phrases_it_will_want_are_known_ahead() -> None:
    wanted: list[tuple[Piece, int]] = []

    def composer(which: Piece, number: int) -> Phrase:
        assert (which, number) in wanted
        return compose(which, number)

    playing = Conductor(PULSE, composer)
    for step in range(600):
        wanted[:] = playing.ahead()
        if step == 300:
            playing.schedule(Change(tonic=1), playing.position)
            wanted[:] = playing.ahead()
        playing.advance(10)


def test_where_it_is_bound_for_is_known_at_once() -> None:
    playing = conductor()
    playing.schedule(Change(tempo_bpm=80), 0)
    playing.schedule(Change(intensity=0.1), 0)
    assert playing.bound_for == replace(PULSE, tempo_bpm=80, intensity=0.1)
    assert playing.parameters == PULSE
