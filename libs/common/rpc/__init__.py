"""gRPC as every service speaks it: bounded in time, traced, observed, drained before it stops."""

from libs.common.rpc.client import open_channel
from libs.common.rpc.server import serve

__all__ = ["open_channel", "serve"]
