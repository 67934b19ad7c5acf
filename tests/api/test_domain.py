"""What a Pod's resolv.conf says of the cluster's domain."""

import pytest

from exposer.api.domain import cluster_domain_in


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        pytest.param(
            "search shop.svc.cluster.local svc.cluster.local cluster.local\n"
            "nameserver 10.96.0.10\noptions ndots:5\n",
            "cluster.local",
            id="the usual one",
        ),
        pytest.param(
            "nameserver 10.96.0.10\nsearch shop.svc.corp.example svc.corp.example corp.example lan",
            "corp.example",
            id="another one, and the node's",
        ),
        pytest.param("search a.svc.k8s. svc.k8s. k8s.", "k8s", id="one label, with final dots"),
        pytest.param("search a.svc.x svc.x\nsearch a.svc.y svc.y", "y", id="the last line counts"),
        pytest.param("search a.svc.x svc.x\nsearch lan", None, id="the last line has none"),
        pytest.param("search svc.svc.x svc.x x", "x", id="in a namespace svc"),
        pytest.param("search lan svc.example.com", None, id="no Pod's"),
        pytest.param("nameserver 192.0.2.53", None, id="no search line"),
        pytest.param("search a.svc. svc. a.svc.a_b svc.a_b", None, id="no domain"),
        pytest.param("search\n", None, id="an empty line"),
        pytest.param("", None, id="empty"),
    ],
)
def test_the_domain_is_what_follows_svc(text: str, domain: str | None) -> None:
    assert cluster_domain_in(text) == domain
