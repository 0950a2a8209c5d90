"""Where notes that sound at once are kept, and which of them makes room for a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.synth.adapters.engines.kernels.compiling import kernel
from services.synth.adapters.engines.layout import FADING, FREE, PLAYING, SOUNDING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@kernel
def take_place(voices: npt.NDArray[np.void]) -> int:
    """The number of a free place, -1 when even those that fade out left none.

    No more than PLAYING sound at once: the one that matters least begins to fade.
    """
    free, sounding = -1, 0
    for number in range(len(voices)):
        state = voices[number].state
        if state == FREE and free < 0:
            free = number
        elif state == SOUNDING:
            sounding += 1
    if free >= 0 and sounding >= PLAYING:
        voices[least(voices)].state = FADING
    return free


@kernel
def least(voices: npt.NDArray[np.void]) -> int:
    """The softest of those that were let go, or else the oldest."""
    softest, oldest, last_age = -1, -1, -1
    softest_gain = 1e9
    for number in range(len(voices)):
        voice = voices[number]
        if voice.state != SOUNDING:
            continue
        if voice.age > last_age:
            oldest, last_age = number, voice.age
        gain = voice.left + voice.right
        if voice.age > voice.length and gain < softest_gain:
            softest, softest_gain = number, gain
    return softest if softest >= 0 else oldest
