"""Survey -> what keeps the traffic from arriving, in the words of the request's status."""

from exposer.explained.survey import Survey
from exposer.grammar import Kind
from exposer.observed import trimmed_object
from exposer.observed.records import is_of_an_earlier
from exposer.status.diagnosis import Facts, Finding, diagnosis
from exposer.status.service_facts import facts_of as facts_of_service


def facts_of(survey: Survey) -> Facts:
    """What stands, as a diagnosis wants it."""
    if survey.service is None:
        return Facts(backing=survey.backing)
    service = trimmed_object("Service", survey.service)
    slices = [trimmed_object("EndpointSlice", body) for body in survey.slices]
    own = [record for record in slices if not is_of_an_earlier(record, service.uid)]
    return facts_of_service(service, own, survey.backing)


def findings_of(survey: Survey) -> tuple[Finding, ...]:
    """What is wrong with the endpoints."""
    return () if survey.kind is Kind.EXTERNAL_NAME else diagnosis(facts_of(survey))
