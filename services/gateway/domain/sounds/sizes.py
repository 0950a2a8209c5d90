"""How long sound will be before it is made."""

from services.gateway.domain.sounds.choosing import Source, Target
from services.gateway.domain.sounds.formats import Format

HEADERS_BYTES = 16 * 1024
SURPLUS = {Format.MP3: 0.01}
OTHER_SURPLUS = 0.25
"""MP3 has the same bitrate throughout. The others take more where the music needs it, and what
is missing at the end would be worse than a rest that nobody hears."""


def estimated_bytes(source: Source, target: Target, offset_ms: int) -> int | None:
    """The most that it will take; None where one cannot tell."""
    if not target.kbps or not source.duration_ms:
        return None
    sound_bytes = max(0, source.duration_ms - offset_ms) * target.kbps / 8
    return HEADERS_BYTES + round(sound_bytes * (1 + SURPLUS.get(target.format, OTHER_SURPLUS)))
