"""The program that is the traffic of tests: its server, and its steady client."""

import contextlib
import http.client
import json
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from localcluster import build
from localcluster.controlplane.pki import Authority
from localcluster.controlplane.ports import LOOPBACK

pytestmark = pytest.mark.cluster

_TIMEOUT = 30.0


@dataclass(frozen=True)
class Server:
    """A running `echo serve` and the ports that it says it listens at."""

    process: subprocess.Popen[str]
    ports: dict[str, list[int]]

    def url(self, path: str = "/") -> str:
        return f"http://{LOOPBACK}:{self.ports['http'][0]}{path}"


@pytest.fixture(scope="module")
def echo() -> str:
    """The program."""
    return str(build.built(build.ECHO))


@contextmanager
def serving(echo: str, *flags: str, **environment: str) -> Iterator[Server]:
    """A server on the loopback interface, gone when the with block is left."""
    command = [echo, "serve", f"--address={LOOPBACK}", *flags]
    variables = {"POD_NAME": "web-0", **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        try:
            assert process.stdout is not None
            yield Server(process, json.loads(process.stdout.readline()))
        finally:
            process.kill()


@pytest.fixture
def web(echo: str) -> Iterator[Server]:
    """A server with one HTTP port."""
    with serving(echo, "--http=0") as server:
        yield server


def get(url: str, method: str = "GET") -> tuple[int, str]:
    """The status code and the content of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method)) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def wait_until_refused(address: tuple[str, int]) -> None:
    """Wait until connections to an address are refused, or reset as the listener goes."""
    deadline = time.monotonic() + _TIMEOUT
    with contextlib.suppress(ConnectionError):
        while time.monotonic() < deadline:
            socket.create_connection(address, _TIMEOUT).close()
        pytest.fail(f"{address} still accepts connections")


def run(echo: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a mode that ends by itself."""
    command = [echo, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT, check=False)


def asked(echo: str, *arguments: str) -> list[dict[str, str | float]]:
    """What `echo ask` prints about its requests."""
    done = run(echo, "ask", *arguments)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_each_port_answers_with_the_pods_name(echo: str) -> None:
    with serving(echo, "--http=0", "--http=0") as server:
        first, second = server.ports["http"]
        assert first != second
        assert get(f"http://{LOOPBACK}:{first}/") == (200, "web-0\n")
        assert get(f"http://{LOOPBACK}:{second}/") == (200, "web-0\n")


def test_without_a_pods_name_it_is_the_hosts(echo: str) -> None:
    with serving(echo, "--http=0", POD_NAME="") as server:
        assert get(server.url()) == (200, f"{socket.gethostname()}\n")


def test_the_client_is_told_where_it_comes_from(web: Server) -> None:
    connection = http.client.HTTPConnection(LOOPBACK, web.ports["http"][0])
    connection.request("GET", "/client")
    _, port = connection.sock.getsockname()
    assert connection.getresponse().read() == f"{LOOPBACK}:{port}\n".encode()
    connection.close()


def test_the_environment_is_told(echo: str) -> None:
    with serving(echo, "--http=0", WEB_SERVICE_HOST="10.96.0.7", ODD="a=b") as server:
        code, content = get(server.url("/env"))
    expected = {"POD_NAME": "web-0", "WEB_SERVICE_HOST": "10.96.0.7", "ODD": "a=b"}
    assert (code, json.loads(content)) == (200, expected)


def test_readiness_is_switched_while_it_goes_on_answering(web: Server) -> None:
    assert get(web.url("/ready")) == (200, "ready\n")
    assert get(web.url("/ready?is=false"), "POST") == (200, "")
    assert get(web.url("/ready")) == (503, "not ready\n")
    assert get(web.url()) == (200, "web-0\n")
    assert get(web.url("/ready?is=true"), "POST") == (200, "")
    assert get(web.url("/ready")) == (200, "ready\n")


def test_a_readiness_that_is_neither_true_nor_false_is_refused(web: Server) -> None:
    assert get(web.url("/ready?is=perhaps"), "POST") == (400, "want ?is=true or ?is=false\n")
    assert get(web.url("/ready")) == (200, "ready\n")


def test_datagrams_are_answered_with_the_name_or_the_clients_address(echo: str) -> None:
    with serving(echo, "--udp=0") as server, socket.socket(type=socket.SOCK_DGRAM) as client:
        client.settimeout(_TIMEOUT)
        client.connect((LOOPBACK, server.ports["udp"][0]))
        client.send(b"hello")
        assert client.recv(100) == b"web-0\n"
        client.send(b"/client")
        _, port = client.getsockname()
        assert client.recv(100) == f"{LOOPBACK}:{port}\n".encode()


def test_told_to_stop_it_lingers_and_then_ends_well(echo: str) -> None:
    with serving(echo, "--http=0", "--linger=1") as server:
        told = answered = time.monotonic()
        server.process.terminate()
        while True:
            try:
                assert get(server.url()) == (200, "web-0\n")
            except OSError:
                break
            answered = time.monotonic()
        assert 0.9 < answered - told < _TIMEOUT
        assert server.process.wait(_TIMEOUT) == 0


def test_a_request_that_is_under_way_is_answered_before_it_ends(web: Server) -> None:
    address = (LOOPBACK, web.ports["http"][0])
    with socket.create_connection(address, _TIMEOUT) as client:
        client.sendall(
            b"POST /ready HTTP/1.1\r\nHost: web\r\nExpect: 100-continue\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 8\r\n\r\n"
        )
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        web.process.terminate()
        wait_until_refused(address)
        client.sendall(b"is=false")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK\r\n")
    assert web.process.wait(_TIMEOUT) == 0


def test_asking_tells_of_each_request_and_of_all(echo: str, web: Server) -> None:
    before = time.time()
    done = run(echo, "ask", web.url(), "--rate=20", "--for=1")
    results = [json.loads(line) for line in done.stdout.splitlines()]
    # The first one at once. A machine that is busy may miss the moment for some.
    assert 10 <= len(results) <= 21
    assert {(each["answer"], each["error"]) for each in results} == {("web-0", "")}
    assert before - 0.001 <= results[0]["at"] < results[-1]["at"] < time.time()
    count = len(results)
    assert done.stderr == f"{count} asked, {count} answered, 0 failed\n"
    assert done.returncode == 0


def test_a_slow_answer_delays_no_other_request(echo: str) -> None:
    # It accepts connections, and says nothing.
    with socket.create_server((LOOPBACK, 0)) as silent:
        url = f"http://{LOOPBACK}:{silent.getsockname()[1]}/"
        results = asked(echo, url, "--rate=10", "--for=0.95", "--timeout=2")
    # One client that waits would ask once.
    assert len(results) > 5
    assert {each["error"] for each in results} == {"context deadline exceeded"}


@pytest.mark.parametrize("how", ["standard input is closed", "signal"])
def test_it_asks_until_it_is_told_to_stop(echo: str, web: Server, how: str) -> None:
    command = [echo, "ask", web.url(), "--rate=50"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        assert client.stderr is not None
        seen = [client.stdout.readline() for _ in range(3)]
        if how == "signal":
            client.terminate()
        else:
            client.stdin.close()
        seen += client.stdout.readlines()
        assert client.stderr.read() == f"{len(seen)} asked, {len(seen)} answered, 0 failed\n"
        assert client.wait(_TIMEOUT) == 0


def test_a_refusal_is_told_apart_from_an_answer(echo: str, web: Server) -> None:
    get(web.url("/ready?is=false"), "POST")
    results = asked(echo, web.url("/ready"), "--rate=10", "--for=0.05")
    assert [each["error"] for each in results] == ["503 Service Unavailable"]


def test_nobody_there_is_an_error_of_the_request(echo: str) -> None:
    with socket.socket() as unused:
        unused.bind((LOOPBACK, 0))  # taken, but nobody listens
        port = unused.getsockname()[1]
        (web,) = asked(echo, f"http://{LOOPBACK}:{port}/", "--rate=10", "--for=0.05")
    assert web["error"] == f"dial tcp {LOOPBACK}:{port}: connect: connection refused"


def test_asking_by_datagram(echo: str) -> None:
    with serving(echo, "--udp=0") as server:
        url = f"udp://{LOOPBACK}:{server.ports['udp'][0]}"
        (name,) = asked(echo, url, "--rate=10", "--for=0.05")
        (client,) = asked(echo, f"{url}/client", "--rate=10", "--for=0.05")
    assert (name["answer"], name["error"]) == ("web-0", "")
    assert str(client["answer"]).startswith(f"{LOOPBACK}:")


def test_asking_over_tls_trusts_the_given_authority_and_no_other(echo: str, tmp_path: Path) -> None:
    authority = Authority.create("test")
    ca, certificate, key = (tmp_path / name for name in ("ca.crt", "tls.crt", "tls.key"))
    ca.write_bytes(authority.credential.certificate)
    authority.server("web", [LOOPBACK]).write(certificate, key)
    with serving(echo, "--https=0", f"--cert={certificate}", f"--key={key}") as server:
        url = f"https://{LOOPBACK}:{server.ports['https'][0]}/"
        (trusting,) = asked(echo, url, "--rate=10", "--for=0.05", f"--ca={ca}")
        (doubting,) = asked(echo, url, "--rate=10", "--for=0.05")
        # Another client agrees.
        context = ssl.create_default_context(cafile=str(ca))
        with urllib.request.urlopen(url, context=context) as response:
            assert response.read() == b"web-0\n"
    assert (trusting["answer"], trusting["error"]) == ("web-0", "")
    assert str(doubting["error"]).endswith("x509: certificate signed by unknown authority")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param(["ask"], "want one URL", id="no URL"),
        pytest.param(["ask", "http://a/", "http://b/"], "want one URL", id="two URLs"),
        pytest.param(["ask", "http://a/", "--rate=0"], "want a rate above 0", id="no rate"),
        pytest.param(
            ["ask", "ftp://a/"],
            'want a URL with http, https or udp, not "ftp://a/"',
            id="another protocol",
        ),
        pytest.param(["serve", "8080"], 'want flags only, not "8080"', id="a port without a flag"),
        pytest.param(
            ["resolve", "web", "TXT"],
            "want a name, and A (the default), AAAA, CNAME or SRV",
            id="another type",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(echo: str, arguments: list[str], problem: str) -> None:
    done = run(echo, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"echo: {problem}\n")


def test_a_name_that_does_not_exist_is_told_by_the_exit_status(echo: str) -> None:
    # No look-up leaves the machine for these: an address is its own name, an empty one is nobody's.
    assert run(echo, "resolve", "192.0.2.7").stdout == "192.0.2.7\n"
    nobody = run(echo, "resolve", "")
    assert (nobody.returncode, nobody.stderr) == (1, "echo: lookup : no such host\n")
