"""Survey -> the chain from outside to the pods, and where it breaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exposer.explained.breaks import Break, breaks_in
from exposer.explained.declared import undeclared_targets
from exposer.explained.findings import facts_of
from exposer.explained.places import listed
from exposer.explained.shares import Spread
from exposer.explained.strands import Strand, strands_of
from exposer.explained.survey import Survey
from exposer.grammar import Kind
from exposer.status.diagnosis import stray_set


@dataclass(frozen=True, slots=True)
class Chain:
    """The way from outside to the pods of one request.

    Attributes:
        type: None while there is no Service.
        external_name: The DNS name that the chain ends in, if it ends in one.
        whole: Whether nothing is in the way.
        ports: The chain port by port, and IP family by IP family.
        breaks: What is in the way.
        remarks: What else to know.
    """

    namespace: str
    name: str
    service: str
    type: Kind | None
    external_name: str | None
    whole: bool
    ports: tuple[Strand, ...]
    breaks: tuple[Break, ...]
    remarks: tuple[str, ...]


def chain_of(survey: Survey) -> Chain:
    """The chain, as far as it goes."""
    strands = strands_of(survey)
    breaks = breaks_in(survey, strands)
    return Chain(
        namespace=survey.request.key.namespace,
        name=survey.request.key.name,
        service=survey.service_name,
        type=survey.kind,
        external_name=survey.spec.get("externalName"),
        whole=not breaks,
        ports=strands,
        breaks=breaks,
        remarks=tuple(_remarks(survey, strands)),
    )


def _remarks(survey: Survey, strands: Sequence[Strand]) -> Iterator[str]:
    yield from survey.gaps
    if survey.kind is Kind.EXTERNAL_NAME:
        yield f"the chain ends in DNS: the name stands for {survey.spec['externalName']}"
    if survey.kind is Kind.HEADLESS:
        yield "there is no ClusterIP: DNS answers with the ready endpoints, and clients choose"
        note = stray_set(facts_of(survey))
        if note:
            yield note
    if survey.spec.get("sessionAffinity") == "ClientIP":
        seconds = survey.spec["sessionAffinityConfig"]["clientIP"]["timeoutSeconds"]
        yield (
            "the shares are those of new clients: one that comes again within "
            f"{seconds} s gets the same endpoint (sessionAffinity ClientIP)"
        )
    if survey.spec.get("loadBalancerSourceRanges"):
        ranges = ", ".join(survey.spec["loadBalancerSourceRanges"])
        yield f"the load balancer lets in clients of {ranges} only"
    yield from _dropping("externalTrafficPolicy", [each.outside for each in strands])
    yield from _dropping("internalTrafficPolicy", [each.inside for each in strands])
    yield from undeclared_targets(survey)
    if any(_is_going(strand) for strand in strands):
        yield "no endpoint is ready: those that shut down get what comes, until they are gone"


def _dropping(policy: str, found: Sequence[Sequence[Spread]]) -> Iterator[str]:
    """Which nodes the policy Local leaves without an endpoint; not those, if all are."""
    nodes = {
        node: None
        for spreads in found
        for spread in spreads
        if spread.refused == "dropped"
        for node in spread.nodes or ()
    }
    if nodes:
        yield (
            f"{listed(tuple(nodes))}: what arrives there is dropped, as no endpoint is there "
            f"({policy} Local)"
        )


def _is_going(strand: Strand) -> bool:
    """Whether it has shares although no endpoint is ready."""
    has_shares = any(spread.shares for spread in (*strand.outside, *strand.inside))
    return has_shares and not any(endpoint.ready for endpoint in strand.endpoints)
