"""An admission webhook that denies all it is asked about, as somebody's policy engine would."""

import base64
import json
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from localcluster.api import Api, Object
from localcluster.controlplane.pki import Authority

_PATH = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"


class DenyingWebhook:
    """Denies writes to the Services of one namespace, within a with block."""

    def __init__(
        self, api: Api, namespace: str, folder: Path, operations: list[str], answer: Object
    ) -> None:
        """Deny these operations.

        Args:
            api: Where to register.
            namespace: Whose Services.
            folder: Where the certificate may be.
            operations: Such as CREATE.
            answer: The denial's metav1.Status; empty for one without a word.
        """
        self.name = f"no.{namespace}.example.com"
        self._api = api
        self._namespace = namespace
        self._operations = operations
        authority = Authority.create("webhook's authority")
        self._trusted = authority.credential.certificate
        certificate, key = folder / "tls.crt", folder / "tls.key"
        authority.server("webhook", ["127.0.0.1"]).write(certificate, key)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._api.request("POST", _PATH, self._configuration())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._api.request("DELETE", f"{_PATH}/{self.name}")
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _configuration(self) -> Object:
        rule = {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": self._operations,
            "resources": ["services"],
        }
        webhook = {
            "name": self.name,
            "clientConfig": {
                "url": f"https://127.0.0.1:{self._server.server_address[1]}/",
                "caBundle": _base64(self._trusted),
            },
            "rules": [rule],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": self._namespace}},
            "failurePolicy": "Ignore",  # until it is registered no more
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
        }
        return {"metadata": {"name": self.name}, "webhooks": [webhook]}


def _handler(answer: Object) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            review = json.loads(self.rfile.read(length))
            response: Object = {"uid": review["request"]["uid"], "allowed": False}
            body = {
                "apiVersion": "admission.k8s.io/v1",
                "kind": "AdmissionReview",
                "response": response | ({"status": answer} if answer else {}),
            }
            content = json.dumps(body).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_request(self, *_: object) -> None:
            """Say nothing."""

    return Handler


def _base64(certificate: bytes) -> str:
    return base64.b64encode(certificate).decode()
