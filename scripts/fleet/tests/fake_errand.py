"""An errand that notes in its folder that it was run, and fails the first time."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    folder = Path(os.environ["FAKE_FOLDER"])
    folder.mkdir(exist_ok=True)
    runs = len([*folder.iterdir()])
    (folder / str(runs)).touch()
    sys.exit(0 if runs else 1)
