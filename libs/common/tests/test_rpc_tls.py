import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from google.protobuf.wrappers_pb2 import StringValue
from pydantic import ValidationError

from libs.common.faults import Unavailable
from libs.common.rpc import open_channel, serve
from libs.common.settings import ServiceSettings
from libs.common.tests.greeter import Greeter, Stub


@pytest.fixture
def settings(tmp_path: Path) -> ServiceSettings:
    """Settings with a certificate of our own making for 127.0.0.1, its own authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    cert_path, key_path = tmp_path / "tls.crt", tmp_path / "tls.key"
    cert_path.write_bytes(certificate.public_bytes(pem))
    key_path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return ServiceSettings(
        host="localhost", rpc_tls_cert=cert_path, rpc_tls_key=key_path, rpc_tls_ca=cert_path
    )


async def test_two_services_who_know_each_other_talk(settings: ServiceSettings) -> None:
    async with (
        serve(settings, Greeter().register) as address,
        open_channel(address, settings.rpc_tls) as channel,
    ):
        assert (await Stub(channel).get(StringValue(value="Ella"))).value == "hello Ella"


async def test_a_caller_without_a_certificate_is_not_answered(settings: ServiceSettings) -> None:
    async with (
        serve(settings, Greeter().register) as address,
        open_channel(address) as channel,
    ):
        with pytest.raises(Unavailable):
            await Stub(channel).set(StringValue(value="Ella"))


def test_half_a_set_of_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="set all of rpc_tls_cert"):
        ServiceSettings(rpc_tls_cert=tmp_path)
