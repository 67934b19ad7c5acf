"""Service and EndpointSlices -> the facts that a diagnosis starts from."""

import ipaddress
from collections.abc import Sequence

from exposer.observed import ObjectRecord
from exposer.observed.pods import UNSEEN, BackingPods
from exposer.status.diagnosis import Facts
from exposer.status.endpoints import endpoints_in
from exposer.status.kinds import kind_of
from exposer.status.load_balancer import load_balancer_errors
from exposer.status.ports import ingress_rows, port_rows


def facts_of(
    service: ObjectRecord | None,
    slices: Sequence[ObjectRecord],
    backing: BackingPods = UNSEEN,
    warning: str = "",
) -> Facts:
    """What is known of a Service.

    Args:
        service: The Service of a request; None while there is none.
        slices: Its EndpointSlices.
        backing: The pods behind it, where somebody has looked.
        warning: The newest that a load balancer controller says of it, where somebody has looked.
    """
    if service is None:
        return Facts(backing=backing)
    spec, load_balancer = service.body["spec"], service.body["loadBalancer"]
    ports = port_rows(spec)
    families = spec.get("ipFamilies") or ()
    addresses = (each for each in spec.get("clusterIPs") or () if each != "None")
    return Facts(
        kind=kind_of(spec),
        selector=spec.get("selector"),
        ports=ports,
        endpoints=endpoints_in(
            slices, {(each.name, each.protocol.value) for each in ports}, families
        ),
        families=families,
        cluster_ips={f"IPv{ipaddress.ip_address(each).version}": each for each in addresses},
        ingress=ingress_rows(load_balancer),
        load_balancer_errors=load_balancer_errors(service.body["conditions"], load_balancer),
        load_balancer_warning=warning,
        service_name=service.key.name,
        backing=backing,
    )
