"""Where numba keeps what it compiled."""

from __future__ import annotations

import hashlib
from pathlib import Path
from tempfile import TemporaryFile

import numba

from libs.common.faults import CannotStart

HERE = Path(__file__).parent


def keep_kernels(folder: Path) -> None:
    """Tell numba the folder; to be called before kernels are imported.

    Numba looks only at the file of the function that is called, not at those it calls in
    turn: so each state of the sources has a folder of its own.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted([HERE / "layout.py", HERE / "wavetables.py", *HERE.glob("kernels/*.py")]):
        digest.update(path.read_bytes())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        TemporaryFile(dir=folder).close()
    except OSError as problem:
        raise CannotStart(f"kernels cannot be kept in {folder}: {problem}", "kernels") from problem
    kept = str(folder / digest.hexdigest()[:16])
    numba.config.CACHE_DIR = kept  # type: ignore[attr-defined]  # numba fills it when imported
