"""``exposer parse``: whole outputs and exit statuses."""

import pytest

from exposer.commands import main


@pytest.mark.parametrize(
    ("strings", "table"),
    [
        pytest.param(
            ["80:http", "https=443:8443"],
            """\
STRING           KIND        NAME      NODE-PORT   PORT   TARGET   PROTOCOL
80:http          ClusterIP   80-http   <none>      80     http     TCP
https=443:8443   ClusterIP   https     <none>      443    8443     TCP
""",
            id="cluster IP",
        ),
        pytest.param(
            ["!30080:80:http", "!53:5353/udp"],
            """\
STRING           KIND       NAME          NODE-PORT               PORT   TARGET   PROTOCOL
!30080:80:http   NodePort   80-http       30080                   80     http     TCP
!53:5353/udp     NodePort   53-5353-udp   picked by the cluster   53     5353     UDP
""",
            id="node port",
        ),
        pytest.param(
            ["^30080:80:8080", "^443"],
            """\
STRING           KIND           NAME      NODE-PORT               PORT   TARGET   PROTOCOL
^30080:80:8080   LoadBalancer   80-8080   30080                   80     8080     TCP
^443             LoadBalancer   443-443   picked by the cluster   443    443      TCP
""",
            id="load balancer",
        ),
        pytest.param(
            ["#80"],
            """\
STRING   KIND       NAME    NODE-PORT   PORT   TARGET   PROTOCOL
#80      Headless   80-80   <none>      80     80       TCP
""",
            id="headless",
        ),
        pytest.param(
            ["#"],
            """\
STRING   KIND       NAME     NODE-PORT   PORT     TARGET                  PROTOCOL
#        Headless   <none>   <none>      <none>   the pods, on any port   <none>
""",
            id="headless without ports",
        ),
        pytest.param(
            ["@db.example.com"],
            """\
STRING            KIND           NAME     NODE-PORT   PORT     TARGET           PROTOCOL
@db.example.com   ExternalName   <none>   <none>      <none>   db.example.com   <none>
""",
            id="external name",
        ),
        pytest.param(
            ["80/http", "50051/tcp+kubernetes.io/h2c", "53/udp"],
            """\
STRING                        CANONICAL   KIND        NAME          NODE-PORT   PORT    TARGET   \
PROTOCOL   APP-PROTOCOL
80/http                       80/http     ClusterIP   80-80         <none>      80      80       \
TCP        http
50051/tcp+kubernetes.io/h2c   50051/h2c   ClusterIP   50051-50051   <none>      50051   50051    \
TCP        kubernetes.io/h2c
53/udp                        53/udp      ClusterIP   53-53-udp     <none>      53      53       \
UDP        <none>
""",
            id="appProtocols",
        ),
        pytest.param(
            ["!1-2:3-4:5-6", "!7-8"],
            """\
STRING         KIND       NAME         NODE-PORT               PORT   TARGET   PROTOCOL
!1-2:3-4:5-6   NodePort   3-5 to 4-6   1-2                     3-4    5-6      TCP
!7-8           NodePort   7-7 to 8-8   picked by the cluster   7-8    7-8      TCP
""",
            id="a range of node ports is one row",
        ),
        pytest.param(
            ["rtp=500-501/udp", "80-83:90-93"],
            """\
STRING            KIND        NAME                 NODE-PORT   PORT      TARGET    PROTOCOL
rtp=500-501/udp   ClusterIP   rtp-500 to rtp-501   <none>      500-501   500-501   UDP
80-83:90-93       ClusterIP   80-90 to 83-93       <none>      80-83     90-93     TCP
""",
            id="a range is one row",
        ),
        pytest.param(
            ["80:80/tcp", "443"],
            """\
STRING      CANONICAL   KIND        NAME      NODE-PORT   PORT   TARGET   PROTOCOL
80:80/tcp   80          ClusterIP   80-80     <none>      80     80       TCP
443         443         ClusterIP   443-443   <none>      443    443      TCP
""",
            id="canonical spelling",
        ),
    ],
)
def test_strings_are_explained(
    strings: list[str], table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["parse", *strings])
    assert (status, *capsys.readouterr()) == (0, table, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            ["80:"],
            """\
spec.ports[0]: no target behind ":"
  80:
     ^
write a port or the name of a container port, such as "80:8080" or "80:http", or leave out the ":"
""",
            id="one string",
        ),
        pytest.param(
            ["0", "80", "53/UDP"],
            """\
spec.ports[0]: port 0 is too small
  0
  ^
a port is 1 to 65535

spec.ports[2]: unknown protocol "UDP"
  53/UDP
     ^^^
write "udp", or "tcp+UDP" for the appProtocol "UDP"
""",
            id="two strings",
        ),
        pytest.param(
            ["80", "!443"],
            """\
spec.ports[1]: "!443" is NodePort, but spec.ports[0] "80" is ClusterIP
  !443
  ^^^^
all strings of a request are of one kind: make a request for each kind
""",
            id="two kinds",
        ),
        pytest.param(
            ["-80"],
            """\
spec.ports[0]: no number at this end of the range of ports
  -80
  ^
write a number from 1 to 65535
""",
            id="negative number",
        ),
        pytest.param(
            ["80:80:\ud800\n"],
            """\
spec.ports[0]: a ClusterIP string has no node port, so at most two parts
  80:80:\\ud800\\n
  ^^
write a port and a target: "80:8080"
""",
            id="bytes that are no text, and a line break",
        ),
        pytest.param(
            ["8" * 10_000],
            f"""\
spec.ports[0]: the string is 10000 characters long
  …{"8" * 121}…
{" " * 63}^
a port string has at most 427
""",
            id="far too long",
        ),
        pytest.param(
            ["@db.example.com", "--selector", "app=web"],
            'spec.selector does not go with "@db.example.com": an ExternalName is a DNS name '
            "and nothing else; leave out spec.selector\n",
            id="a selector without pods",
        ),
    ],
)
@pytest.mark.parametrize("output", ["table", "yaml", "json"])
def test_wrong_strings_are_told_and_nothing_is_printed(
    arguments: list[str], message: str, output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["parse", *arguments, "-o", output])
    assert (status, *capsys.readouterr()) == (1, "", message)


def test_a_string_behind_two_dashes_is_no_option(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["parse", "--", "-80:http"])
    assert (status, capsys.readouterr().err.partition("\n")[0]) == (
        1,
        "spec.ports[0]: no number at this end of the range of ports",
    )


def test_the_help_says_how_to_quote(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["parse", "--help"])
    assert "Put each string in single quotes" in capsys.readouterr().out


@pytest.mark.parametrize("output", ["table", "yaml", "json"])
def test_what_may_be_meant_otherwise_is_noted_and_no_error(
    output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["parse", "!30090:8080", "-o", output])
    printed, noted = capsys.readouterr()
    assert (status, bool(printed), noted) == (
        0,
        True,
        'Note: spec.ports[0]: "!30090:8080" leaves the node port to the cluster; did you mean '
        '"!30090:8080:8080"?\n',
    )
