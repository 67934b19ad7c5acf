"""Certificates, verified by OpenSSL to the letter of the standard."""

import re
import ssl
import stat
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from localcluster.controlplane import pki
from localcluster.controlplane.pki import Authority, Credential


def chain(credential: Credential, tls: ssl.SSLContext, folder: Path) -> None:
    credential.write(folder / "certificate", folder / "key")
    tls.load_cert_chain(folder / "certificate", folder / "key")


def handshake(
    server: Credential, client: Credential, trusted: tuple[Authority, Authority], folder: Path
) -> list[str]:
    """Connect in memory, both sides with a certificate; the client's subject as the server saw it.

    Args:
        server: The server's certificate.
        client: The client's.
        trusted: Whom the server trusts, and whom the client trusts.
        folder: For temporary files.
    """
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    serving.verify_mode = ssl.CERT_REQUIRED
    for tls, credential, authority in zip(
        (serving, asking), (server, client), trusted, strict=True
    ):
        tls.verify_flags |= ssl.VERIFY_X509_STRICT
        tls.load_verify_locations(cadata=authority.credential.certificate.decode())
        chain(credential, tls, folder)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = asking.wrap_bio(to_client, to_server, server_hostname="127.0.0.1")
    other = serving.wrap_bio(to_server, to_client, server_side=True)
    pending = [one, other, one, other]
    for side in pending:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    found = other.getpeercert()
    assert found is not None
    subject: Sequence[Sequence[tuple[str, str]]] = found["subject"]  # type: ignore[assignment]
    return [f"{name}={value}" for ((name, value),) in subject]


def test_certificates_of_an_authority_verify(tmp_path: Path) -> None:
    authority = Authority.create("kubernetes")
    server = authority.server("kube-apiserver", ["127.0.0.1", "localhost"])
    client = authority.client("alice", ["one", "two"])
    assert handshake(server, client, (authority, authority), tmp_path) == [
        "organizationName=one",
        "organizationName=two",
        "commonName=alice",
    ]


def test_a_server_certificate_is_a_client_certificate_too(tmp_path: Path) -> None:
    authority = Authority.create("etcd-ca")
    server = authority.server("etcd", ["127.0.0.1"])
    assert handshake(server, server, (authority, authority), tmp_path) == ["commonName=etcd"]


def test_a_client_certificate_is_no_server_certificate(tmp_path: Path) -> None:
    authority = Authority.create("kubernetes")
    client = authority.client("alice")
    with pytest.raises(ssl.SSLCertVerificationError, match="unsuitable certificate purpose"):
        handshake(client, client, (authority, authority), tmp_path)


def test_a_server_certificate_is_for_its_hosts_only(tmp_path: Path) -> None:
    authority = Authority.create("kubernetes")
    server = authority.server("kube-apiserver", ["127.0.0.2", "localhost"])
    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        handshake(server, server, (authority, authority), tmp_path)


def test_certificates_of_another_authority_of_the_same_name_are_refused(tmp_path: Path) -> None:
    ours, other = Authority.create("kubernetes"), Authority.create("kubernetes")
    server, client = ours.server("s", ["127.0.0.1"]), ours.client("alice")
    with pytest.raises(ssl.SSLCertVerificationError, match="certificate verify failed"):
        handshake(server, client, (ours, other), tmp_path)
    with pytest.raises(ssl.SSLError, match="certificate verify failed"):
        handshake(server, client, (other, ours), tmp_path)


def test_an_authority_is_made_once_and_then_read(tmp_path: Path) -> None:
    certificate, key = tmp_path / "ca.crt", tmp_path / "ca.key"
    made = Authority.ensure(certificate, key, "kubernetes")
    read = Authority.ensure(certificate, key, "kubernetes")
    assert (
        read.credential == made.credential == Credential(certificate.read_bytes(), key.read_bytes())
    )
    assert {stat.S_IMODE(path.stat().st_mode) for path in (certificate, key)} == {0o600}


def test_an_authority_signs_no_other_authorities() -> None:
    authority = Authority.create("kubernetes")
    ours = x509.load_pem_x509_certificate(authority.credential.certificate)
    issued = x509.load_pem_x509_certificate(authority.client("alice").certificate)
    found = [
        each.extensions.get_extension_for_class(x509.BasicConstraints) for each in (ours, issued)
    ]
    assert [(each.critical, each.value.ca, each.value.path_length) for each in found] == [
        (True, True, 0),
        (True, False, None),
    ]


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    certificate, key = tmp_path / "ca.crt", tmp_path / "ca.key"
    Authority.create("kubernetes").credential.write(certificate, key)
    key.write_bytes(
        ed25519.Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    with pytest.raises(TypeError, match=f"^{re.escape(str(key))} is not an ECDSA key$"):
        Authority.load(certificate, key)


def test_the_signing_key_is_made_once_and_its_halves_match(tmp_path: Path) -> None:
    private, public = tmp_path / "key", tmp_path / "key.pub"
    pki.ensure_signing_key(private, public)
    before = private.read_bytes(), public.read_bytes()
    pki.ensure_signing_key(private, public)
    assert (private.read_bytes(), public.read_bytes()) == before
    loaded = serialization.load_pem_private_key(before[0], password=None)
    assert before[1] == loaded.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
