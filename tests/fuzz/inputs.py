"""Endless inputs for the parser: strings, nearly strings and noise, the same for the same seed."""

from collections.abc import Iterator
from random import Random

CORPUS = (
    "80",
    "80:8080",
    "80:http",
    "https=443:8443",
    "53/udp",
    "!53:5353/udp",
    "9899:9900/sctp",
    "8000-8003",
    "8000-8003:9000-9003",
    "1-65535",
    "rtp=5004-5005/udp",
    "!80:8080",
    "!30080:80:8080",
    "!web=30080:80:http",
    "!30000-30001:80-81:8080-8081/tcp",
    "^80:8080",
    "^dns=30053:53:dns/udp",
    "#80:80",
    "#",
    "@db.example.com",
    "@1.2.3.4.in-addr.arpa",
    "@192.0.2.10",
    "@db.example.com.",
    "@127.1",
    "@0x7f000001",
    "@www.localhost",
    "80:8080/http",
    "!443:8443/https",
    "50051/grpc",
    "80/h2c",
    "80/tcp+kubernetes.io/wss",
    "80/tcp+TCP",
    "53/udp+example.com/a_b.C-1",
    "8000-8003/ws",
    "80/tcp+" + "p" * 253 + "/" + "n" * 63,
    "!" + "w" * 63 + "=10000-10000:20000-20000:abcdefghijklmno/sctp+" + "p" * 253 + "/" + "N" * 63,
    "80-8080=80:8080",
    "53-53-udp=53/udp",
    "80-80:90-90",
    "w" * 63 + "=80",
    "w" * 57 + "=80-81",
    "@" + ".".join(["d" * 63] * 3 + ["d" * 61]),
)
TOKENS = (
    *"!#^@:=/-.,; +_0123456789azAZ",
    *(
        "--",
        "::",
        "==",
        "//",
        "..",
        "00",
        "080",
        "65535",
        "65536",
        "99999",
        "100000",
        "1e3",
        "0x50",
    ),
    *("80", "443", "8080", "30080", "8000-8003", "9000-9003", "5-4", "1-65535"),
    *("/http", "/grpc", "/h2c", "/tcp+", "/udp+", "example.com/", "kubernetes.io/h2c", "localhost"),
    *("/tcp", "/udp", "/sctp", "/TCP", "http", "web=", "a-1-b", "db.example.com", "192.0.2.1"),
    *("\t", "\n", "\0", "\x7f", "\x85", "\xa0", "\xb2", "\xdf", "\u0130", "\u0131", "\u017f"),
    *("\u0660", "\u200b", "\u2013", "\u2028", "\u202e", "\u2460", "\uff18", "\uff1a", "\ufeff"),
    *("\ud800", "\udfff", "e\u0301", "\U0001d7d8", "\U0001f600", "\U0010ffff"),
)
_LONG = 427  # what the API server lets through
_VERY_LONG = 10_000


def inputs(random: Random) -> Iterator[str]:
    """Inputs without end."""
    makers = (_mutated, _assembled, _noise, _long, _very_long)
    weights = (500, 350, 100, 45, 5)
    while True:
        for make in random.choices(makers, weights, k=1000):
            yield make(random)


def _mutated(random: Random) -> str:
    """A string of the corpus with a few places changed; at times, crossed with another."""
    text = random.choice(CORPUS)
    if random.random() < 0.1:
        other = random.choice(CORPUS)
        text = text[: random.randint(0, len(text))] + other[random.randint(0, len(other)) :]
    for _ in range(random.randint(0, 3)):
        at = random.randint(0, len(text))
        upto = min(len(text), at + random.randint(0, 3))
        middle = random.choice(("", random.choice(TOKENS), text[at:upto] * 2))
        text = text[:at] + middle + text[upto:]
    return text


def _assembled(random: Random) -> str:
    """A string by the rules of the grammar, of parts that may break them."""
    length = random.choice((1, 1, 1, 2, 4, 1000))
    parts = [_ports(random, length) for _ in range(random.choice((1, 2, 2, 3, 3, 4)))]
    if random.random() < 0.3:
        parts[-1] = _word(random, 16)
    name = _word(random, 65) + "=" if random.random() < 0.3 else ""
    protocol = random.choice(("", "", "", "/tcp", "/udp", "/sctp", "/", "/icmp", "/http", "/wss"))
    if random.random() < 0.2:
        protocol = f"{random.choice(('/tcp', '/udp', '/h2c'))}+{_app_protocol(random)}"
    if random.random() < 0.1:
        return "@" + ".".join(_word(random, 65) for _ in range(random.randint(1, 8)))
    return random.choice(("", "!", "#", "^")) + name + ":".join(parts) + protocol


def _ports(random: Random, length: int) -> str:
    """Mostly as many ports as asked, at times one more."""
    first = random.choice((random.randint(1, 65535), random.randint(0, 70000)))
    last = first + length - (random.random() > 0.02)
    return str(first) if last == first and random.random() < 0.9 else f"{first}-{last}"


def _word(random: Random, longest: int) -> str:
    letters = "abcxyz0189-" if random.random() < 0.9 else "abAB01-_. \xdf\u0660"
    return "".join(random.choices(letters, k=random.randint(0, longest)))


def _app_protocol(random: Random) -> str:
    prefix = ".".join(_word(random, 65) for _ in range(random.randint(1, 6))) + "/"
    name = "".join(random.choices("abAB01-_.", k=random.randint(0, 65)))
    return random.choice(("", prefix)) + name


def _noise(random: Random) -> str:
    """Any characters of Unicode at all, halves of surrogate pairs too."""
    highest = random.choice((0x7F, 0xFF, 0xFFFF, 0x10FFFF))
    return "".join(chr(random.randint(0, highest)) for _ in range(random.randint(0, 30)))


def _long(random: Random) -> str:
    return _repeated(random, random.randint(_LONG // 2, _LONG))


def _very_long(random: Random) -> str:
    return _repeated(random, random.randint(_LONG, _VERY_LONG))


def _repeated(random: Random, length: int) -> str:
    """A few tokens over and over, at times behind the beginning of something right."""
    pattern = "".join(random.choices(TOKENS, k=random.randint(1, 3)))
    start = random.choice(("", "", "80:", "!", "@", "80/", "web=", "!30080:80:", "1-"))
    end = random.choice(("", "", "A", "=80", "/udp", ":80"))
    return (start + pattern * length)[: length - len(end)] + end
