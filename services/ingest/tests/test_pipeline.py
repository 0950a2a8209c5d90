from services.ingest.domain.pipeline import (
    PIPELINE,
    Step,
    StepState,
    distance,
    following,
    progress,
    ready,
)

BLOCKED = dict.fromkeys(Step, StepState.BLOCKED)


def done(*steps: Step) -> dict[Step, StepState]:
    return BLOCKED | dict.fromkeys(steps, StepState.DONE)


def test_every_step_stands_after_those_it_needs() -> None:
    seen: set[Step] = set()
    for step, plan in PIPELINE.items():
        assert seen.issuperset(plan.needs)
        seen.add(step)
    assert seen == set(Step)


def test_work_begins_with_the_file_itself() -> None:
    assert ready(BLOCKED) == (Step.STAGE,)


def test_tags_and_fingerprint_are_read_side_by_side() -> None:
    assert set(ready(done(Step.STAGE, Step.PROBE))) == {Step.TAGS, Step.FINGERPRINT}


def test_nothing_dear_is_done_before_duplicates_are_told_apart() -> None:
    states = done(Step.STAGE, Step.PROBE, Step.TAGS, Step.FINGERPRINT)
    assert ready(states) == (Step.DUPLICATES,)
    assert len(ready(states | {Step.DUPLICATES: StepState.DONE})) == 9


def test_publishing_waits_for_every_other_step() -> None:
    others = [step for step in Step if step is not Step.PUBLISH]
    assert ready(done(*others)) == (Step.PUBLISH,)
    for step in set(others) - {Step.STAGE, Step.PROBE, Step.FINGERPRINT, Step.DUPLICATES}:
        assert Step.PUBLISH not in ready(done(*others) | {step: StepState.RUNNING})


def test_progress_goes_from_nothing_to_one() -> None:
    assert progress(BLOCKED) == 0
    assert progress(done(*Step)) == 1
    assert 0 < progress(done(Step.STAGE)) < progress(done(Step.STAGE, Step.PROBE)) < 1


def test_what_follows_a_step_is_all_that_waits_for_it() -> None:
    assert following([Step.FEATURES]) == {Step.FEATURES, Step.PUBLISH}
    assert following([Step.STAGE]) == set(Step)
    assert Step.TAGS not in following([Step.FINGERPRINT])


def test_steps_near_the_end_go_first() -> None:
    assert distance(Step.PUBLISH) == 0
    assert distance(Step.FEATURES) < distance(Step.DUPLICATES) < distance(Step.STAGE)
