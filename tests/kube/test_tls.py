"""What a client's certificate leaves behind: nothing, however the process ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcluster.controlplane.pki import Authority

_LOADING = """
import ssl, sys, time
from exposer.kube.tls import TlsMaterial, ssl_context

def load(context, file, password=None):
    found = open(file, "rb").read()
    print("loading", len(found), flush=True)
    time.sleep(600)

ssl.SSLContext.load_cert_chain = load
certificate, key = (open(path, "rb").read() for path in sys.argv[1:])
ssl_context(TlsMaterial(certificate=certificate, key=key))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="files in memory are Linux's")
def test_a_process_that_is_killed_leaves_no_key(tmp_path: Path) -> None:
    client = Authority.create("test").client("admin")
    certificate, key, temporary = (tmp_path / name for name in ("cert", "key", "tmp"))
    certificate.write_bytes(client.certificate)
    key.write_bytes(client.key)
    temporary.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", _LOADING, str(certificate), str(key)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=temporary,
        env={**os.environ, "TMPDIR": str(temporary)},
    )
    with process:
        assert process.stdout is not None
        size = len(client.certificate) + 1 + len(client.key)
        assert process.stdout.readline() == f"loading {size}\n"
        process.kill()
    assert list(temporary.iterdir()) == []
