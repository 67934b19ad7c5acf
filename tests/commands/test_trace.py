"""``exposer trace``: what is printed of the chain."""

import json
import re

from exposer.commands.mermaid import flowchart
from exposer.commands.printing import as_json
from exposer.commands.tracing import text
from exposer.explained.chain import chain_of
from exposer.explained.survey import Survey
from exposer.observed.pods import BackingPods
from tests.explained.surveys import EMPTY, a_pod_endpoint, a_slice_of, a_survey, not_ready
from tests.support.builders import a_pod, a_request, a_service_port, an_endpoint

LOCAL = a_survey(
    spec={"externalTrafficPolicy": "Local"},
    slices=[a_slice_of(a_pod_endpoint(2), a_pod_endpoint(3, 2))],
)


def test_the_chain_of_a_node_port() -> None:
    assert (
        text(chain_of(a_survey()))
        == """\
ExposeRequest "web" in namespace "shop": NodePort Service "web"

http: port 80/TCP to 8080 (IPv4)
  outside     10.240.0.1:30080         node1
              10.240.0.2:30080         node2
  ClusterIP   10.96.12.7:80
  endpoints   10.244.1.1:8080    0.5   web-1 on node1
              10.244.2.2:8080    0.5   web-2 on node2

The chain is whole, as far as the API server knows. No traffic was sent.
"""
    )


def test_an_app_protocol_is_part_of_the_port() -> None:
    port = a_service_port(80, 8080, name="http") | {"appProtocol": "kubernetes.io/h2c"}
    chain = chain_of(a_survey(spec={"ports": [port]}))
    assert "http: port 80/TCP, kubernetes.io/h2c to 8080 (IPv4)" in text(chain).splitlines()
    assert "10.96.12.7:80/TCP<br/>kubernetes.io/h2c" in flowchart(chain)


def test_the_shares_are_told_node_by_node_where_they_differ() -> None:
    assert (
        text(chain_of(LOCAL))
        == """\
ExposeRequest "web" in namespace "shop": NodePort Service "web"

http: port 80/TCP to 8080 (IPv4)
  outside                 10.240.0.1:30080         node1
                          10.240.0.2:30080         node2
  ClusterIP               10.96.12.7:80
  from outside on node1   none                     connections time out
  from outside on node2   10.244.2.2:8080    0.5   web-2 on node2
                          10.244.2.3:8080    0.5   web-3 on node2
  from inside             10.244.2.2:8080    0.5   web-2 on node2
                          10.244.2.3:8080    0.5   web-3 on node2

node1: what arrives there is dropped, as no endpoint is there (externalTrafficPolicy Local)

The chain is whole, as far as the API server knows. No traffic was sent.
"""
    )


def test_a_broken_chain_ends_with_what_is_wrong_and_what_to_do() -> None:
    lame = a_pod_endpoint(1) | {"conditions": not_ready()}
    survey = a_survey(
        slices=[a_slice_of(lame)], backing=BackingPods((a_pod("web-1", "ImagePullBackOff"),))
    )
    assert (
        text(chain_of(survey))
        == """\
ExposeRequest "web" in namespace "shop": NodePort Service "web"

http: port 80/TCP to 8080 (IPv4)
  outside      10.240.0.1:30080   node1
               10.240.0.2:30080   node2
  ClusterIP    10.96.12.7:80
  endpoints    none               connections are refused
  no traffic   10.244.1.1:8080    web-1 on node1, not ready

It breaks: PodsNotReady: the only endpoint is not ready: "web-1" is ImagePullBackOff
  see why: kubectl describe pods -n shop -l app=web
"""
    )


def test_a_message_of_several_lines_is_indented() -> None:
    told = 'spec.ports[0]: no target behind ":"\n  80:\n     ^\nwrite a port'
    conditions = [
        {"type": "Accepted", "status": "False", "reason": "InvalidPortString", "message": told}
    ]
    status = {"observedGeneration": 1, "conditions": conditions}
    assert (
        text(chain_of(Survey(a_request(status=status))))
        == """\
ExposeRequest "web" in namespace "shop": no Service

It breaks: InvalidPortString: spec.ports[0]: no target behind ":"
    80:
       ^
  write a port
"""
    )


def test_json_has_the_shares() -> None:
    document = json.loads(as_json(chain_of(LOCAL)))
    (port,) = document["ports"]
    assert port["outside"] == [
        {"nodes": ["node1"], "shares": [], "refused": "dropped"},
        {
            "nodes": ["node2"],
            "shares": [
                {"ip": "10.244.2.2", "port": 8080, "share": 0.5},
                {"ip": "10.244.2.3", "port": 8080, "share": 0.5},
            ],
            "refused": None,
        },
    ]
    assert (port["clusterIP"], port["nodePort"], document["whole"]) == ("10.96.12.7", 30080, True)


def test_the_flowchart_leads_from_the_nodes_to_the_endpoints() -> None:
    assert (
        flowchart(chain_of(a_survey()))
        == """\
flowchart LR
    p0e0["10.244.1.1:8080<br/>web-1<br/>node1"]
    p0e1["10.244.2.2:8080<br/>web-2<br/>node2"]
    p0i0["10.240.0.1:30080<br/>node1"]
    p0i1["10.240.0.2:30080<br/>node2"]
    p0s0["http<br/>10.96.12.7:80/TCP"]
    p0i0 --> p0s0
    p0i1 --> p0s0
    p0s0 -- "0.5" --> p0e0
    p0s0 -- "0.5" --> p0e1
"""
    )


def test_each_node_leads_to_its_own_endpoints_where_they_differ() -> None:
    drawn = flowchart(chain_of(LOCAL))
    assert re.findall("    (.* --> .*)", drawn) == [
        "p0i0 --> p0s0",
        "p0s0 --> p0s0x",
        "p0i1 --> p0s1",
        'p0s1 -- "0.5" --> p0e0',
        'p0s1 -- "0.5" --> p0e1',
        'p0s2 -- "0.5" --> p0e0',
        'p0s2 -- "0.5" --> p0e1',
    ]
    assert '    p0s0x["connections time out"]' in drawn.splitlines()


FORGED = "no\n\nThe chain is whole.\x1b[2J %%{init: {'theme': 'dark'}}%% `x` &lt;"


def test_texts_from_the_cluster_make_no_lines_of_their_own() -> None:
    forged = [{"type": "Accepted", "status": "False", "reason": FORGED, "message": FORGED}]
    chain = chain_of(a_survey(conditions=forged, gaps=[FORGED]))
    assert [line for line in text(chain).splitlines() if line.startswith("The chain is")] == []
    drawn = [line for line in flowchart(chain).splitlines() if "break" in line]
    forgery = (
        "The chain is whole.\\x1b[2J #37;#37;{init: {'theme': 'dark'}}#37;#37; #96;x#96; #amp;lt;"
    )
    assert drawn == [f'    break0["no\\n\\n{forgery}<br/>no<br/>{forgery}"]']


def test_labels_are_quoted_and_escaped() -> None:
    drawn = flowchart(chain_of(a_survey(slices=[a_slice_of(an_endpoint("fd00::1"))])))
    box = re.compile(r'    [a-z0-9]+\["[^"]*"\]|    \w+ (-- "[^"]*" )?--> \w+')
    first, *rest = drawn.splitlines()
    assert (first, [line for line in rest if not box.fullmatch(line)]) == ("flowchart LR", [])
    broken = flowchart(chain_of(a_survey(slices=[EMPTY])))
    assert (
        '    break0["NoPodsMatch<br/>no pod with an IP address has the labels #quot;app=web#quot;"]'
        in broken.splitlines()
    )
