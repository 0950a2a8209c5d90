"""PostgreSQL as a program: a cluster in a folder, whoever starts it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import asyncpg

from scripts.programs.program import Program
from scripts.programs.readiness import local
from scripts.servers.binaries import MissingServer, postgres_folder
from scripts.servers.memory import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from scripts.servers.settings import Binaries

USER = "tutti"
NOBODY = 65534
"""The user without rights, by this number on every Linux."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Whom PostgreSQL runs as, for it refuses root."""

    prefix: tuple[str, ...]
    user_id: int | None
    owner_id: int
    """Who owns the data folder, as seen from here."""


@cache
def actor() -> Actor:
    """Return ourselves, or for root the least intrusive way of not being root.

    In a user namespace the files stay root's, so the tree may lie where nobody
    else can read. Where the system forbids namespaces, as containers often do,
    PostgreSQL becomes the user nobody and owns its data folder.
    """
    if os.geteuid() != 0:
        return Actor((), None, os.geteuid())
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
    if shutil.which("unshare") and _succeeds(*namespace, "true"):
        return Actor(namespace, None, 0)
    return Actor((), NOBODY, NOBODY)


def postgres(folder: Path, port: int, secret: str, binaries: Binaries, *, durable: bool) -> Program:
    """Describe a PostgreSQL server whose cluster lies in the folder.

    Without ``durable`` it forgets when the machine, not just a process, dies;
    tests are faster for it.
    """
    programs = postgres_folder(binaries)
    running = actor()

    def prepare() -> None:
        if not (folder / "PG_VERSION").exists():
            _initialise(folder, secret, programs, durable=durable)
        _give_to(folder, running.owner_id)
        _check_version(folder, programs)

    async def ready() -> None:
        if not _says_ready(folder):
            raise ConnectionError("PostgreSQL is starting")
        try:
            connection = await asyncpg.connect(url(port, secret, "postgres"), timeout=2)
        except asyncpg.PostgresError as refusal:
            raise ConnectionError(str(refusal)) from refusal
        await connection.close()

    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
        "max_connections": "200",
        "jit": "off",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "fsync": "on" if durable else "off",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return Program(
        "postgres",
        (*running.prefix, str(programs / "postgres"), "-D", str(folder), *options),
        ready,
        prepare=prepare,
        # SIGTERM would wait for clients to leave.
        stop_signal=signal.SIGINT,
        user_id=running.user_id,
        address=local(port),
    )


def url(port: int, secret: str, database: str) -> str:
    """Return the address of a database, as its administrator."""
    return f"postgresql://{USER}:{secret}@127.0.0.1:{port}/{database}"


def _initialise(folder: Path, secret: str, programs: Path, *, durable: bool) -> None:
    """Make the cluster beside its place and move it there whole, so that no half of one is used."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True, mode=0o700)
    password = folder.with_name("postgres.password")
    write_private(password, secret)
    _give_to(draft, actor().owner_id)
    _give_to(password, actor().owner_id)
    argv = [
        *actor().prefix, str(programs / "initdb"), "-D", str(draft), "--username", USER,
        "--auth", "scram-sha-256", "--pwfile", str(password), "--encoding", "UTF8",
        # With the locale C trigrams see no letters outside ASCII.
        "--locale", "C.UTF-8",
        *([] if durable else ["--no-sync"]),
    ]  # fmt: skip
    try:
        _run(argv)
    finally:
        password.unlink()
    draft.rename(folder)


def _run(argv: list[str]) -> None:
    user_id = actor().user_id
    done = subprocess.run(  # noqa: S603 - found by binaries.py
        argv,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        text=True,
        user=user_id,
        group=user_id,
        extra_groups=None if user_id is None else [],
    )
    if done.returncode:
        raise MissingServer(f"PostgreSQL could not make its cluster:\n{done.stdout}{done.stderr}")


def _says_ready(folder: Path) -> bool:
    """Read what PostgreSQL notes for pg_ctl: it logs a connection that comes too early as fatal."""
    try:
        return (folder / "postmaster.pid").read_text().split()[-1] == "ready"
    except (OSError, IndexError):
        return False


def _give_to(path: Path, owner_id: int) -> None:
    """Change the owner of a file or tree that another way of starting has left."""
    if path.stat().st_uid == owner_id:
        return
    for each in (path, *path.rglob("*")):
        os.chown(each, owner_id, -1, follow_symlinks=False)


def _check_version(folder: Path, programs: Path) -> None:
    made_by = (folder / "PG_VERSION").read_text().strip()
    answer = subprocess.run(  # noqa: S603 - found by binaries.py
        [programs / "postgres", "--version"], capture_output=True, check=True, text=True
    )
    if f" {made_by}." not in answer.stdout:
        raise MissingServer(
            f"{folder} was made by PostgreSQL {made_by}, but {programs} holds "
            f"{answer.stdout.strip()}: point TUTTI_POSTGRES_BIN at version {made_by}"
        )


def _succeeds(*argv: str) -> bool:
    return subprocess.run(argv, capture_output=True, check=False).returncode == 0  # noqa: S603 - our own words
