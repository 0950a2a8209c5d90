"""The certificate must be that of the name, though it is an address that is called."""

from __future__ import annotations

import asyncio
import datetime
import ssl
from typing import TYPE_CHECKING

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from libs.common.outbound import Caps, NoAnswer, Outbound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

NAME = "feeds.example"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of our own making, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = tmp_path / "tls.pem"
    secret = key.private_bytes(pem, form, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + secret)
    return path


@pytest.fixture
async def port(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A server of that name, to which every name leads."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nsafe")
        await writer.drain()
        writer.close()

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    port: int = server.sockets[0].getsockname()[1]

    async def getaddrinfo(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(None, None, None, "", ("127.0.0.1", port))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    async with server:
        yield port


async def test_a_server_proves_its_name(
    port: int, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: str(certificate))
    async with Outbound("tests", home=True) as outbound:
        page = await outbound.page(f"https://{NAME}:{port}/", Caps())
        assert page is not None
        assert page.content == b"safe"
        for other in ("other.example", "127.0.0.1"):
            with pytest.raises(NoAnswer, match="cannot be reached"):
                await outbound.page(f"https://{other}:{port}/", Caps())


async def test_a_certificate_that_nobody_vouches_for_is_none(port: int) -> None:
    async with Outbound("tests", home=True) as outbound:
        with pytest.raises(NoAnswer, match="cannot be reached"):
            await outbound.page(f"https://{NAME}:{port}/", Caps())
