"""Real connections to programs that really run, and what is answered to them."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from localcluster import Cluster, build, images
from localcluster.api import Api, Object
from localcluster.containers import requirements
from localcluster.network.namespaces import Namespaces
from tests.support.space import Space

__all__ = [
    "REFUSED",
    "TIMED_OUT",
    "Answer",
    "Client",
    "Traffic",
    "connections",
    "skip_if_impossible",
]

REFUSED = 7
"""The exit status of curl when nobody listens, or kube-proxy rejects."""

TIMED_OUT = 28
"""The exit status of curl when nobody answers, as what is sent is dropped."""

_SECONDS = 30
_HTTP = ({"name": "http", "containerPort": 8080},)


class _Count:
    """How many connections all clients of a session have made."""

    made = 0


connections = _Count()
"""The count of this session."""


def skip_if_impossible() -> None:
    """Skip a test that needs nodes with containers where there can't be any, and say why.

    Where EXPOSER_REQUIRE_TRAFFIC is set, the test goes on, and fails with the same words.
    """
    problem = requirements.missing()
    if problem and not os.environ.get("EXPOSER_REQUIRE_TRAFFIC"):
        pytest.skip(problem)


@dataclass(frozen=True)
class Answer:
    """What came of one request of a steady client.

    Attributes:
        at: When it was sent: Unix time in seconds.
        answer: What was answered: the name of the pod, unless another path was asked for.
        error: Why there is no answer; empty if there is one.
    """

    at: float
    answer: str
    error: str


class Answers(list[Answer]):
    """What a steady client was answered, as far as it has been read."""

    def __init__(self, lines: Iterable[str]) -> None:
        """Begin without any.

        Args:
            lines: The client's output, of which the next line comes when it is there.
        """
        super().__init__()
        self._answers = map(_parsed, lines)

    def until_further(self, count: int) -> Sequence[Answer]:
        """Wait until so many requests are over that were sent from now on; returns them.

        Raises:
            AssertionError: The client has ended before.
        """
        now = time.time()
        further: list[Answer] = []
        for answer in self._answers:
            self.append(answer)
            if answer.at > now:
                further.append(answer)
            if len(further) == count:
                return further
        raise AssertionError(f"the client has ended after {len(self)} requests")

    def until_end(self) -> None:
        """Wait until the client has ended."""
        self.extend(self._answers)


class Client:
    """A place that connections are made from: a pod, a node, or a host beside the nodes.

    Every request is a connection of its own.
    """

    def __init__(
        self, enter: Callable[[Sequence[str]], list[str]], echo: str = "/usr/bin/echo"
    ) -> None:
        """Remember how to get there.

        Args:
            enter: What makes a command there of a command.
            echo: The path of the echo program there.
        """
        self._enter = enter
        self._echo = echo

    @classmethod
    def at(cls, place: Namespaces) -> "Client":
        """A client in a node's or a host's namespaces."""
        return cls(place.command, str(build.built(build.ECHO)))

    def ask(self, url: str, times: int = 1, *options: str) -> list[str]:
        """Ask so often, one after the other, and return the answers.

        Args:
            url: What to ask; a pod answers to / with its name, to /client with whom it sees.
            times: How often.
            options: More options of curl.

        Raises:
            AssertionError: One wasn't answered.
        """
        done = self._curl(url, times, *options)
        assert done.returncode == 0, f"{url}: {done.stderr}"
        return done.stdout.splitlines()

    def attempt(self, url: str, *options: str) -> int:
        """Ask once; returns the exit status of curl: 0, REFUSED, TIMED_OUT or another one."""
        return self._curl(url, 1, *options).returncode

    def resolve(self, name: str, kind: str = "A") -> list[str]:
        """What a name stands for in DNS, sorted; A, AAAA, CNAME and SRV can be asked for.

        Raises:
            AssertionError: It stands for nothing.
        """
        done = self.run([self._echo, "resolve", name, kind])
        assert done.returncode == 0, done.stderr
        return sorted(done.stdout.splitlines())

    def until_answered(self, url: str, *options: str, by: str | None = None) -> str:
        """Ask until there is an answer; returns it.

        A Service takes a moment to get from the API server into the kernels of the nodes.

        Args:
            url: What to ask.
            options: More options of `echo ask`.
            by: The only answer that will do; any if left out.

        Raises:
            AssertionError: There is none in 30 s.
        """
        deadline = time.monotonic() + _SECONDS
        with self.steady(url, *options) as answers:
            while (last := answers[-1]).error or by not in (None, last.answer):
                assert time.monotonic() < deadline, f"{url} isn't answered as awaited: {last}"
                answers.until_further(1)
        return last.answer

    def until_shared(self, url: str, pods: Collection[str], times: int = 60) -> None:
        """Ask so often at a time, until all of these pods answer, and nobody else does.

        Raises:
            AssertionError: It doesn't come to that in 30 s, or once there was an answer, there was
                none.
        """
        self.until_answered(url)
        deadline = time.monotonic() + _SECONDS
        while (answers := set(self.ask(url, times))) != set(pods):
            assert time.monotonic() < deadline, f"{url} is answered by {answers}, not {pods}"

    def until_unanswered(self, url: str, status: int, *options: str) -> None:
        """Ask until curl ends with that exit status: REFUSED, TIMED_OUT or another one.

        Args:
            url: What to ask.
            status: The exit status.
            options: More options of curl.

        Raises:
            AssertionError: It doesn't in 30 s.
        """
        deadline = time.monotonic() + _SECONDS
        while (seen := self.attempt(url, *options)) != status:
            assert time.monotonic() < deadline, f"curl ends with {seen} for {url}, not {status}"

    @contextmanager
    def steady(self, url: str, *options: str, rate: float = 20) -> Iterator[Answers]:
        """Ask at a steady rate for the length of a with block.

        Args:
            url: What to ask: http, https or udp.
            options: More options of `echo ask`, like --timeout=SECONDS.
            rate: How often per second.

        Yields:
            A list that has all answers when the block is left, in the order of their arrival.
        """
        asker = self._asker(url, rate, *options)
        with asker:
            assert asker.stdin is not None
            assert asker.stdout is not None
            answers = Answers(asker.stdout)
            try:
                answers.until_further(1)  # from then on it surely asks
                yield answers
            finally:
                asker.stdin.close()
                answers.until_end()
                connections.made += len(answers)
        assert asker.returncode == 0, answers

    def run(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        """Run any command there."""
        return subprocess.run(
            self._enter(command), capture_output=True, text=True, check=False, timeout=60
        )

    def _curl(self, url: str, times: int, *options: str) -> "subprocess.CompletedProcess[str]":
        connections.made += times
        # Told to close, curl uses no connection twice; in HTTP/2 there would be no such word.
        close = ("--http1.1", "--header", "Connection: close")
        usual = ("--silent", "--show-error", "--max-time", "3", *close)
        return self.run(["curl", *usual, "--globoff", *options, *[url] * times])

    def _asker(self, url: str, rate: float, *options: str) -> "subprocess.Popen[str]":
        command = [self._echo, "ask", url, f"--rate={rate}", *options]
        return subprocess.Popen(
            self._enter(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )


class Traffic:
    """Servers and clients in the pods of one namespace."""

    def __init__(self, space: Space, api: Api, cluster: Cluster) -> None:
        self._space = space
        self._api = api
        self._kubectl = (
            str(cluster.kubectl),
            f"--kubeconfig={cluster.kubeconfig}",
            f"--namespace={space.name}",
        )

    def serve(
        self,
        name: str,
        replicas: int = 1,
        *,
        args: Sequence[str] = ("--http=8080",),
        ports: Sequence[Object] = _HTTP,
        labels: Mapping[str, str] | None = None,
        **pod_spec: Any,
    ) -> None:
        """Create a Deployment of servers, and wait until all are ready; see `start`."""
        self.start(name, replicas, args=args, ports=ports, labels=labels, **pod_spec)
        self.until_ready(name, replicas)

    def start(
        self,
        name: str,
        replicas: int = 1,
        *,
        args: Sequence[str] = ("--http=8080",),
        ports: Sequence[Object] = _HTTP,
        labels: Mapping[str, str] | None = None,
        **pod_spec: Any,
    ) -> None:
        """Create a Deployment of servers.

        Args:
            name: The Deployment's name.
            replicas: How many.
            args: What `echo serve` is started with.
            ports: The container's ports. The first one is asked whether the pod is ready.
            labels: The pods' labels; app=NAME if left out.
            pod_spec: The containers' mounts, and more fields of the pods' spec.
        """
        labels = labels or {"app": name}
        spec = {
            "replicas": replicas,
            "selector": {"matchLabels": dict(labels)},
            "template": echo_pod(args=args, ports=ports, labels=labels, **pod_spec),
        }
        self._space.create("Deployment", name, spec=spec)

    def scale(self, name: str, replicas: int) -> None:
        """Change the number of a Deployment's pods, and wait until so many are ready."""
        self._space.patch("Deployment", name, {"spec": {"replicas": replicas}})
        self.until_ready(name, replicas)

    def until_ready(self, name: str, replicas: int) -> None:
        """Wait until a Deployment has so many pods, all of the newest template and ready."""

        def holds(deployment: Object) -> bool:
            status = deployment["status"]
            return status.get("observedGeneration") == deployment["metadata"]["generation"] and all(
                status.get(counted, 0) == replicas
                for counted in ("replicas", "updatedReplicas", "readyReplicas")
            )

        self._space.until("Deployment", name, holds)

    def until_pod_ready(self, name: str) -> Object:
        """Wait until a pod is there and ready; returns it."""
        return self._space.until("Pod", name, _is_ready)

    def pods(self, selector: str) -> list[Object]:
        """The pods with these labels that aren't about to end, sorted by name."""
        path = f"/api/v1/namespaces/{self._space.name}/pods?labelSelector={selector}"
        items: list[Object] = self._api.get(path)["items"]
        staying = [each for each in items if "deletionTimestamp" not in each["metadata"]]
        return sorted(staying, key=lambda each: str(each["metadata"]["name"]))

    def pod_names(self, selector: str) -> set[str]:
        """The names of these pods, which is what they answer with."""
        return {each["metadata"]["name"] for each in self.pods(selector)}

    def client(
        self, name: str = "client", *, mounts: Sequence[Object] = (), **pod_spec: Any
    ) -> Client:
        """Create a pod to make connections from, and wait until it runs.

        Args:
            name: The pod's name.
            mounts: Its container's mounts of volumes.
            pod_spec: More fields of its spec, like nodeName.
        """
        container = {
            "name": "client",
            "image": images.CLIENT,
            "imagePullPolicy": "Never",
            "volumeMounts": list(mounts),
        }
        spec = {"containers": [container], "terminationGracePeriodSeconds": 0, **pod_spec}
        self._space.create("Pod", name, spec=spec)
        self._space.until("Pod", name, lambda pod: bool(pod["status"].get("phase") == "Running"))
        return self.in_pod(name)

    def in_pod(self, name: str) -> Client:
        """A pod that runs as a client, if its image has what clients need."""
        return Client(lambda command: [*self._kubectl, "exec", "-i", name, "--", *command])


def echo_pod(
    *,
    args: Sequence[str] = ("--http=8080",),
    ports: Sequence[Object] = _HTTP,
    labels: Mapping[str, str],
    mounts: Sequence[Object] = (),
    **pod_spec: Any,
) -> Object:
    """A pod, or a template of pods, that answers with its name; see `Traffic.serve`."""
    name = {"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    container = {
        "name": "echo",
        "image": images.ECHO,
        "imagePullPolicy": "Never",
        "args": ["serve", *args],
        "env": [name],
        "ports": list(ports),
        "volumeMounts": list(mounts),
        "readinessProbe": {
            "httpGet": {"path": "/ready", "port": ports[0]["containerPort"]},
            "periodSeconds": 1,
            "failureThreshold": 1,
        },
    }
    spec = {"containers": [container], "terminationGracePeriodSeconds": 5, **pod_spec}
    return {"metadata": {"labels": dict(labels)}, "spec": spec}


def _is_ready(pod: Object) -> bool:
    conditions: Sequence[Object] = pod["status"].get("conditions", ())
    return any((each["type"], each["status"]) == ("Ready", "True") for each in conditions)


def _parsed(line: str) -> Answer:
    return Answer(**json.loads(line))
