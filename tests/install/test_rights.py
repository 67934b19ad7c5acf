"""What an edit of a request brings about is what its author may do: change by change.

The rights of each change are those in docs/security.md. Users of a real API server have them, or
all but one; beside them the operator does the same change, and may do nothing that isn't asked.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from localcluster import Cluster
from localcluster.api import Api
from tests.support.helm import rendered
from tests.support.operator_process import OperatorProcess, install, kubectl, operator_kubeconfig
from tests.support.people import grant, kubectl_as, rule, user
from tests.support.space import Space
from tests.support.waiting import SECONDS

pytestmark = pytest.mark.cluster

_V4, _V6 = "192.0.2.10", "2001:db8::10"
_SLICES = "endpointslices.discovery.k8s.io"
_POLICY = "ValidatingAdmissionPolicy 'exposer' with binding 'exposer' denied request: "
_REQUESTS = rule("exposerequests", "get create update patch", "exposer.dev")
_DEPLOYMENT = {"kind": "Deployment", "name": "api"}


@dataclass(frozen=True)
class Change:
    """An edit of the request "web", and what its author must have the right to do.

    Attributes:
        before: Its spec; None if it is created.
        after: Its spec then.
        rights: Each as a verb, a resource and a name; no name means all of that resource.
        writes: What the operator does, in any order.
        meanwhile: A spec in between that can't be carried out.
        stays: The Service can't be Ready in the end, for want of a load balancer or a workload.
    """

    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    rights: frozenset[str]
    writes: frozenset[str]
    meanwhile: Mapping[str, Any] | None = None
    stays: bool = False


def _change(
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any],
    *,
    rights: str,
    writes: str,
    meanwhile: Mapping[str, Any] | None = None,
    stays: bool = False,
) -> Change:
    return Change(before, after, _listed(rights), _listed(writes), meanwhile, stays)


def _listed(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _spec(*ports: str, template: Mapping[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    more = {} if template is None else {"serviceTemplate": {"spec": template}}
    return {"ports": list(ports), **fields, **more}


CHANGES = {
    "a new request": _change(
        None,
        _spec("80"),
        rights="create services web",
        writes="patch services/web",
    ),
    "a new one with addresses": _change(
        None,
        _spec("80", addresses=[_V4]),
        rights=f"create services web, create endpoints web, create {_SLICES}",
        writes="patch services/web, patch endpoints/web, patch endpointslices/web-exposer-ipv4",
    ),
    "other ports": _change(
        _spec("80"),
        _spec("81"),
        rights="create services web, update services web",
        writes="patch services/web",
    ),
    "another selector": _change(
        _spec("80"),
        _spec("80", selector={"app": "other"}),
        rights="create services web, update services web",
        writes="patch services/web",
    ),
    "another kind": _change(
        _spec("80"),
        _spec("!80"),
        rights="create services web, update services web",
        writes="patch services/web",
    ),
    # The cluster's endpoints go with the selector that they were made by.
    "to an ExternalName": _change(
        _spec("80"),
        _spec("@db.example.com"),
        rights="create services web, update services web",
        writes="patch services/web, delete endpoints/web, delete endpointslices/web-*",
    ),
    "from an ExternalName": _change(
        _spec("@db.example.com"),
        _spec("80"),
        rights="create services web, update services web",
        writes="patch services/web",
    ),
    # Where the ExternalName was not carried out, a Service of another kind still stands.
    "from an ExternalName to a headless Service": _change(
        _spec("@db.example.com"),
        _spec("#80"),
        rights="create services web, update services web, delete services web",
        writes="patch services/web",
    ),
    "to a headless Service": _change(
        _spec("80"),
        _spec("#80"),
        rights="create services web, update services web, delete services web",
        writes="delete services/web, patch services/web",
    ),
    "from a headless Service": _change(
        _spec("#80"),
        _spec("80"),
        rights="create services web, update services web, delete services web",
        writes="delete services/web, patch services/web",
    ),
    "another ClusterIP": _change(
        _spec("80"),
        _spec("80", template={"clusterIP": "10.96.77.7"}),
        rights="create services web, update services web, delete services web",
        writes="delete services/web, patch services/web",
    ),
    "another IP family": _change(
        _spec("80"),
        _spec("80", template={"ipFamilies": ["IPv6"]}),
        rights="create services web, update services web, delete services web",
        writes="delete services/web, patch services/web",
    ),
    "a second IP family": _change(
        _spec("80", template={"ipFamilies": ["IPv4"]}),
        _spec(
            "80", template={"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "RequireDualStack"}
        ),
        rights="create services web, update services web",
        writes="patch services/web",
    ),
    "another class of load balancers": _change(
        _spec("^80", template={"loadBalancerClass": "example.com/one"}),
        _spec("^80", template={"loadBalancerClass": "example.com/two"}),
        rights="create services web, update services web, delete services web",
        writes="delete services/web, patch services/web",
        stays=True,
    ),
    "another serviceName": _change(
        _spec("80", serviceName="a"),
        _spec("80", serviceName="b"),
        rights="create services b, update services b, delete services a",
        writes="patch services/b, delete services/a",
    ),
    "another serviceName, at last": _change(
        _spec("80", serviceName="a"),
        _spec("80", serviceName="b"),
        meanwhile=_spec("80", serviceName="taken"),
        rights="create services b, update services b, delete services a, delete services taken",
        writes="patch services/b, delete services/a",
    ),
    "back to an older serviceName": _change(
        _spec("80", serviceName="a"),
        _spec("81", serviceName="a"),
        meanwhile=_spec("80", serviceName="taken"),
        rights="create services a, update services a, delete services a, delete services taken",
        writes="patch services/a",
    ),
    "back to an older serviceName, as another kind": _change(
        _spec("80", serviceName="a"),
        _spec("#80", serviceName="a"),
        meanwhile=_spec("#80", serviceName="taken"),
        rights="create services a, update services a, delete services a, delete services taken",
        writes="delete services/a, patch services/a",
    ),
    "another serviceName, at last, and no addresses": _change(
        _spec("80", serviceName="a", addresses=[_V4]),
        _spec("80", serviceName="b"),
        meanwhile=_spec("80", serviceName="taken", addresses=None),
        rights="create services b, update services b, delete services a, delete services taken, "
        f"delete endpoints a, delete {_SLICES}",
        writes="patch services/b, delete services/a, delete endpoints/a, "
        "delete endpointslices/a-exposer-ipv4",
    ),
    "a serviceName that is the request's name": _change(
        _spec("80", serviceName="web"),
        _spec("80"),
        rights="create services web, update services web",
        writes="",
    ),
    "another serviceName, with addresses": _change(
        _spec("80", serviceName="a", addresses=[_V4]),
        _spec("80", serviceName="b", addresses=[_V4]),
        rights="create services b, update services b, delete services a, create endpoints b, "
        f"update endpoints b, delete endpoints a, create {_SLICES}, update {_SLICES}, "
        f"delete {_SLICES}",
        writes="patch services/b, delete services/a, patch endpoints/b, delete endpoints/a, "
        "patch endpointslices/b-exposer-ipv4, delete endpointslices/a-exposer-ipv4",
    ),
    "other addresses": _change(
        _spec("80", addresses=[_V4]),
        _spec("80", addresses=["192.0.2.11"]),
        rights="create services web, update services web, create endpoints web, "
        f"update endpoints web, create {_SLICES}, update {_SLICES}",
        writes="patch endpoints/web, patch endpointslices/web-exposer-ipv4",
    ),
    "other ports of addresses": _change(
        _spec("80", addresses=[_V4]),
        _spec("81", addresses=[_V4]),
        rights="create services web, update services web, create endpoints web, "
        f"update endpoints web, create {_SLICES}, update {_SLICES}",
        writes="patch services/web, patch endpoints/web, patch endpointslices/web-exposer-ipv4",
    ),
    "addresses of one family less": _change(
        _spec("80", addresses=[_V4, _V6], template={"ipFamilyPolicy": "RequireDualStack"}),
        _spec("80", addresses=[_V4], template={"ipFamilyPolicy": "RequireDualStack"}),
        rights="create services web, update services web, create endpoints web, "
        f"update endpoints web, create {_SLICES}, update {_SLICES}, delete {_SLICES}",
        writes="patch endpoints/web, delete endpointslices/web-exposer-ipv6",
    ),
    "from addresses to a selector": _change(
        _spec("80", addresses=[_V4]),
        _spec("80"),
        rights=f"create services web, update services web, delete endpoints web, delete {_SLICES}",
        writes="patch services/web, delete endpoints/web, delete endpointslices/web-exposer-ipv4",
    ),
    "from a selector to addresses": _change(
        _spec("80"),
        _spec("80", addresses=[_V4]),
        rights="create services web, update services web, create endpoints web, "
        f"update endpoints web, create {_SLICES}, update {_SLICES}",
        writes="patch services/web, delete endpoints/web, patch endpoints/web, "
        "delete endpointslices/web-*, patch endpointslices/web-exposer-ipv4",
    ),
    **{
        f"a new targetRef to a {kind}": _change(
            None,
            _spec("80", targetRef={"kind": kind, "name": "api"}),
            rights=f"create services web, get {resource} api",
            writes="",
            stays=True,
        )
        for kind, resource in {
            "Deployment": "deployments",
            "StatefulSet": "statefulsets",
            "DaemonSet": "daemonsets",
            "ReplicaSet": "replicasets",
            "Pod": "pods",
            "Service": "services",
        }.items()
    },
    "from a selector to a targetRef": _change(
        _spec("80"),
        _spec("80", targetRef=_DEPLOYMENT),
        rights="create services web, update services web, get deployments api",
        writes="",
        stays=True,
    ),
    "another targetRef": _change(
        _spec("80", targetRef={"kind": "Pod", "name": "api"}),
        _spec("80", targetRef=_DEPLOYMENT),
        rights="create services web, update services web, get deployments api",
        writes="",
        stays=True,
    ),
    "other ports of a targetRef": _change(
        _spec("80", targetRef=_DEPLOYMENT),
        _spec("81", targetRef=_DEPLOYMENT),
        rights="create services web, update services web",
        writes="",
        stays=True,
    ),
}
_NUMBERS = {change: number for number, change in enumerate(CHANGES)}
_UNASKED = {"delete endpoints/web", "delete endpointslices/web-*"}
"""What the cluster itself made by a selector, which goes with that."""


@pytest.fixture(scope="module")
def spaces(
    api: Api, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Space]]:
    """A namespace for each change, in which it stands as before; the operator runs."""
    install(cluster)
    policy = rendered("--show-only=templates/policy.yaml")
    kubectl(cluster, "apply", "-f", "-", stdin=policy)
    spaces = {change: Space(api, cluster, f"change-{_NUMBERS[change]}") for change in CHANGES}
    log = tmp_path_factory.mktemp("operator") / "log"
    with OperatorProcess(operator_kubeconfig(cluster), log):
        for change, space in spaces.items():
            _begin(CHANGES[change], space)
            for who, rights in _people(change).items():
                grant(api, space.name, who, user(who), [_REQUESTS, *map(_rule, rights)])
        for change, space in spaces.items():
            _until_begun(CHANGES[change], space)
        _until_in_force(cluster, spaces["a new request"])
        yield spaces
    for space in spaces.values():
        space.remove()


@pytest.mark.parametrize("change", CHANGES)
def test_who_has_exactly_these_rights_may_change_it(
    cluster: Cluster, spaces: Mapping[str, Space], change: str
) -> None:
    who = f"all-{_NUMBERS[change]}"
    for right in CHANGES[change].rights:
        assert _can_i(cluster, who, spaces[change], right), right
    assert _try(cluster, who, change, spaces[change]) == ""


@pytest.mark.parametrize(
    ("change", "missing"),
    [(change, right) for change in CHANGES for right in sorted(CHANGES[change].rights)],
)
def test_who_lacks_one_of_them_is_told_which(
    cluster: Cluster, spaces: Mapping[str, Space], change: str, missing: str
) -> None:
    who = _without(change, missing)
    assert not _can_i(cluster, who, spaces[change], missing)
    verb, resource, *name = missing.split()
    what = f'{verb} {resource} "{name[0]}"' if name else f"{verb} {resource}"
    said = _try(cluster, who, change, spaces[change])
    assert _POLICY in said, said
    refusal = said.partition(_POLICY)[2]
    expected = f'user "{who}" may not {what} in namespace "{spaces[change].name}", nor have '
    assert refusal.startswith(expected)
    assert refusal.endswith("of an ExposeRequest do it") or refusal.endswith(
        "nor have an ExposeRequest do it"
    )


@pytest.mark.parametrize("change", CHANGES)
def test_the_operator_does_nothing_that_its_author_was_not_asked_for(
    spaces: Mapping[str, Space], change: str
) -> None:
    space, wanted = spaces[change], CHANGES[change]
    done = len(space.writes())
    if wanted.before is None:
        space.create("ExposeRequest", "web", spec=wanted.after)
    else:
        space.change(
            "ExposeRequest", "web", [{"op": "replace", "path": "/spec", "value": wanted.after}]
        )
    _until_taken(space, ready=not wanted.stays)
    assert _until_written(space, done, wanted.writes) == wanted.writes
    for write in wanted.writes - _UNASKED:
        verb, _, place = write.partition(" ")
        assert _is_asked(verb, place, wanted.rights), write


def _is_asked(verb: str, place: str, rights: frozenset[str]) -> bool:
    """Whether a write of the operator is one of the rights; a patch creates or updates."""
    resource, _, name = place.partition("/")
    verbs = ("create", "update") if verb == "patch" else (verb,)
    if resource == "endpointslices":
        return any(f"{each} {_SLICES}" in rights for each in verbs)
    return any(f"{each} {resource} {name}" in rights for each in verbs)


def _people(change: str) -> dict[str, frozenset[str]]:
    """Who may do all of a change, and who all but one thing."""
    rights = CHANGES[change].rights
    some = {_without(change, missing): rights - {missing} for missing in rights}
    return {f"all-{_NUMBERS[change]}": rights, **some}


def _without(change: str, missing: str) -> str:
    return f"{_NUMBERS[change]}-without-{missing.replace(' ', '-')}"


def _rule(right: str) -> Mapping[str, object]:
    verb, resource, *names = right.split()
    plural, _, group = resource.partition(".")
    if plural.removesuffix("s") in ("deployment", "statefulset", "daemonset", "replicaset"):
        group = "apps"
    return rule(plural, verb, group, names)


def _begin(change: Change, space: Space) -> None:
    if change.meanwhile is not None:
        space.create("Service", "taken", spec={"ports": [{"port": 80}]})
    if change.before is not None:
        space.create("ExposeRequest", "web", spec=dict(change.before))


def _until_begun(change: Change, space: Space) -> None:
    """Wait until all stands as before, the cluster's endpoints included."""
    if change.before is None:
        return
    _until_taken(space, ready=not change.stays)
    if change.meanwhile is not None:
        space.ask("web", **change.meanwhile)
        assert space.until_refused("web", "ServiceConflict")["serviceName"] == "a"
    if "delete endpoints/web" in change.writes:
        space.until("Endpoints", "web", lambda seen: True)
        space.until_any("EndpointSlice", "kubernetes.io/service-name=web")


def _until_taken(space: Space, ready: bool) -> None:
    """Wait until a status tells of the spec as it is."""
    if ready:
        space.until_ready()
        return
    space.until(
        "ExposeRequest",
        "web",
        lambda seen: seen["status"]["observedGeneration"] == seen["metadata"]["generation"],
    )


def _until_written(space: Space, done: int, expected: frozenset[str]) -> frozenset[str]:
    """What the operator has written but for the status; the audit log can only be read again."""
    end = monotonic() + SECONDS
    while True:
        written = frozenset(
            f"{verb} {_pattern(place)}"
            for verb, place in space.writes()[done:]
            if not place.startswith("exposerequests/")
        )
        if written >= expected or monotonic() > end:
            return written
        sleep(0.1)


def _pattern(place: str) -> str:
    """An EndpointSlice of the cluster's own has a generated name."""
    generated = place.startswith("endpointslices/") and "-exposer-ip" not in place
    return f"{place.rpartition('-')[0]}-*" if generated else place


def _try(cluster: Cluster, who: str, change: str, space: Space) -> str:
    """What kubectl says to a user who tries the change, which is not to be kept."""
    spec, kubeconfig = CHANGES[change].after, cluster.kubeconfig_for(who)
    options = (f"--namespace={space.name}", "--dry-run=server")
    if CHANGES[change].before is None:
        document = {
            "apiVersion": "exposer.dev/v1alpha1",
            "kind": "ExposeRequest",
            "metadata": {"name": "web"},
            "spec": spec,
        }
        arguments = ("create", "-f", "-", *options)
        return kubectl_as(cluster, kubeconfig, *arguments, document=json.dumps(document))
    patch = json.dumps([{"op": "replace", "path": "/spec", "value": spec}])
    what = ("patch", "exposerequest", "web", "--type=json", f"--patch={patch}")
    return kubectl_as(cluster, kubeconfig, *what, *options)


def _can_i(cluster: Cluster, who: str, space: Space, right: str) -> bool:
    """What the API server says of a user's right to Services and endpoints themselves."""
    verb, resource, *name = right.split()
    kubeconfig: Path = cluster.kubeconfig_for(who)
    command = (
        str(cluster.kubectl),
        f"--kubeconfig={kubeconfig}",
        *("auth", "can-i", verb, "/".join([resource, *name]), f"--namespace={space.name}"),
    )
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    answers = {"yes\n": True, "no\n": False}
    assert done.stdout in answers, done
    return answers[done.stdout]


def _until_in_force(cluster: Cluster, space: Space) -> None:
    """Only trying tells when a policy is in force."""
    who = _without("a new request", "create services web")
    end = monotonic() + SECONDS
    while monotonic() < end:
        if _POLICY in _try(cluster, who, "a new request", space):
            return
        sleep(0.1)
    raise AssertionError("the policy is not in force")
