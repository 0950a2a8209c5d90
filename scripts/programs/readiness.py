"""Ways to ask a program whether it is ready. Each raises OSError until it is."""

import asyncio

from scripts.programs.program import Check

ANSWER_S = 2.0


def greets(port: int, expected: bytes, call: bytes = b"") -> Check:
    """Connect to a local port, say ``call``, and expect a line that begins with ``expected``."""

    async def check() -> None:
        answer = await _first_line("127.0.0.1", port, call)
        if not answer.startswith(expected):
            raise ConnectionError(f"port {port} answers {answer[:80]!r}")

    return check


def serves(host: str, port: int, path: str) -> Check:
    """Expect status 200 at an HTTP path."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode()

    async def check() -> None:
        answer = await _first_line(host, port, request)
        if answer.split()[1:2] != [b"200"]:
            raise ConnectionError(f"{host}:{port}{path} answers {answer[:80]!r}")

    return check


def local(port: int) -> str:
    """Return the address of a port on this machine."""
    return f"127.0.0.1:{port}"


async def _first_line(host: str, port: int, call: bytes) -> bytes:
    async with asyncio.timeout(ANSWER_S):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(call)
            return await reader.readline()
        finally:
            writer.close()
