"""An S3 object store: OpenStack Swift with its S3 face, the durable one that installs from PyPI."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scripts.programs.program import Program
from scripts.programs.readiness import local, serves
from scripts.servers.binaries import MissingServer
from scripts.servers.memory import write_private

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scripts.servers.settings import Binaries

ACCESS_KEY = "tutti:tutti"
"""Account and user, as Swift writes them."""
PORTS = ("s3", "s3_account", "s3_container", "s3_object")
LAUNCHER = Path(__file__).with_name("swift_launcher.py")

PIPELINE = (
    "catch_errors gatekeeper healthcheck listing_formats s3api tempauth "
    "bulk copy slo dlo versioned_writes symlink proxy-server"
)


def swift(folder: Path, ports: Mapping[str, int], secret: str, binaries: Binaries) -> Program:
    """Describe a Swift that keeps its objects in the folder."""
    if not (binaries.wheels / "swift").is_dir():
        raise MissingServer(
            "the object store is not installed: run `make .servers/.installed`, "
            "or set TUTTI_S3_ENDPOINT to one that runs already"
        )

    def prepare() -> None:
        (folder / "disk").mkdir(parents=True, exist_ok=True)
        _check_attributes(folder)
        for name, text in _configuration(folder, ports, secret).items():
            write_private(folder / name, text)

    return Program(
        "s3",
        # -P: the launcher must not find this module under the name of Swift.
        (sys.executable, "-P", "-W", "ignore", str(LAUNCHER), str(folder)),
        serves("127.0.0.1", ports["s3"], "/healthcheck"),
        environment={"PYTHONPATH": str(binaries.wheels)},
        prepare=prepare,
        address=local(ports["s3"]),
    )


def _check_attributes(folder: Path) -> None:
    """Swift keeps what it knows about an object in extended attributes of its file."""
    if not hasattr(os, "setxattr"):
        return
    try:
        os.setxattr(folder, "user.tutti", b"")
    except OSError as refusal:
        raise MissingServer(
            f"the object store needs a file system with extended attributes at {folder} "
            f"({refusal.strerror}): choose another folder by TUTTI_DATA, or set TUTTI_S3_ENDPOINT"
        ) from refusal


def _configuration(folder: Path, ports: Mapping[str, int], secret: str) -> dict[str, str]:
    stores = {
        f"{store}.conf": _defaults(folder, ports[f"s3_{store}"])
        + f"devices = {folder}\nmount_check = false\n"
        + f"[app:main]\nuse = egg:swift#{store}\n"
        for store in ("account", "container", "object")
    }
    # Placement depends on this text for as long as the data lives, so it is no secret of ours.
    cluster = "[swift-hash]\nswift_hash_path_suffix = tutti\n"
    return {**stores, "proxy.conf": _proxy(folder, ports["s3"], secret), "swift.conf": cluster}


def _defaults(folder: Path, port: int) -> str:
    return f"""[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
log_level = WARNING
log_requests = false
"""


def _proxy(folder: Path, port: int, secret: str) -> str:
    plain = "\n".join(
        f"[filter:{name}]\nuse = egg:swift#{name}"
        for name in PIPELINE.split()
        if name not in {"s3api", "tempauth", "proxy-server"}
    )
    user = ACCESS_KEY.replace(":", "_")
    return f"""{_defaults(folder, port)}
[pipeline:main]
pipeline = {PIPELINE}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
# One disk: when a request fails there is no second one to turn to.
error_suppression_limit = 1000000
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_{user} = {secret} .admin
{plain}
"""
