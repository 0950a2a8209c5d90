"""OpenStack Swift in one process: account, container and object server, and the S3 proxy.

Run as ``python -P -W ignore swift_launcher.py FOLDER``, with Swift on PYTHONPATH
and in FOLDER the configuration that swift.py writes. One process in place of
four saves 120 MiB and three start-ups.
"""

import secrets
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import eventlet
from eventlet import wsgi
from swift.common import utils

utils.monkey_patch()
eventlet.hubs.use_hub(utils.get_hub())

# Only now, because these keep the sockets and locks that they find.
from swift.common.bufferedhttp import BufferedHTTPConnection  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.utils.logs import get_swift_logger  # noqa: E402
from swift.common.wsgi import (  # noqa: E402
    SwiftHttpProtocol,
    appconfig,
    get_socket,
    loadapp,
)

Application = Callable[[dict[str, object], Callable[..., object]], Iterable[bytes]]
STORES = ("account", "container", "object")


class Cache:
    """What Swift keeps in memcached, without one: facts about accounts and buckets.

    Without it every GET asks the account and the container server again, which
    takes 24 ms instead of 8.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, object]] = {}

    def get(self, key: str, **_: object) -> object:
        """Return what was kept and has not expired, or None."""
        expires, value = self._kept.get(key, (0.0, None))
        return value if clock() < expires else None

    def set(self, key: str, value: object, time: float = 0, **_: object) -> None:
        """Keep a value for ``time`` seconds, 0 for ever."""
        self._kept[key] = (clock() + time if time else float("inf"), value)

    def delete(self, key: str, **_: object) -> None:
        """Forget a value."""
        self._kept.pop(key, None)


clock = time.monotonic


def cached(application: Application) -> Application:
    """Offer one cache to every request."""
    cache = Cache()

    def answer(environ: dict[str, object], respond: Callable[..., object]) -> Iterable[bytes]:
        environ["swift.cache"] = cache
        return application(environ, respond)

    return answer


def known_to_each_other() -> Callable[[Application], Application]:
    """Have the servers of this process answer each other alone.

    Behind the proxy Swift asks nobody who they are, and its ports are open to everyone on this
    machine. So each call among the servers carries a word that never leaves this process.
    """
    word = secrets.token_hex(32)
    put_request = BufferedHTTPConnection.putrequest

    def put_known_request(
        connection: BufferedHTTPConnection, *given: object, **named: object
    ) -> None:
        put_request(connection, *given, **named)
        connection.putheader("X-Tutti-Inner", word)

    BufferedHTTPConnection.putrequest = put_known_request

    def guarded(application: Application) -> Application:
        def answer(environ: dict[str, object], respond: Callable[..., object]) -> Iterable[bytes]:
            told = str(environ.get("HTTP_X_TUTTI_INNER", ""))
            if secrets.compare_digest(told.encode(), word.encode()):
                return application(environ, respond)
            respond("403 Forbidden", [("Content-Length", "0")])
            return ()

        return answer

    return guarded


def build_rings(folder: Path) -> None:
    """Tell the proxy where each store listens: one disk, one copy."""
    for store in STORES:
        port = int(appconfig(str(folder / f"{store}.conf"))["bind_port"])
        builder = RingBuilder(part_power=6, replicas=1, min_part_hours=0)
        place = {"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "disk"}
        builder.add_dev({"id": 0, "weight": 1, **place})
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{store}.ring.gz"))


def serve(config: Path, guarded: Callable[[Application], Application] | None = None) -> None:
    """Answer on the port that the configuration names, until the process ends."""
    settings = appconfig(str(config))
    application = loadapp(str(config), global_conf={"log_name": config.stem})
    application = cached(application)
    wsgi.server(
        get_socket(settings),
        guarded(application) if guarded else application,
        utils.NullLogger(),
        protocol=SwiftHttpProtocol,
        # S3 clients look for "ETag", which Eventlet would turn into "Etag".
        capitalize_response_headers=False,
        socket_timeout=60,
    )


def log_to_the_console() -> None:
    """Send the warnings of every server to standard error, and none to syslog."""
    for logger, handler in get_swift_logger.handler4logger.items():
        logger.removeHandler(handler)


def main(folder: Path) -> None:
    """Run the four servers."""
    utils.set_swift_dir(str(folder))
    utils.disable_fallocate()
    build_rings(folder)
    get_swift_logger.console_handler4logger = {}
    guarded = known_to_each_other()
    servers = [eventlet.spawn(serve, folder / f"{store}.conf", guarded) for store in STORES]
    servers.append(eventlet.spawn(serve, folder / "proxy.conf"))
    eventlet.sleep(0)
    log_to_the_console()
    for server in servers:
        server.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
