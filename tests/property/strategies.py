"""What can be written as port strings: valid ones of every kind, and text that is nearly one."""

from hypothesis import strategies as st

LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
PORT = st.integers(1, 65535)
LENGTH = st.integers(1, 40)
SIGNS = st.sampled_from(["", "!", "#", "^"])
TRANSPORTS = st.sampled_from(["/tcp", "/udp", "/sctp"])
APP_PROTOCOL_WORDS = st.sampled_from(["/http", "/https", "/grpc", "/h2c", "/ws", "/wss"])
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
def app_protocols(draw: st.DrawFn) -> str:
    """A qualified name: one that there is a word for, or any."""
    known = ["http", "TCP", "h2c", "kubernetes.io/h2c", "kubernetes.io/ws", "example.com/a_b.C"]
    if draw(st.booleans()):
        return draw(st.sampled_from(known))
    prefix = draw(st.one_of(st.just(""), hosts().map(lambda host: f"{host.rstrip('.')}/")))
    ends = st.text(LETTERS + LETTERS.upper() + DIGITS, min_size=1, max_size=9)
    return prefix + draw(ends) + draw(st.text("a-_.", max_size=45)) + draw(ends)


@st.composite
def protocols(draw: st.DrawFn) -> str:
    """What may stand behind the ports, with its slash."""
    return draw(
        st.one_of(
            st.just(""),
            TRANSPORTS,
            APP_PROTOCOL_WORDS,
            st.builds(lambda transport, app: f"{transport}+{app}", TRANSPORTS, app_protocols()),
        )
    )


@st.composite
def hosts(draw: st.DrawFn) -> str:
    """A DNS name that neither ends in a number nor in localhost; at times with a dot at its end."""
    host = ".".join(draw(st.lists(labels(longest=20), min_size=1, max_size=5)))
    last = host.rpartition(".")[2]
    safe = host if last[0] in LETTERS and last != "localhost" else f"{host}.example"
    return safe + draw(st.sampled_from(["", "", "."]))


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
    return f"{sign}{name}{':'.join(parts)}{draw(protocols())}"


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
