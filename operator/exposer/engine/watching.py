"""kopf's watches -> the intake.

An event handler writes nothing into the objects, and gets no more than the changes: what is listed
goes the way of ``lists``.
"""

from typing import Any

import kopf

from exposer.engine.intake import Intake
from exposer.engine.watched import RESOURCES, Resource


def watch(registry: kopf.OperatorRegistry, intake: Intake) -> None:
    """Register with kopf for the changes of all that is watched."""
    for resource in RESOURCES:
        _register(registry, intake, resource)


def _register(registry: kopf.OperatorRegistry, intake: Intake, resource: Resource) -> None:
    group, version, plural, kind = resource

    @kopf.on.event(group, version, plural, id=f"seen-{plural}", registry=registry)
    async def seen(event: kopf.RawEvent, **_: Any) -> None:
        if event["type"] == "DELETED":
            intake.drop(kind, event["object"])
        else:
            intake.put(kind, event["object"])
