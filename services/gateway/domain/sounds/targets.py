"""Targets by name, as those are who were told of one before."""

import re

from libs.common.faults import InvalidInput
from services.gateway.domain.sounds.choosing import Target
from services.gateway.domain.sounds.formats import RATES_HZ, STEPS_KBPS, Format

NAME = re.compile(r"([a-z0-9]{3,4})-(\d{1,3})-(\d{1,6})-(\d)-(\d{1,2})", re.ASCII)
DEPTHS = (0, 16, 24)


def target_named(name: str) -> Target:
    """The target of a name. Whoever makes up one of their own gets no more than others."""
    match = NAME.fullmatch(name)
    if match is None or match[1] not in list(Format):
        raise _unknown()
    format_ = Format(match[1])
    kbps, rate_hz, channels, depth = (int(match[number]) for number in range(2, 6))
    known = (
        (kbps == 0) if format_.lossless else kbps in STEPS_KBPS,
        rate_hz in (0, *format_.rates_hz(RATES_HZ)),
        channels <= format_.most_channels,
        depth in DEPTHS,
    )
    if not all(known):
        raise _unknown()
    return Target(format_, kbps, rate_hz, channels, depth)


def _unknown() -> InvalidInput:
    return InvalidInput("transcodeParams must be those that getTranscodeDecision answered with")
