"""``exposer convert -f``: files of Services, without a cluster."""

import io
from pathlib import Path

import pytest

from exposer.commands import main

SERVICES = """\
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports:
  - {name: http, port: 8080, targetPort: 80, nodePort: 30080}
  - {name: https, port: 443}
  externalIPs: [192.0.2.1]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
---
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Service
  metadata: {name: db, namespace: shop}
  spec: {type: ExternalName, externalName: db.example.com}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "services.yaml"
    path.write_text(SERVICES)
    return path


def test_each_service_of_a_file_becomes_a_request(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["convert", "-f", str(file)])
    assert (status, *capsys.readouterr()) == (
        0,
        """\
apiVersion: exposer.dev/v1alpha1
kind: ExposeRequest
metadata:
  name: web
spec:
  ports:
  - '!http=30080:8080:80'
  - '!https=443'
---
apiVersion: exposer.dev/v1alpha1
kind: ExposeRequest
metadata:
  name: db
  namespace: shop
spec:
  ports:
  - '@db.example.com'
""",
        'Warning: spec.externalIPs: ["192.0.2.1"] can\'t be said in a request, and is left out\n',
    )


def test_stdin_is_a_file_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(SERVICES))
    assert main(["convert", "-f", "-"]) == 0
    assert capsys.readouterr().out.count("kind: ExposeRequest") == 2


def test_a_service_that_no_request_makes_does_not_keep_the_others_back(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        "{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [{port: 80}]}}\n---\n"
        + SERVICES
    )
    status = main(["convert", "-f", str(file)])
    output, errors = capsys.readouterr()
    assert (status, output.count("kind: ExposeRequest"), errors.splitlines()[0]) == (
        1,
        2,
        'error: Service "x" can\'t be converted: it has no selector, and no endpoints are known '
        "that could be spec.addresses",
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("a: b: c", "can't be read: mapping values", id="no YAML"),
        pytest.param("[]", "there is no Service in", id="no Service"),
        pytest.param("\0", "can't be read", id="no text"),
        pytest.param(
            "{apiVersion: v1, kind: Service}", "not a Service as core/v1 has it", id="no metadata"
        ),
        pytest.param(
            "{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {type: Odd}}",
            "not a Service as core/v1 has it",
            id="no such type",
        ),
        pytest.param(
            "{apiVersion: v1, kind: Service, metadata: {name: x}, spec: {ports: [80]}}",
            "not a Service as core/v1 has it",
            id="ports that are none",
        ),
    ],
)
def test_a_file_that_will_not_do_is_told(
    file: Path, content: str, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(content)
    status = main(["convert", "-f", str(file)])
    output, errors = capsys.readouterr()
    assert (status, output, message in errors) == (1, "", True)


def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "-f", "/nowhere/services.yaml"]) == 1
    assert capsys.readouterr().err == (
        "error: /nowhere/services.yaml can't be read: [Errno 2] No such file or directory: "
        "'/nowhere/services.yaml'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            [], "one of the arguments svc/NAME -f/--filename is required", id="nothing to convert"
        ),
        pytest.param(
            ["svc/web", "-f", "x"],
            "argument -f/--filename: not allowed with argument svc/NAME",
            id="both",
        ),
        pytest.param(
            ["deployment/web"],
            'argument svc/NAME: "deployment/web" is not a Service: write svc/NAME',
            id="another kind",
        ),
    ],
)
def test_wrong_arguments_end_with_status_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["convert", *arguments])
    errors = capsys.readouterr().err
    assert (caught.value.code, errors.splitlines()[-1]) == (2, f"exposer convert: error: {message}")
