"""Our small client, beside a server that has no time yet: a real one can't be told to have none."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from localcluster.api import TRIES, Api, ApiError
from localcluster.controlplane.pki import Authority


class BusyServer(HTTPServer):
    """Answers 429 so many times, and then 200."""

    busy = 0
    asked = 0


class Handler(BaseHTTPRequestHandler):
    """Counts what is asked."""

    server: BusyServer

    def do_GET(self) -> None:
        self.server.asked += 1
        is_busy = self.server.asked <= self.server.busy
        body = json.dumps({"message": "storage is (re)initializing"} if is_busy else {}).encode()
        self.send_response(429 if is_busy else 200)
        if is_busy:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: who fails, tells."""


@pytest.fixture
def server() -> Iterator[BusyServer]:
    with BusyServer(("127.0.0.1", 0), Handler) as server:
        yield server


@pytest.fixture
def api(server: BusyServer, tmp_path: Path) -> Iterator[Api]:
    authority = Authority.create("authority")
    credential = authority.server("busy", ["127.0.0.1"])
    path = tmp_path / "server.pem"
    path.write_bytes(credential.certificate + credential.key)
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(path)
    server.socket = shown.wrap_socket(server.socket, server_side=True)
    trusted = ssl.create_default_context(cadata=authority.credential.certificate.decode())
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    with closing(Api(f"https://127.0.0.1:{server.server_port}", trusted)) as api:
        yield api
    server.shutdown()
    thread.join()


def test_a_server_that_asks_for_another_try_gets_it(server: BusyServer, api: Api) -> None:
    server.busy = TRIES - 1
    assert api.get("/") == {}
    assert server.asked == TRIES


def test_it_is_not_tried_for_ever(server: BusyServer, api: Api) -> None:
    server.busy = TRIES + 1
    with pytest.raises(ApiError, match=r"429: storage is \(re\)initializing"):
        api.get("/")
    assert server.asked == TRIES
