"""Whatever the description of the API allows, and more: python -m tests.hostile_clients.schema.

Schemathesis makes up requests to every operation of the description, once as an operator, once as
a listener, and once without any proof. Seven in ten times an id in an address is one that exists.
It fails on any status that the description does not name, and on any 5xx.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.figures import machine
from tests.listener import Listener
from tests.running import running
from tests.sounds import Piece
from tests.tagging import Tags, cover

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "ignored_auth",
    "unsupported_method",
    "allow_header_conformance",
)
REAL = 0.7
ENDLESS = "/api/v1/imports/events"
LIVE = r"/(listen\..*|index\.m3u8)$"
"""Without an end too, and what waits for sound."""
DESCRIPTION = "/api/v1/openapi.json"


def main() -> int:
    """Run the three, and fail if any of them found something."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.hostile_clients.schema", description=__doc__
    )
    parser.add_argument("--examples", type=int, default=100, help="for each operation")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as", dest="who", choices=["operator", "listener", "nobody"])
    asked = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as people:
        home = Path(folder)
        tutti = people.enter_context(running(home / "var"))
        operator, listener, third = (
            people.enter_context(Listener(tutti.address)) for _ in ("runs it", "listens", "leaves")
        )
        kept = home / "schemathesis.toml"
        keys = {"operator": _key(operator), "listener": _key(listener), "nobody": ""}
        failed = []
        for who, key in keys.items():
            if asked.who not in (None, who):
                continue
            owner = listener if who == "nobody" else {"operator": operator}.get(who, listener)
            kept.write_text(configuration(_things(owner, third, home)))
            print(f"as {who}:", flush=True)
            if schemathesis(tutti.address, kept, key, asked.examples, asked.seed):
                failed.append(who)
    print(f"found something as {failed}" if failed else "nothing found")
    return bool(failed)


def schemathesis(address: str, config: Path, key: str, examples: int, seed: int) -> int:
    """Run it once, as whoever has the API key; its exit code."""
    proof = ["--header", f"X-Api-Key: {key}"] if key else []
    # An account that removes itself has nothing more to try.
    spared = ["--exclude-path", ENDLESS, "--exclude-operation-id", "removeMe"] if key else []
    spared += ["--exclude-path-regex", LIVE]
    argv = [
        str(Path(sys.executable).with_name("schemathesis")),
        "--config-file", str(config), "run", f"{address}{DESCRIPTION}",
        "--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing",
        "--max-examples", str(examples), "--seed", str(seed), "--continue-on-failure",
        "--suppress-health-check", "all", "--no-color", "--warnings", "off",
        "--request-timeout", "30", *proof, *spared,
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    return subprocess.run(argv, env=environment, cwd=config.parent, check=False).returncode


def configuration(things: Mapping[str, Sequence[str]]) -> str:
    """What schemathesis is told of ids that exist."""
    lines = []
    for name, ids in things.items():
        lines += [f"[dictionaries.{name}]", f"values = {json.dumps(ids)}"]
    for name in things:
        lines += [
            f'[parameters."path.{name}"]',
            f'dictionary = "{name}"',
            f"probability = {REAL}",
        ]
    return "\n".join(lines) + "\n"


def _key(person: Listener) -> str:
    """A proof that outlasts the trial."""
    key = str(person.post("/me/api-keys", json={"name": "tries"})["secret"])
    person.carry(key)
    return key


def _things(owner: Listener, third: Listener, folder: Path) -> dict[str, list[str]]:
    """Some of everything that has an id."""
    tags = Tags(title="Aria", album="Dawn", artists=("Ada",), cover=cover("#123456"))
    file = Piece(7, tags=tags).encoded(folder / f"piece-{owner.name}", "mp3")
    [item] = owner.bring(file)
    track = owner.track(item)
    playlist = owner.post("/playlists", json={"name": "Mine", "track_ids": [track["id"]]})
    return {
        "track_id": [track["id"]],
        "entity_id": [track["id"], track["album_id"]],
        "album_id": [track["album_id"]],
        "artist_id": [track["artists"][0]["artist_id"]],
        "sha256": [track["cover_sha256"]],
        "library_id": [owner.library_id],
        "playlist_id": [playlist["id"]],
        "item_id": [item["id"]],
        "upload_id": [str(owner.announce(file)["id"])],
        "user_id": [third.id],
    }


if __name__ == "__main__":
    sys.exit(main())
