"""A network in which any two programs can be parted, and neither is told.

Each program gets a network namespace with one address; ours is the router
between them. To part two, the router drops what they send each other: nothing
is refused, nothing answers, as when a cable is cut or a switch dies.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

INSIDE = "TUTTI_TRIAL_INSIDE"
LOCAL = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program runs: its address, and the command that takes it there."""

    address: str = LOCAL
    enter: tuple[str, ...] = ()


class Network:
    """A namespace for each name, all reachable from here and from each other."""

    def __init__(self, *names: str) -> None:
        Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        self.places = {name: _joined(name, number) for number, name in enumerate(names, 1)}
        self._cut: list[tuple[str, str]] = []

    def cut(self, one: str, other: str) -> None:
        """Part two programs: from now on their packets vanish."""
        for sender, receiver in ((one, other), (other, one)):
            addresses = self.places[sender].address, self.places[receiver].address
            _ip("rule add from {} to {} blackhole".format(*addresses))
            self._cut.append(addresses)

    def heal(self) -> None:
        """Let all packets through again."""
        while self._cut:
            _ip("rule del from {} to {} blackhole".format(*self._cut.pop()))


def why_not() -> str:
    """Why this machine cannot part programs; empty where it can."""
    if not (shutil.which("unshare") and shutil.which("ip")):
        return "needs the programs unshare and ip"
    tried = subprocess.run(
        [*_unshared(), "sh", "-c", "mount -t tmpfs none /run && ip netns add trial"],
        capture_output=True,
        check=False,
        text=True,
    )
    return f"needs network namespaces: {tried.stderr.strip()}" if tried.returncode else ""


def enter() -> None:
    """Go on in namespaces of our own, which vanish with us: the machine is left as it was."""
    if INSIDE in os.environ:
        _mount(Path("/run"), 1)
        _ip("link set lo up")
        return
    module = sys.modules["__main__"].__spec__
    assert module is not None, "run it as a module: python -m"
    os.environ[INSIDE] = "yes"
    again = [*_unshared(), sys.executable, "-m", module.name, *sys.argv[1:]]
    os.execv(again[0], again)  # noqa: S606  our own program


@contextmanager
def small_disk(place: Path, size_mib: int) -> Iterator[None]:
    """Put a disk of this size where the folder is, for as long as the context lasts."""
    _mount(place, size_mib)
    try:
        yield
    finally:
        subprocess.run([_program("umount"), "--lazy", str(place)], check=True)


def _mount(place: Path, size_mib: int) -> None:
    options = ["-t", "tmpfs", "-o", f"size={size_mib}m", "none", str(place)]
    subprocess.run([_program("mount"), *options], check=True)


def _unshared() -> list[str]:
    namespaces = ["--net", "--mount", "--propagation", "private"]
    if os.geteuid() != 0:
        namespaces += ["--user", "--map-root-user"]
    return [_program("unshare"), *namespaces]


def _joined(name: str, number: int) -> Place:
    address = f"10.77.{number}.2"
    _ip(f"netns add {name}")
    _ip(f"link add v{number} type veth peer name eth0 netns {name}")
    _ip(f"addr add 10.77.{number}.1/24 dev v{number}")
    _ip(f"link set v{number} up")
    for command in (
        "link set lo up",
        f"addr add {address}/24 dev eth0",
        "link set eth0 up",
        f"route add default via 10.77.{number}.1",
    ):
        _ip(f"-n {name} {command}")
    return Place(address, ("nsenter", f"--net=/run/netns/{name}"))


def _ip(command: str) -> None:
    subprocess.run([_program("ip"), *command.split()], check=True)


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found is not None, f"needs the program {name}"
    return found
