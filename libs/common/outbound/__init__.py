"""Calling out to addresses that people gave us: the one client for it."""

from libs.common.outbound.addresses import canonical, may_be_called
from libs.common.outbound.client import Caps, Outbound, Page, Reply, Stamp
from libs.common.outbound.failures import (
    CallFailed,
    ForbiddenAddress,
    NoAnswer,
    TooLarge,
    WrongAnswer,
)

__all__ = [
    "CallFailed",
    "Caps",
    "ForbiddenAddress",
    "NoAnswer",
    "Outbound",
    "Page",
    "Reply",
    "Stamp",
    "TooLarge",
    "WrongAnswer",
    "canonical",
    "may_be_called",
]
