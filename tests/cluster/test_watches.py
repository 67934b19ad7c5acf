"""Whatever happens to the connections, what changed meanwhile is seen, and nothing is missed."""

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest

from localcluster import Cluster
from tests.support.operator_process import install
from tests.support.proxied import ProxiedOperator
from tests.support.proxy import Proxy
from tests.support.space import Space, administrator

pytestmark = pytest.mark.cluster

_FOREIGN = {"ports": [{"port": 9999}], "clusterIP": "None"}
_numbers = count(1)

Gap = Callable[[], AbstractContextManager[None]]


@pytest.fixture(scope="module")
def lonely_cluster() -> Iterator[Cluster]:
    """A cluster without another operator, which would put things right itself."""
    with Cluster.start() as cluster:
        install(cluster)
        yield cluster


@pytest.fixture
def space(lonely_cluster: Cluster) -> Iterator[Space]:
    api = administrator(lonely_cluster)
    space = Space(api, lonely_cluster, f"watches-{next(_numbers)}")
    yield space
    space.remove()
    api.close()


@pytest.fixture
def proxy(lonely_cluster: Cluster) -> Iterator[Proxy]:
    with Proxy(lonely_cluster) as proxy:
        yield proxy


@pytest.fixture
def operator(
    lonely_cluster: Cluster, proxy: Proxy, space: Space, tmp_path: Path
) -> Iterator[ProxiedOperator]:
    """An operator for the space alone: a list may become empty."""
    options = f"--namespace={space.name}", "--watch-silence=3"
    with ProxiedOperator(lonely_cluster, proxy, tmp_path, *options) as operator:
        yield operator
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.fixture(params=[False, True], ids=["remembered", "forgotten"])
def gap(request: pytest.FixtureRequest, proxy: Proxy, operator: ProxiedOperator) -> Gap:
    """A time without connections, after which the API server knows what happened, or doesn't."""

    @contextmanager
    def gap() -> Iterator[None]:
        proxy.cut()
        yield
        proxy.restore(forgotten=request.param)

    return gap


def test_a_service_that_was_deleted_in_a_gap_comes_back(space: Space, gap: Gap) -> None:
    space.expose("80")
    space.until_ready()
    uid = space.get("Service", "web")["metadata"]["uid"]
    with gap():
        space.delete("Service", "web")
    space.until("Service", "web", lambda seen: seen["metadata"]["uid"] != uid)


def test_a_foreign_service_that_went_in_a_gap_is_in_nobodys_way(space: Space, gap: Gap) -> None:
    space.create("Service", "web", spec=_FOREIGN)
    space.create("Service", "another", spec=_FOREIGN)
    space.expose("80")
    space.until_refused("web", "ServiceConflict")
    with gap():
        space.delete("Service", "web")
    space.until_ready()
    assert space.names("Service") == ["another", "web"]


@pytest.mark.slow
def test_a_request_that_was_deleted_in_a_gap_claims_nothing(space: Space, gap: Gap) -> None:
    space.expose("80", name="first", serviceName="shared")
    space.until_ready("first")
    with gap():
        space.delete("ExposeRequest", "first")
        space.until_gone("Service", "shared")  # by the garbage collector
        space.expose("81", name="second", serviceName="shared")
    assert space.until_ready("second")["ports"][0]["port"] == 81


def test_when_all_requests_were_deleted_in_a_gap_none_is_left(space: Space, gap: Gap) -> None:
    space.expose("80", name="first", serviceName="shared")
    space.until_ready("first")
    space.expose("80", name="second", serviceName="shared")
    space.until_refused("second", "ServiceConflict")
    with gap():
        space.delete("ExposeRequest", "first")
        space.delete("ExposeRequest", "second")
        space.until_gone("Service", "shared")  # by the garbage collector
    space.expose("81", name="third", serviceName="shared")
    assert space.until_ready("third")["ports"][0]["port"] == 81


def test_what_was_made_and_changed_in_a_gap_is_seen(space: Space, gap: Gap) -> None:
    space.expose("80", name="old")
    space.until_ready("old")
    with gap():
        space.ask("old", ports=["81"])
        space.expose("82", name="new")
    assert space.until_ready("old")["ports"][0]["port"] == 81
    assert space.until_ready("new")["ports"][0]["port"] == 82


def test_what_has_expired_is_listed_again(
    space: Space, proxy: Proxy, operator: ProxiedOperator
) -> None:
    space.expose("80")
    space.until_ready()
    proxy.cut()
    proxy.restore(forgotten=True)
    space.until_settled()
    kinds = {path.rpartition(b"/")[2] for path in proxy.expired}
    assert {b"exposerequests", b"services"} <= kinds


@pytest.mark.slow
def test_a_connection_that_only_falls_silent_is_noticed(
    space: Space, proxy: Proxy, operator: ProxiedOperator
) -> None:
    space.expose("80")
    space.until_ready()
    assert operator.until_ready() == "ok\n"
    uid = space.get("Service", "web")["metadata"]["uid"]
    proxy.freeze()
    space.delete("Service", "web")
    while f"services in {space.name}: no watch for " not in operator.until_ready(503):
        pass
    assert operator.ask("/healthz") == (200, "ok\n")
    proxy.restore()
    space.until("Service", "web", lambda seen: seen["metadata"]["uid"] != uid)
    operator.until_ready()


@pytest.mark.slow
def test_an_outage_is_told_by_readiness_and_a_metric_and_is_no_reason_to_restart(
    space: Space, proxy: Proxy, operator: ProxiedOperator
) -> None:
    operator.until_ready()
    labels = f'exposer_watch_up{{resource="services",watched_namespace="{space.name}"}}'
    assert operator.metric(labels) == 1
    proxy.cut()
    told = operator.until_ready(503)
    assert "no watch for " in told
    assert ": the API server at 127.0.0.1:" in told
    assert (operator.ask("/healthz"), operator.metric(labels)) == ((200, "ok\n"), 0)
    proxy.restore()
    operator.until_ready()
    space.expose("80")
    space.until_ready()


def test_an_edit_is_not_lost_while_the_watch_of_requests_lags_behind(
    lonely_cluster: Cluster, space: Space, proxy: Proxy, tmp_path: Path
) -> None:
    """The answer to our own write of the status tells of the edit before the watch does."""
    options = f"--namespace={space.name}", "--watch-silence=60"
    with ProxiedOperator(
        lonely_cluster, proxy, tmp_path, *options, variant="never_retries"
    ) as operator:
        operator.until_ready()
        space.create_deployment("web", replicas=1, ports=[])
        space.expose("80")
        space.until_endpoints("web", 1, 1)
        proxy.hold(b"exposerequests?allowWatchBookmarks")
        space.ask("web", ports=["81"])
        space.patch("Deployment", "web", {"spec": {"replicas": 2}})
        space.until_endpoints("web", 2, 2)
        status = space.until_ready()
        proxy.release()
    assert [port["port"] for port in status["ports"]] == [81]


def test_an_answer_that_is_lost_leaves_no_trace(
    space: Space, proxy: Proxy, operator: ProxiedOperator
) -> None:
    space.create_pod("pod", labels={"app": "web"})
    space.expose("80")
    space.until_endpoints("web", 1, 1)
    before = space.events(), space.writes()
    proxy.lose_answer(b"PATCH /api/v1/namespaces/%b/services/web" % space.name.encode())
    space.ask("web", ports=["81"])
    status = space.until_ready()
    assert [port["port"] for port in status["ports"]] == [81]
    assert space.events() == before[0]
    writes = space.writes()[len(before[1]) :]
    assert writes.count(("patch", "exposerequests/web/status")) == 1


def test_it_ends_in_time_though_the_api_server_says_nothing(
    lonely_cluster: Cluster, space: Space, proxy: Proxy, tmp_path: Path
) -> None:
    options = f"--namespace={space.name}", "--lease=exposer-system/exposer"
    with ProxiedOperator(lonely_cluster, proxy, tmp_path, *options) as operator:
        space.expose("80")
        space.until_ready()
        proxy.freeze()
        space.ask("web", ports=["81"])
        assert operator.stop() in (0, -signal.SIGALRM)  # within 5 s, or stop() raises
