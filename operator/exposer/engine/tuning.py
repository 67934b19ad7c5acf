"""Every kopf setting that is not left at its default, and why."""

import kopf

from exposer.api.identity import MANAGED_BY, MANAGED_BY_LABEL


def tuned_settings() -> kopf.OperatorSettings:
    """The settings of the operator."""
    settings = kopf.OperatorSettings()
    ours = f"{MANAGED_BY_LABEL}={MANAGED_BY}"

    # The resources are known and stay; finding them at run time would need rights on CRDs.
    settings.scanning.disabled = True
    # kopf's events tell of its handlers; ours tell of the request, on transitions only.
    settings.posting.enabled = False
    # Replicas are kept apart by a Lease, not by kopf's own custom resource.
    settings.peering.standalone = True
    # Lists come in pages, as client-go's do: neither side holds all Services as one text.
    settings.watching.chunk_size = 500
    # The cluster copies the label of our Services to the endpoints it makes for them, so that the
    # endpoints of everybody else never reach us.
    settings.watching.label_selectors["", "v1", "endpoints"] = ours
    settings.watching.label_selectors["discovery.k8s.io", "v1", "endpointslices"] = ours
    # An API server that says when to come back knows better than a table of ours.
    settings.networking.enforce_retry_after = True
    return settings
