"""Chain -> a flowchart that Mermaid draws, from where traffic comes in to the endpoints."""

from collections.abc import Iterator

from exposer.explained.chain import Chain
from exposer.explained.places import authority
from exposer.explained.shares import REFUSALS
from exposer.explained.strands import Route, Strand
from exposer.printable import one_line

_CODES = {
    "#": "#35;",
    "%": "#37;",
    "`": "#96;",
    '"': "#quot;",
    "&": "#amp;",
    "<": "#lt;",
    ">": "#gt;",
}


def flowchart(chain: Chain) -> str:
    """The chain as ``flowchart LR``; what is in the way stands beside it."""
    lines = ["flowchart LR"]
    for index, strand in enumerate(chain.ports):
        lines += _strand(f"p{index}", strand)
    if chain.external_name:
        lines += [
            _box("service", chain.service),
            _box("alias", chain.external_name),
            _arrow("service", "alias", "CNAME"),
        ]
    for index, found in enumerate(chain.breaks):
        lines.append(_box(f"break{index}", found.reason, *found.message.splitlines()))
    return "\n".join(lines) + "\n"


def _strand(prefix: str, strand: Strand) -> Iterator[str]:
    """The endpoints, then what leads there: a hub for each way that connections are spread."""
    ends = {(each.ip, each.port): f"{prefix}e{at}" for at, each in enumerate(strand.endpoints)}
    for endpoint in strand.endpoints:
        whose = (endpoint.pod or "", endpoint.node or "")
        yield _box(ends[endpoint.ip, endpoint.port], str(endpoint), *whose)
    if strand.cluster_ip is None:
        yield _box(f"{prefix}dns", "DNS", strand.name)
        for endpoint in strand.endpoints:
            if endpoint.ready:
                yield _arrow(f"{prefix}dns", ends[endpoint.ip, endpoint.port])
    doors = list(_doors(prefix, strand))
    yield from (_box(door, place, node) for door, place, node in doors)
    for at, (side, spread) in enumerate(strand.routes):
        hub = f"{prefix}s{at}"
        place = f"{authority(strand.cluster_ip or '', strand.port)}/{strand.protocol}"
        yield _box(hub, strand.name, place, strand.app_protocol or "", Route(side, spread).label)
        for door, _place, node in doors:
            if side != "from inside" and (not node or node in (spread.nodes or (node,))):
                yield _arrow(door, hub)
        for share in spread.shares:
            yield _arrow(hub, ends[share.ip, share.port], f"{share.share:.3g}")
        if spread.refused:
            yield _box(f"{hub}x", REFUSALS[spread.refused])
            yield _arrow(hub, f"{hub}x")


def _doors(prefix: str, strand: Strand) -> Iterator[tuple[str, str, str]]:
    """The entrances: ids, places and nodes; no node for those that lead to all of them."""
    for at, each in enumerate(strand.entrances):
        yield f"{prefix}i{at}", authority(each.host, each.port), each.node or ""


def _box(name: str, *lines: str) -> str:
    label = "<br/>".join(_escaped(line) for line in lines if line)
    return f'    {name}["{label}"]'


def _arrow(start: str, end: str, label: str = "") -> str:
    return f'    {start} -- "{_escaped(label)}" --> {end}' if label else f"    {start} --> {end}"


def _escaped(text: str) -> str:
    """On one line, with entity codes, the ampersand's place being taken by a hash.

    So is all that means something in HTML, in Markdown, or anywhere in a diagram (%%{init: ...}%%).
    """
    return "".join(_CODES.get(char, char) for char in one_line(text))
