"""Files nobody should be able to hurt us with, and what has to become of each.

``python -m tests.hostile.costs`` reads all of them and prints what each cost.
"""

from tests.hostile.boxes import BOXES
from tests.hostile.disguises import DISGUISES
from tests.hostile.foreign import FOREIGN
from tests.hostile.lengths import LENGTHS
from tests.hostile.parts import Trials
from tests.hostile.pictures import PICTURES
from tests.hostile.shapes import SHAPES
from tests.hostile.words import WORDS

HOSTILE: Trials = {
    **FOREIGN,
    **DISGUISES,
    **LENGTHS,
    **SHAPES,
    **WORDS,
    **PICTURES,
    **BOXES,
}
"""File names, the reason code each must get or ``TAKEN``, and what makes its bytes."""
