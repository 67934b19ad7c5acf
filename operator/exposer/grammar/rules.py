"""What the strings of one request owe each other: one kind, no duplicates, not too many ports."""

from collections.abc import Callable, Hashable, Sequence

from exposer.grammar.errors import (
    DuplicatePortError,
    Fault,
    InvalidPortStringError,
    MixedKindsError,
    PortStringError,
    PortStringErrors,
)
from exposer.grammar.nodes import Kind, PortMapping, PortString
from exposer.grammar.parse import parse

MAX_PORTS = 1000  # of one request, ranges spelled out


def parse_all(texts: Sequence[str]) -> tuple[PortString, ...]:
    """Read the strings of one request.

    Raises:
        PortStringErrors: One or more strings can't be read, or they don't go together.
    """
    strings: list[PortString] = []
    errors: list[PortStringError] = []
    for index, text in enumerate(texts):
        try:
            strings.append(parse(text, index))
        except InvalidPortStringError as error:
            errors.append(error)
    if errors:
        raise PortStringErrors(tuple(errors))
    for rule in (_one_kind, _alone, _not_too_many, _no_duplicates):
        broken = rule(texts, strings)
        if broken is not None:
            raise PortStringErrors((broken,))
    return tuple(strings)


def _one_kind(texts: Sequence[str], strings: Sequence[PortString]) -> PortStringError | None:
    for index, string in enumerate(strings):
        if string.kind is not strings[0].kind:
            return MixedKindsError(
                _whole(
                    index,
                    texts,
                    f'"{texts[index]}" is {string.kind}, but spec.ports[0] "{texts[0]}" '
                    f"is {strings[0].kind}",
                    "all strings of a request are of one kind: make a request for each kind",
                )
            )
    return None


def _alone(texts: Sequence[str], strings: Sequence[PortString]) -> PortStringError | None:
    """``@host`` and ``#`` say all there is to say about a Service."""
    for index, string in enumerate(strings):
        if string.ports is None and len(strings) > 1:
            what = "has no ports" if string.kind is Kind.HEADLESS else "is the whole Service"
            other = 0 if index else 1
            return InvalidPortStringError(
                _whole(
                    index,
                    texts,
                    f'"{texts[index]}" {what}, but spec.ports[{other}] is "{texts[other]}"',
                    f'"{texts[index]}" stands alone in its request',
                )
            )
    return None


def _not_too_many(texts: Sequence[str], strings: Sequence[PortString]) -> PortStringError | None:
    total = 0
    for index, string in enumerate(strings):
        total += len(string.ports.numbers) if string.ports else 0
        if total > MAX_PORTS:
            return InvalidPortStringError(
                _whole(
                    index,
                    texts,
                    f"with this string the request has {total} ports",
                    f"a request has at most {MAX_PORTS}: spread them over several",
                )
            )
    return None


def _no_duplicates(texts: Sequence[str], strings: Sequence[PortString]) -> PortStringError | None:
    """The three uniqueness rules of core/v1 ValidateService for spec.ports."""
    seen: list[dict[Hashable, int]] = [{} for _ in _CLAIMS]
    for index, string in enumerate(strings):
        for mapping in string.mappings:
            for (claim, what, remedy), holders in zip(_CLAIMS, seen, strict=True):
                claimed = claim(mapping)
                if claimed is None:
                    continue
                other = holders.setdefault(claimed, index)
                if other != index:
                    problem = f'{what(mapping)} is in spec.ports[{other}] "{texts[other]}" already'
                    return DuplicatePortError(_whole(index, texts, problem, remedy))
    return None


_Claim = tuple[Callable[[PortMapping], Hashable | None], Callable[[PortMapping], str], str]
_CLAIMS: tuple[_Claim, ...] = (
    (
        lambda mapping: (mapping.port, mapping.protocol),
        lambda mapping: f"port {mapping.port}/{mapping.protocol}",
        "a port can be there only once for each protocol: change the port or leave one string out",
    ),
    (
        lambda mapping: mapping.node_port and (mapping.node_port, mapping.protocol),
        lambda mapping: f"node port {mapping.node_port}/{mapping.protocol}",
        "a node port leads to one port a protocol: change one of the two",
    ),
    (
        lambda mapping: mapping.name,
        lambda mapping: f'the name "{mapping.name}"',
        'each port has a name of its own: change one, as in "web=80:8080"',
    ),
)


def _whole(index: int, texts: Sequence[str], problem: str, remedy: str) -> Fault:
    return Fault(index, texts[index], 0, len(texts[index]), problem, remedy)
