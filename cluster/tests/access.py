"""Talking to a cluster the way its users do: with a kubeconfig and nothing else."""

import base64
import ssl
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from localcluster import Cluster
from localcluster.api import Api, Object

__all__ = ["api", "context", "kubectl", "server", "wait_for"]


@contextmanager
def api(kubeconfig: Path) -> Iterator[Api]:
    """Access as the user of a kubeconfig with a client certificate."""
    document = yaml.safe_load(kubeconfig.read_text())
    trusted = base64.b64decode(document["clusters"][0]["cluster"]["certificate-authority-data"])
    user = document["users"][0]["user"]
    tls = context(trusted)
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "client.pem"
        pem.write_bytes(
            base64.b64decode(user["client-certificate-data"])
            + base64.b64decode(user["client-key-data"])
        )
        tls.load_cert_chain(pem)
    client = Api(server(kubeconfig), tls)
    try:
        yield client
    finally:
        client.close()


def context(authority: bytes) -> ssl.SSLContext:
    """Trust this authority only, to the letter of the standard, and show no certificate."""
    tls = ssl.create_default_context(cadata=authority.decode())
    tls.verify_flags |= ssl.VERIFY_X509_STRICT
    return tls


def server(kubeconfig: Path) -> str:
    """The API server's URL."""
    return str(yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]["server"])


def kubectl(
    cluster: Cluster, kubeconfig: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the cluster's kubectl."""
    return subprocess.run(
        [cluster.kubectl, f"--kubeconfig={kubeconfig}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def wait_for(client: Api, path: str, wanted: Callable[[list[Object]], bool]) -> list[Object]:
    """Follow a collection until its objects are as wanted; returns them, sorted by name."""
    listed = client.get(path)
    objects: dict[str, Object] = {each["metadata"]["name"]: each for each in listed["items"]}
    version = listed["metadata"]["resourceVersion"]
    watch = client.watch(f"{path}?watch=true&timeoutSeconds=30&resourceVersion={version}")
    while not wanted(state := [objects[name] for name in sorted(objects)]):
        event = next(watch, None)
        assert event is not None, f"{path} is not as wanted after 30 s: {state}"
        changed = event["object"]
        if event["type"] == "DELETED":
            del objects[changed["metadata"]["name"]]
        else:
            objects[changed["metadata"]["name"]] = changed
    return state
