"""Checks that every dependency is pinned to one version and one content.

``python -m scripts.pinned`` fails and names what is not.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from typing import TYPE_CHECKING

from scripts.programs.program import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

PIN = re.compile(r"([A-Za-z0-9._-]+)(\[[^]]*\])?==[^\s;]+")
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def loose_requirements(text: str) -> Iterator[str]:
    """Yield the requirements of a compiled file that lack a version or a hash."""
    for requirement in _requirements(text):
        if not (PIN.match(requirement) and HASH.search(requirement)):
            yield requirement.split()[0]


def unpinned(wanted: Iterable[str], text: str) -> Iterator[str]:
    """Yield the wanted packages that a compiled file does not pin."""
    pinned = {_name(requirement) for requirement in _requirements(text)}
    yield from (name for each in wanted if (name := _name(each)) not in pinned)


def loose_packages(lock: dict[str, dict[str, dict[str, object]]]) -> Iterator[str]:
    """Yield the packages of an npm lock file that lack a hash, or name a registry of their own."""
    for place, package in lock["packages"].items():
        if place and ("integrity" not in package or "resolved" in package):
            yield place


def complaints(root: Path) -> Iterator[str]:
    """Yield one sentence for everything in the repository that is not pinned."""
    folder = root / "requirements"
    for file in sorted(folder.glob("*.txt")):
        for name in loose_requirements(file.read_text()):
            yield f"{file.name}: {name} needs == and a hash"
    for name in unpinned(_declared(root / "pyproject.toml"), (folder / "dev.txt").read_text()):
        yield f"dev.txt does not pin {name}"
    for source in sorted(folder.glob("*.in")):
        compiled = source.with_suffix(".txt")
        for name in unpinned(_requirements(source.read_text()), compiled.read_text()):
            yield f"{compiled.name} does not pin {name}"
    for lock in (root / "proto", root / "services/gateway/web", root / "tests/opensubsonic"):
        for place in loose_packages(json.loads((lock / "package-lock.json").read_text())):
            yield f"{lock.name}/package-lock.json: {place} needs a hash, and no address"


def _declared(pyproject: Path) -> Iterator[str]:
    project = tomllib.loads(pyproject.read_text())
    yield from project["project"]["dependencies"]
    for extra in project["project"]["optional-dependencies"].values():
        yield from extra
    yield from project["dependency-groups"]["dev"]


def _requirements(text: str) -> list[str]:
    lines = text.replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def _name(requirement: str) -> str:
    name = re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    if found := [*complaints(ROOT)]:
        sys.exit("\n".join([*found, "`make lock` pins them."]))
