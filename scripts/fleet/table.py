"""The programs of Tutti: one row each, with what it needs and how it shows that it is ready."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Need(enum.Flag):
    """A server that a service uses."""

    DATABASE = enum.auto()
    NATS = enum.auto()
    REDIS = enum.auto()
    S3 = enum.auto()
    SECRET = enum.auto()
    """Not a server: random bytes to sign and to encrypt with."""
    SCRATCH = enum.auto()
    """Not a server: a folder for files that nobody misses after a restart."""


class Face(enum.Enum):
    """What a service answers, which is also how to ask whether it is ready."""

    RPC = "gRPC, with the standard health service"
    HTTP = "HTTP for the world, with /readyz"
    METRICS = "nothing but its own metrics"
    NONE = "nothing: it does its work once and ends"


@dataclass(frozen=True, slots=True)
class Service:
    """One process. Its settings arrive in variables that begin with the prefix."""

    name: str
    module: str
    prefix: str
    face: Face
    needs: Need
    calls: tuple[str, ...] = ()
    """Services whose addresses it is told, with those of their twins."""
    spare: bool = False
    """Nobody waits for it: it is started when all others are ready."""


CATALOG = Need.DATABASE | Need.NATS | Need.SECRET
INGEST = Need.DATABASE | Need.NATS | Need.REDIS | Need.S3 | Need.SCRATCH

SERVICES = (
    Service("catalog", "services.catalog", "CATALOG_", Face.RPC, CATALOG),
    Service("ingest", "services.ingest", "INGEST_", Face.RPC, INGEST),
    Service("ingest-worker", "services.ingest.worker", "INGEST_", Face.METRICS, INGEST),
    # Two of them, so that music goes on when one is killed or started anew.
    Service("synth", "services.synth", "SYNTH_", Face.RPC, Need.NATS),
    Service("synth-twin", "services.synth", "SYNTH_", Face.RPC, Need.NATS, spare=True),
    Service(
        "gateway",
        "services.gateway",
        "GATEWAY_",
        Face.HTTP,
        Need.NATS | Need.REDIS | Need.S3 | Need.SECRET | Need.SCRATCH,
        ("catalog", "ingest", "synth"),
    ),
)

ERRANDS = (
    Service("demo", "scripts.demo.load", "DEMO_", Face.NONE, Need.S3, ("catalog", "ingest")),
)
"""Done once in the life of a data folder, after the first start; tried again if they fail."""
