"""A replica with the tiny engine, as a process of its own that can be killed."""

from functools import partial

from libs.common.service import run
from libs.common.starting import settings_of
from services.synth.__main__ import synth
from services.synth.settings import SynthSettings
from services.synth.tests.tiny import TinyEngine

if __name__ == "__main__":
    run(partial(synth, open_engine_of=lambda _: TinyEngine()), settings_of(SynthSettings))
