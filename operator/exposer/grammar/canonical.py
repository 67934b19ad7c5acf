"""PortString -> its one spelling."""

from exposer.grammar.nodes import SIGN_OF, WORD_OF, PortString, Protocol


def canonical(string: PortString) -> str:
    """The shortest string with that meaning; parsing it gives an equal PortString."""
    sign = SIGN_OF[string.kind]
    if string.host is not None:
        return sign + string.host
    if string.ports is None:
        return sign
    name = "" if string.name is None else f"{string.name}="
    return f"{sign}{name}{_mapping(string)}{_protocol(string)}"


def _mapping(string: PortString) -> str:
    if string.node_ports is not None:
        return f"{string.node_ports}:{string.ports}:{string.target}"
    if string.target == string.ports:
        return str(string.ports)
    return f"{string.ports}:{string.target}"


def _protocol(string: PortString) -> str:
    """With the slash; nothing for TCP that says no more."""
    transport = string.protocol.lower()
    if string.app_protocol is None:
        return "" if string.protocol is Protocol.TCP else f"/{transport}"
    if string.protocol is Protocol.TCP and string.app_protocol in WORD_OF:
        return f"/{WORD_OF[string.app_protocol]}"
    return f"/{transport}+{string.app_protocol}"
