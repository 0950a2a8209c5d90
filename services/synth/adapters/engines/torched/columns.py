"""Columns of the tables that the host fills for the device."""

from services.synth.adapters.engines.layout import BEFORE, COLUMNS

INTENSITY, TIMBRE, PERCUSSION = range(3)
ROOM_FROM = 3
"""Here the columns of a room begin, as ``layout`` has them."""
GLIDING = ROOM_FROM + BEFORE
"""So many of the first columns glide; the last of the room creeps."""
NOW_BEFORE = GLIDING
(
    LAST_TIMBRE, LAST_BEFORE,  # in the block before
    CHORUS_TURN, REVERB_TURN,  # at the beginning of the block
    ECHO, NEXT_ECHO, ECHO_BLEND,  # samples; share of the second
) = range(ROOM_FROM + COLUMNS, ROOM_FROM + COLUMNS + 7)  # fmt: skip
MOOD = ECHO_BLEND + 1
"""How things stand for one deck in one block."""

(
    START, FADES, ENDS,  # blocks: the first, the first that fades, the first without it
    PATCH, LEVEL, SEED, LENGTH,  # length: samples
    PITCH, FROM_PITCH, VELOCITY, LEFT, RIGHT,  # shares of the two sides, of constant power
) = range(12)  # fmt: skip
IN_BLOCKS = [START, FADES, ENDS]
FIELDS = RIGHT + 1
"""A note in its lane."""
