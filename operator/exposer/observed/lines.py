"""Who comes first where several requests want what only one can have. Pure."""

from bisect import bisect_left
from collections.abc import Set as AbstractSet

from exposer.observed.records import Claim, Key, RequestRecord

_Place = tuple[str, str, Key]
"""A request's seniority and its key: they sort as requests stand in line."""

_NOWHERE: AbstractSet[Claim] = frozenset()


class Lines:
    """The requests in line for each node port, ClusterIP or name of a Service, the oldest first.

    Each is concerned by the one right before it only. So whoever comes or goes touches one other,
    the one right behind, however long the line is.
    """

    def __init__(self) -> None:
        """Start without anybody."""
        self._lines: dict[Claim, list[_Place]] = {}
        self._known: dict[Key, tuple[_Place, AbstractSet[Claim]]] = {}

    def stand(
        self, request: RequestRecord, claims: AbstractSet[Claim]
    ) -> tuple[set[Key], set[Key]]:
        """Let the request stand in line for these claims, and for no others.

        Returns:
            The requests that are the first now, and those that have another one right before them.
        """
        place = (*request.seniority, request.key)
        before, known = self._known.pop(request.key, (place, _NOWHERE))
        kept = known & claims if before == place else _NOWHERE
        behind = {claim: self._leave(claim, before) for claim in known - kept}
        behind |= {claim: self._join(claim, place) for claim in claims - kept}
        if claims:
            self._known[request.key] = place, claims
        touched = {(key, key == self.first(claim)) for claim, key in behind.items() if key}
        return {key for key, first in touched if first}, {
            key for key, first in touched if not first
        }

    def claims_of(self, request: Key) -> AbstractSet[Claim]:
        """What the request stands in line for."""
        return self._known[request][1] if request in self._known else _NOWHERE

    def first(self, claim: Claim) -> Key | None:
        """Who is the first in line, if there is a line."""
        line = self._lines.get(claim)
        return line[0][-1] if line else None

    def before(self, request: RequestRecord, claim: Claim) -> Key | None:
        """Who stands, or would stand, right before the request; None if it is the first."""
        line = self._lines.get(claim, [])
        index = bisect_left(line, (*request.seniority, request.key))
        return line[index - 1][-1] if index else None

    def _join(self, claim: Claim, place: _Place) -> Key | None:
        line = self._lines.setdefault(claim, [])
        index = bisect_left(line, place)
        line.insert(index, place)
        return line[index + 1][-1] if index + 1 < len(line) else None

    def _leave(self, claim: Claim, place: _Place) -> Key | None:
        line = self._lines[claim]
        index = bisect_left(line, place)
        del line[index]
        if not line:
            del self._lines[claim]
        return line[index][-1] if index < len(line) else None
