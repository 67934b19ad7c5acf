"""What can be written as port strings: valid ones of every kind, and text that is nearly one."""

from hypothesis import strategies as st

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
PORT = st.integers(1, 65535)
LENGTH = st.integers(1, 40)
SIGNS = st.sampled_from(["", "!", "#", "^"])
PROTOCOLS = st.sampled_from(["", "/tcp", "/udp", "/sctp"])
ODD = st.sampled_from([*"!#^@:/=-.,; \n\t\0+_%", "\u0660", "\uff18", "\xb2", "\u2013", "A", "0"])


@st.composite
def labels(draw: st.DrawFn, longest: int = 63) -> str:
    """A DNS label (RFC 1123)."""
    ends = st.sampled_from(LETTERS + DIGITS)
    inner = draw(st.text(LETTERS + DIGITS + "-", max_size=longest - 2))
    return draw(ends) + (inner + draw(ends) if draw(st.booleans()) else "")


@st.composite
def service_names(draw: st.DrawFn) -> str:
    """The name of a container port, as IANA has it: a letter in it, no two dashes in a row."""
    parts = draw(st.lists(st.text(LETTERS + DIGITS, min_size=1, max_size=4), max_size=2))
    place = draw(st.integers(0, len(parts)))
    parts.insert(place, draw(st.sampled_from(LETTERS)) + draw(st.text(DIGITS, max_size=3)))
    return "-".join(parts)


@st.composite
def hosts(draw: st.DrawFn) -> str:
    """A DNS name that is not an IPv4 address."""
    host = ".".join(draw(st.lists(labels(longest=20), min_size=1, max_size=5)))
    return host if any(char in LETTERS for char in host) else f"{host}.example"


@st.composite
def ranges(draw: st.DrawFn, length: int) -> str:
    """That many ports in a row."""
    first = draw(st.integers(1, 65535 - length + 1))
    if length == 1 and draw(st.booleans()):
        return str(first)
    return f"{first}-{first + length - 1}"


@st.composite
def mapped_strings(draw: st.DrawFn) -> str:
    """A string with ports in it."""
    sign = draw(SIGNS)
    length = draw(st.one_of(st.just(1), LENGTH))
    parts = [draw(ranges(length))]
    if draw(st.booleans()):
        named = length == 1 and draw(st.booleans())
        parts.append(draw(service_names() if named else ranges(length)))
        if sign in ("!", "^") and draw(st.booleans()):
            parts.insert(0, draw(ranges(length)))
    longest = 63 if length == 1 else 57  # a range puts "-" and the port behind it
    name = draw(st.one_of(st.just(""), labels(longest).map(lambda label: f"{label}=")))
    return f"{sign}{name}{':'.join(parts)}{draw(PROTOCOLS)}"


@st.composite
def mutated_strings(draw: st.DrawFn) -> str:
    """A valid string with a few characters taken out, put in or repeated."""
    text = draw(port_strings)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        upto = draw(st.integers(at, min(len(text), at + 3)))
        text = (
            text[:at] + draw(st.one_of(st.just(""), ODD, st.just(text[at:upto] * 2))) + text[upto:]
        )
    return text


port_strings = st.one_of(
    mapped_strings(), mapped_strings(), hosts().map(lambda host: f"@{host}"), st.just("#")
)
"""Valid strings of every kind."""

any_text = st.one_of(
    mutated_strings(),
    st.text(max_size=300),
    st.text("!#^@:/=-.0189aZ ", max_size=30),
)
"""Text of every kind, most of it invalid."""
