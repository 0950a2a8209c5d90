"""gRPC as every service speaks it: bounded in time, traced, observed, drained before it stops."""

from libs.common.rpc.client import open_channel
from libs.common.rpc.once import Once, acting_once
from libs.common.rpc.server import serve
from libs.common.rpc.vitals import Need, needs_away

__all__ = ["Need", "Once", "acting_once", "needs_away", "open_channel", "serve"]
