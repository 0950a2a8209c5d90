"""Sockets that notice when the other side is gone without a word.

Left alone, TCP sends unacknowledged bytes again for a quarter of an hour, and
waits for an answer for ever. A cut cable or a lost machine would hold a call,
its thread and its place in a pool for as long.
"""

import socket

SILENCE_MS = 8_000
"""How long the other machine may give no sign: its kernel does, however busy its programs are."""
ASK_AFTER_S = 3
ASK_EVERY_S = 2


def watchful() -> list[tuple[int, int, int]]:
    """Options for ``setsockopt``: level, option, value; as many as this system knows."""
    wanted = {
        "TCP_KEEPIDLE": ASK_AFTER_S,
        "TCP_KEEPINTVL": ASK_EVERY_S,
        "TCP_KEEPCNT": SILENCE_MS // 1000 // ASK_EVERY_S,
        "TCP_USER_TIMEOUT": SILENCE_MS,
    }
    known = [(name, value) for name, value in wanted.items() if hasattr(socket, name)]
    return [
        (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        *((socket.IPPROTO_TCP, int(getattr(socket, name)), value) for name, value in known),
    ]


def watchful_tcp() -> dict[int, int]:
    """The same for clients that take TCP options only, and switch keep-alive on themselves."""
    return {option: value for level, option, value in watchful() if level == socket.IPPROTO_TCP}
