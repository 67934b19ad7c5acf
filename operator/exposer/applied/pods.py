"""The pods behind Services, for diagnoses: one look serves all requests of a namespace.

Pods are never watched: they are many, and change all the time. While somebody waits to hear of
pods, those of the namespace are listed now and then, ever less often while nothing changes, and
whoever is concerned is woken.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

from exposer.applied.looks import Looks
from exposer.kube import ApiError, Client
from exposer.kube.paths import collection_path, is_path_segment, object_path
from exposer.observed import Key
from exposer.observed.pods import (
    HIDDEN,
    UNSEEN,
    BackingPods,
    PodRecord,
    trimmed_pod,
    unavailable,
)

_FEW = 20  # pods of a Service; what is wrong with some is wrong with most
_KEPT = timedelta(minutes=1)  # so long a look is taken for what is now where nobody waits

# Those that have run to their end never become endpoints again.
_ALIVE = {"fieldSelector": "status.phase!=Succeeded,status.phase!=Failed"}

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Interest:
    """Which pods a request wants to hear of: those with the labels, or the one of that name."""

    labels: Mapping[str, str]
    name: str | None = None
    with_set: bool = False

    def selects(self, pod: Body) -> bool:
        """Whether it is one of them."""
        if self.name is not None:
            return bool(pod["metadata"]["name"] == self.name)
        return self.labels.items() <= _labels(pod).items()


@dataclass(frozen=True, slots=True)
class _Found:
    """What a look found for one request.

    Attributes:
        seen: What is compared with what the next look finds.
        at: When, in seconds.
    """

    interest: _Interest
    pods: BackingPods
    seen: object
    at: float


@dataclass(slots=True)
class _Selected:
    """What a list of pods has for one request.

    Attributes:
        pods: The first few of those that it wants to hear of.
        named: What is compared of the pod that it names.
    """

    request: Key
    interest: _Interest
    pods: list[PodRecord] = field(default_factory=list)
    named: list[object] = field(default_factory=list)

    def take(self, pod: Body) -> bool:
        """Take in a pod, if it is one of those; returns whether more are wanted."""
        if self.interest.selects(pod):
            if self.interest.name is None:
                self.pods.append(trimmed_pod(pod))
            else:
                self.named.append(_version_of(pod))
        return len(self.pods) < _FEW


class _Wanted:
    """Who wants to hear of which pods: of many, a pod meets the few that may want it."""

    def __init__(self, selected: Iterable[_Selected]) -> None:
        self.selected = list(selected)
        self._by_name: defaultdict[str, list[_Selected]] = defaultdict(list)
        self._by_label: defaultdict[object, list[_Selected]] = defaultdict(list)
        labels = Counter(label for each in self.selected for label in each.interest.labels.items())
        for each in self.selected:
            if each.interest.name is not None:
                self._by_name[each.interest.name].append(each)
            else:
                # By the one of its labels that the fewest others ask for.
                rarest = min(each.interest.labels.items(), key=labels.__getitem__, default=None)
                self._by_label[rarest].append(each)

    def take(self, pod: Body) -> None:
        """Give the pod to those who want it."""
        for found in self._lists(pod):
            found[:] = [each for each in found if each.take(pod)]

    def _lists(self, pod: Body) -> Iterator[list[_Selected]]:
        yield self._by_name.get(pod["metadata"]["name"], [])
        for label in (None, *_labels(pod).items()):
            yield self._by_label.get(label, [])


class PodReader:
    """Looks at pods while somebody waits to hear of them."""

    def __init__(
        self,
        client: Client,
        wake: Callable[[Key], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Look at nothing yet.

        Args:
            client: Reads the pods.
            wake: Is called with a request for which something has changed.
            clock: Tells the time in seconds.
        """
        self._client = client
        self._wake = wake
        self._clock = clock
        self._looks: Looks[_Interest] = Looks(self._look, clock)
        self._found: dict[Key, _Found] = {}
        self._hidden: set[str] = set()
        self._once: set[Key] = set()

    def backing(
        self, request: Key, labels: Mapping[str, str], *, changing: bool, with_set: bool = False
    ) -> BackingPods:
        """What the last look found of the pods with the labels; the next one comes by itself.

        Args:
            request: Who wants to know, and is woken when there is something new.
            labels: The selector.
            changing: Whether to go on looking; else one look will do.
            with_set: Whether the StatefulSet behind the pods counts, too.
        """
        interest = _Interest(labels, with_set=with_set)
        (self._once.discard if changing else self._once.add)(request)
        found = self._found.get(request)
        known = found if found is not None and found.interest == interest else None
        if known and not changing and self._clock() - known.at < _KEPT.total_seconds():
            self._looks.stop_waiting(request)
        else:
            self._looks.wait(request, interest)
        return known.pods if known else UNSEEN

    def wait_for(self, request: Key, name: str, body: Body | None) -> bool:
        """Wake the request when the pod of that name comes, or its labels change.

        Args:
            request: Who waits.
            name: The pod's.
            body: The pod as it was just read, None if there is none.

        Returns:
            Whether pods may be listed, so that it will be woken.
        """
        interest = _Interest({}, name)
        self._once.discard(request)
        if request not in self._found or self._found[request].interest != interest:
            seen = [_version_of(body)] if body else []
            self._found[request] = _Found(interest, UNSEEN, seen, self._clock())
        self._looks.wait(request, interest)
        return request.namespace not in self._hidden

    def forget(self, request: Key) -> None:
        """It wants to hear of pods no more."""
        self._looks.stop_waiting(request)
        self._found.pop(request, None)
        self._once.discard(request)

    async def run(self) -> None:
        """Look whenever it is time, until it is cancelled."""
        await self._looks.run()

    async def _look(self, namespace: str) -> bool:
        """List the pods of a namespace once, for all who wait there; whether any was woken."""
        wanted = _Wanted(_Selected(*each) for each in self._looks.waiting(namespace))
        problem = None
        try:
            await _list(self._client, namespace, {"resourceVersion": "0"}, wanted)
            self._hidden.discard(namespace)
        except ApiError as error:
            if error.is_unreadable:
                self._hidden.add(namespace)
                problem = HIDDEN
            else:
                problem = unavailable(error.message)
        woken = False
        for each in wanted.selected:
            if not self._looks.is_waiting(each.request, each.interest):
                continue  # not any more
            woken |= await self._notice(each, problem)
            if each.request in self._once:
                self._looks.stop_waiting(each.request)
            await asyncio.sleep(0)  # many may wait
        return woken

    async def _notice(self, found: "_Selected", problem: BackingPods | None) -> bool:
        """Keep what concerns one request; wake it if that is new.

        Args:
            found: Who waits, for what, and what there is.
            problem: Why nobody knows, if so.
        """
        request, interest = found.request, found.interest
        before = self._found.get(request)
        if before is not None and before.interest != interest:
            before = None
        seen: object
        if problem is not None:
            if before is not None and before.pods.problem is None:
                return False  # what was seen last is better than nothing
            backing, seen = problem, problem
        elif interest.name is not None:
            backing, seen = UNSEEN, found.named
        else:
            backing = await self._backing(request, interest, tuple(found.pods))
            seen = backing
        self._found[request] = _Found(interest, backing, seen, self._clock())
        if seen == (BackingPods() if before is None else before.seen):
            return False
        self._wake(request)
        return True

    async def _backing(
        self, request: Key, interest: _Interest, records: tuple[PodRecord, ...]
    ) -> BackingPods:
        owner = _set_of(records)
        if owner is None or not interest.with_set:
            return BackingPods(records)
        before = self._found.get(request)
        if before is not None and before.pods.pods == records and before.pods.governing:
            return before.pods  # a StatefulSet's serviceName never changes
        try:
            governing = await _governing_service(self._client, request.namespace, owner)
        except ApiError:
            return BackingPods(records)
        return BackingPods(records, governing)


async def read_backing(client: Client, namespace: str, labels: Mapping[str, str]) -> BackingPods:
    """What is behind a selector at this moment; hidden where one may not look.

    Raises:
        ApiError: The API server can't tell now.
    """
    selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    found = _Selected(Key(namespace, ""), _Interest(labels))
    try:
        query = {"labelSelector": selector, "limit": str(_FEW)}
        await _list(client, namespace, query, _Wanted([found]))
        records = tuple(found.pods)
        owner = _set_of(records)
        governing = await _governing_service(client, namespace, owner) if owner else None
    except ApiError as error:
        if error.is_unreadable:
            return HIDDEN
        raise
    return BackingPods(records, governing)


async def _list(client: Client, namespace: str, query: Mapping[str, str], wanted: _Wanted) -> None:
    """The pods that run or will; those that are being deleted are no reason to wait for them."""

    def take(pod: Body) -> None:
        if "deletionTimestamp" not in pod["metadata"]:
            wanted.take(pod)

    await client.read_list(collection_path("Pod", namespace), take, {**_ALIVE, **query})


def _set_of(pods: Iterable[PodRecord]) -> str | None:
    """The StatefulSet that the pods belong to; an owner reference may say anything."""
    owner = next((pod.stateful_set for pod in pods if pod.stateful_set), None)
    return owner if owner is not None and is_path_segment(owner) else None


async def _governing_service(client: Client, namespace: str, name: str) -> str:
    found = await client.send("GET", object_path("StatefulSet", namespace, name))
    return str(found["spec"].get("serviceName", ""))


def _version_of(pod: Body) -> object:
    """What makes a difference to a request whose target is a pod; labels may be many."""
    return pod["metadata"]["uid"], hash(frozenset(_labels(pod).items()))


def _labels(pod: Body) -> Mapping[str, str]:
    return pod["metadata"].get("labels") or {}
