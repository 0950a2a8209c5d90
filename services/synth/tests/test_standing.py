from services.synth.domain.audience import KEPT_S, Audience
from services.synth.domain.playing import FRAME
from services.synth.domain.standing import BEGINNING_S, JITTER_S, Standing
from services.synth.domain.streams import Beat, Claim, Mark
from services.synth.tests.house import parameters

SILENCE_S = 0.3


def standing() -> Standing:
    return Standing("here", SILENCE_S, lambda: 1.0)


def claim(owner: str = "there", epoch: int = 5, *, rests: bool = False) -> Claim:
    return Claim(owner, epoch, parameters(), rests)


def beat(position: int, epoch: int = 5) -> Beat:
    return Beat("there", 3, (Mark("drift", epoch, position),))


def test_a_stream_that_does_not_go_on_is_silent() -> None:
    known = standing()
    known.claimed("drift", claim(), 0.0)
    known.beat(beat(FRAME), 0.1)
    assert known.silent((), 0.1 + SILENCE_S) == []
    known.beat(beat(2 * FRAME), 0.4)
    assert known.silent((), 0.4 + SILENCE_S) == []
    known.beat(beat(2 * FRAME), 0.6)  # alive, and yet it does not go on
    assert known.silent((), 0.41 + SILENCE_S + JITTER_S) == ["drift"]
    assert known.silent({"drift"}, 1.0) == []
    assert known.position("drift") == 2 * FRAME


def test_an_owner_has_time_to_begin_and_where_there_is_none_nobody_waits() -> None:
    known = standing()
    known.claimed("drift", claim(), 0.0)
    assert known.silent((), BEGINNING_S) == []
    assert known.silent((), BEGINNING_S + 2 * JITTER_S) == ["drift"]
    known.claimed("drift", claim(owner="", epoch=6), 2.0)
    assert known.silent((), 2.01 + JITTER_S) == ["drift"]
    known.claimed("drift", claim(owner="", epoch=7, rests=True), 3.0)
    assert known.silent((), 100.0) == []
    known.claimed("drift", None, 100.0)
    assert known.claim("drift") is None


def test_a_late_frame_is_a_reason_to_ask_and_a_replica_that_is_gone_is_not_waited_for() -> None:
    known = standing()
    known.claimed("drift", claim(), 0.0)
    known.beat(beat(FRAME), 0.1)
    assert known.doubtful(0.2) == set()
    assert known.doubtful(0.3) == {"there"}
    known.gone("there")
    assert known.silent((), 0.3) == ["drift"]
    assert known.doubtful(0.4) == set()


def test_who_could_not_listen_does_not_judge() -> None:
    known = standing()
    known.claimed("drift", claim(), 0.0)
    known.beat(beat(FRAME), 0.1)
    known.forgive(5.0)
    assert known.silent((), 5.0 + SILENCE_S) == []


def test_the_frames_of_an_owner_before_are_no_sign_of_the_new_one() -> None:
    known = standing()
    known.claimed("drift", claim(epoch=5), 0.0)
    known.claimed("drift", claim(owner="third", epoch=6), 1.0)
    known.beat(beat(FRAME, epoch=5), 2.9)
    assert known.silent((), 1.01 + BEGINNING_S + JITTER_S) == ["drift"]


def test_the_roomiest_of_those_that_live_is_known() -> None:
    known = standing()
    known.beat(Beat("small", 1, ()), 0.0)
    known.beat(Beat("large", 9, ()), 0.0)
    assert known.roomiest(0.5) == "large"
    assert known.roomiest(60.0) is None


def test_listeners_are_counted_by_who_said_so_last_and_forgotten_with_them() -> None:
    audience = Audience()
    audience.say("drift", "one", 3, 0.0)
    audience.say("drift", "one", 2, 1.0)
    audience.say("drift", "other", 4, 5.0)
    assert audience.count("drift", 5.0) == 6
    assert audience.last_s("drift", 5.0) == 5.0
    assert audience.count("drift", 1.0 + KEPT_S) == 4
    audience.say("drift", "other", 0, 17.0)
    assert audience.last_s("drift", 18.0) == 5.0
    audience.forget(5.0 + KEPT_S)
    assert audience.count("drift", 20.0) == 0
