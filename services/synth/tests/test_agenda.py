from services.synth.domain.agenda import Agenda, Pending
from services.synth.domain.parameters import Change
from services.synth.domain.styles import styles

DRIFT = styles()["drift"].parameters(1)


def test_what_is_due_is_given_away_once() -> None:
    agenda = Agenda([Pending(441, Change(intensity=0.1)), Pending(882, Change(intensity=0.2))])
    assert list(agenda.due(441, at_a_bar_line=False)) == [Change(intensity=0.1)]
    assert list(agenda.due(441, at_a_bar_line=False)) == []
    assert list(agenda) == [Pending(882, Change(intensity=0.2))]


def test_what_waits_for_a_bar_is_not_due_before_one() -> None:
    agenda = Agenda([Pending(0, Change(tonic=3))])
    assert list(agenda.due(4410, at_a_bar_line=False)) == []
    assert list(agenda.due(4410, at_a_bar_line=True)) == [Change(tonic=3)]


def test_of_one_position_the_last_wins() -> None:
    agenda = Agenda()
    agenda.add(Change(intensity=0.9), 441)
    agenda.add(Change(intensity=0.3), 441)
    assert agenda.after(DRIFT).intensity == 0.3


def test_an_older_change_after_it_no_longer_changes_what_a_newer_one_did() -> None:
    agenda = Agenda()
    agenda.add(Change(tonic=3, timbre=0.9), 88_200)
    agenda.add(Change(timbre=0.1), 441)
    assert list(agenda) == [Pending(441, Change(timbre=0.1)), Pending(88_200, Change(tonic=3))]


def test_only_what_is_heard_by_then_counts() -> None:
    agenda = Agenda([Pending(100, Change(tempo_bpm=80)), Pending(200, Change(tempo_bpm=90))])
    assert [agenda.after(DRIFT, at).tempo_bpm for at in (99, 100, 200)] == [64, 80, 90]
    assert agenda.positions(at_a_bar_line=True) == [100, 200]
    assert agenda.positions(at_a_bar_line=False) == []
