"""Certificates -> the SSL context of a client, as lenient and as strict as kubectl's."""

import hashlib
import os
import ssl
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from exposer.kube.errors import AccessError


@dataclass(frozen=True, slots=True)
class TlsMaterial:
    """What a connection is secured with; all PEM.

    Attributes:
        authorities: The certificates to trust; None for those of the system.
        certificate: The client's certificate, if it has one.
        key: The certificate's key.
        verify: Whether the server must show a certificate that is trusted.
    """

    authorities: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)
    verify: bool = True

    @property
    def digest(self) -> str:
        """The same for the same material, and another for another."""
        parts = (self.authorities, self.certificate, self.key, self.verify)
        return hashlib.sha256(repr(parts).encode()).hexdigest()


def ssl_context(material: TlsMaterial) -> ssl.SSLContext:
    """Make the context; what it is made of is in no file afterwards.

    Raises:
        AccessError: The certificates or the key can't be read.
    """
    try:
        authorities = material.authorities and material.authorities.decode("ascii", "ignore")
        context = ssl.create_default_context(cadata=authorities)
    except (ssl.SSLError, ValueError) as error:
        raise AccessError("its certificate-authority holds no certificate") from error
    # As Go: whatever is in the list is trusted, not roots only; and what RFC 5280 asks for beyond
    # the signature is not asked for, as many clusters' own authorities lack it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if not material.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if material.certificate:
        _show(context, material.certificate, material.key or b"")
    return context


def _show(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    """Have the client show a certificate; OpenSSL takes it from a file only."""
    with _file_of(certificate + b"\n" + key) as file:
        try:
            context.load_cert_chain(file, password=_refuse)
        except ssl.SSLError as error:
            if error.reason == "KEY_VALUES_MISMATCH":
                problem = "does not belong to its client-certificate"
            else:
                problem = "or its client-certificate is not PEM"
            raise AccessError(f"its client-key {problem}") from error


@contextmanager
def _file_of(content: bytes) -> Iterator[Path]:
    """A file that nobody else can read, for as long as the block lasts.

    On Linux it is in memory, and ends with the process however that ends (memfd_create(2)).
    """
    if sys.platform == "linux":
        with open(os.memfd_create("client.pem"), "wb") as file:
            file.write(content)
            file.flush()
            yield Path(f"/proc/self/fd/{file.fileno()}")
        return
    with TemporaryDirectory(prefix="exposer-") as folder:  # only its owner may look into it
        path = Path(folder, "client.pem")
        path.write_bytes(content)
        yield path


def _refuse() -> str:
    """Where OpenSSL would ask for a password on the terminal."""
    raise AccessError("its client-key is encrypted: decrypt it first")
