"""Each owned object's name, given that of the Service."""


def slice_name(service_name: str, address_type: str) -> str:
    """The EndpointSlice for one IP family, ``IPv4`` or ``IPv6``."""
    return f"{service_name}-exposer-{address_type.lower()}"
