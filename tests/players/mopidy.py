"""Mopidy, a music player by others, which plays from Tutti as from any OpenSubsonic server.

Mopidy and GStreamer are Debian's; its extension Subidy, with the library it needs,
goes into a folder of its own. All of it is a program of its own: nothing is imported.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.listener import until
from tests.running import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

NEEDED = ("mopidy-subidy==1.1.0", "py-sonic==1.2.0")
CACHES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
EXTENSION = CACHES / "tutti" / "players" / "mopidy-subidy-1.1.0"
PROGRAM, CLIENT = Path("/usr/bin/mopidy"), Path("/usr/bin/mpc")
STARTS_S = 60.0
ANSWERS_S = 30.0
LACKING = "Debian's mopidy, mopidy-mpd or mpc is not installed: sudo make setup"
CONFIGURATION = """
[core]
cache_dir = {home}/cache
config_dir = {home}/config
data_dir = {home}/data
[audio]
mixer = none
output = fakesink sync=true
[mpd]
hostname = 127.0.0.1
port = {port}
default_playlist_scheme = subidy
[subidy]
url = {address}
username = {user_name}
password = {secret}
[http]
enabled = false
[file]
enabled = false
[m3u]
enabled = false
[stream]
enabled = false
"""


class Uninstallable(Exception):
    """The extension cannot be had here."""


class Mopidy:
    """The player, told what to do by mpc, as people tell it."""

    def __init__(self, port: int) -> None:
        self._port = port

    def tell(self, *words: str) -> list[str]:
        """Run mpc; answers the lines it prints."""
        done = subprocess.run(
            [CLIENT, "--port", str(self._port), *words],
            capture_output=True,
            text=True,
            timeout=ANSWERS_S,
            check=False,
        )
        assert not done.returncode, f"mpc {' '.join(words)}: {done.stderr}"
        return done.stdout.splitlines()

    def told(self, what: str) -> str:
        """One thing that it knows of what it plays, by mpc's name for it."""
        return self.tell("status", f"%{what}%")[0]

    @property
    def position_s(self) -> int:
        """How far into the track it is."""
        minutes, _, seconds = self.told("currenttime").partition(":")
        return 60 * int(minutes) + int(seconds)


def is_installed() -> bool:
    """Whether this machine has the player and what tells it."""
    return PROGRAM.exists() and CLIENT.exists()


@contextmanager
def playing(home: Path, address: str, user_name: str, secret: str) -> Iterator[Mopidy]:
    """Run the player, without a sound card, for as long as the context lasts."""
    _install()
    home.mkdir()
    port = free_port()
    settings, screen = home / "mopidy.conf", home / "mopidy.log"
    settings.write_text(
        CONFIGURATION.format(
            home=home, port=port, address=address, user_name=user_name, secret=secret
        )
    )
    # The system's Python, with nothing of ours on its path: GStreamer's bindings are there.
    own = {"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHONPATH": str(EXTENSION)}
    with screen.open("wb") as log:
        process = subprocess.Popen(
            [PROGRAM, "--config", str(settings)], env=own, stdout=log, stderr=subprocess.STDOUT
        )
    player = Mopidy(port)
    try:
        until(lambda: _answers(player, process, screen), "Mopidy does not answer", STARTS_S)
        yield player
    finally:
        process.terminate()
        process.wait()


def _answers(player: Mopidy, process: subprocess.Popen[bytes], screen: Path) -> bool:
    assert process.poll() is None, screen.read_text()
    try:
        return bool(player.tell("ls"))
    except AssertionError:
        return False


def _install() -> None:
    if (EXTENSION / "mopidy_subidy").exists():
        return
    words = f"-m uv pip install --quiet --no-deps --python /usr/bin/python3 --target {EXTENSION}"
    done = subprocess.run(
        [sys.executable, *words.split(), *NEEDED],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Uninstallable(" ".join(done.stderr.split()))
