"""Survey -> the target ports that no container declares: a hint, as declaring is optional."""

from collections.abc import Iterator

from exposer.explained.places import listed
from exposer.explained.survey import Survey


def undeclared_targets(survey: Survey) -> Iterator[str]:
    """A sentence for the ports whose target is a number that no container declares.

    Nothing where the containers declare no port at all: then nobody meant to say anything.
    """
    declared = {(port.number, port.protocol) for pod in survey.backing.pods for port in pod.ports}
    if not declared:
        return
    missing = [
        f"{port['targetPort']}/{port['protocol']}"
        for port in survey.ports
        if isinstance(port["targetPort"], int)
        and (port["targetPort"], port["protocol"]) not in declared
    ]
    if missing:
        there = [f"{number}/{protocol}" for number, protocol in sorted(declared)]
        yield (
            f"no container declares port {listed(tuple(dict.fromkeys(missing)))}; they declare "
            f"{listed(there)}. A port need not be declared, but check that the pods listen there"
        )
