"""What a command reads from its arguments; a wrong one ends with status 2.

Only what the commands themselves read: names and labels are the API server's to judge.
"""

from argparse import ArgumentParser, ArgumentTypeError
from re import fullmatch

from exposer.api.domain import DOMAIN
from exposer.api.request import SERVICE_NAME
from exposer.grammar.errors import quoted


def service_name(text: str) -> str:
    """A name that a Service may have (RFC 1035; core/v1 ValidateServiceName)."""
    if not SERVICE_NAME.fullmatch(text):
        raise ArgumentTypeError(
            f"{quoted(text)} is not the name of a Service: write at most 63 characters of a-z, "
            '0-9 and "-", with a letter at the beginning and no "-" at the end'
        )
    return text


def object_name(text: str) -> str:
    """A name that an object may have (RFC 1123), and that is one step of a path."""
    if not fullmatch("[a-z0-9]([-.a-z0-9]*[a-z0-9])?", text):
        raise ArgumentTypeError(f"{quoted(text)} is not a name that an object may have")
    return text


def cluster_domain(text: str) -> str:
    """What a cluster's DNS names end in."""
    if not DOMAIN.fullmatch(text):
        raise ArgumentTypeError(
            f'{quoted(text)} is not a cluster domain: write a DNS name such as "cluster.local"'
        )
    return text


def selector(text: str) -> dict[str, str]:
    """Labels as ``key=value,key=value``."""
    labels: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.partition("=")
        if not key or not equals:
            raise ArgumentTypeError(
                f'{quoted(part)} is not a label: write key=value, as in "app=web,tier=front"'
            )
        if key in labels:
            raise ArgumentTypeError(f"{quoted(key)} is there twice: leave one out")
        labels[key] = value
    return labels


def converted_service(text: str) -> str:
    """The name of a Service, as kubectl takes it: ``svc/web`` or ``web``."""
    kind, slash, name = text.rpartition("/")
    if slash and kind not in ("svc", "service", "services"):
        raise ArgumentTypeError(f"{quoted(text)} is not a Service: write svc/NAME")
    return service_name(name)


def add_cluster_to(parser: ArgumentParser) -> None:
    """Add the options that say which cluster and namespace are meant, as kubectl has them."""
    parser.add_argument(
        "-n",
        "--namespace",
        type=object_name,
        metavar="NAME",
        help="the namespace (default: that of the kubeconfig's context)",
    )
    add_kubeconfig_to(parser)


def add_kubeconfig_to(parser: ArgumentParser) -> None:
    """Add the options that say which cluster is meant, as kubectl has them."""
    parser.add_argument(
        "--kubeconfig",
        metavar="FILE",
        help="the kubeconfig (default: KUBECONFIG, the Pod's ServiceAccount, ~/.kube/config)",
    )
    parser.add_argument("--context", metavar="NAME", help="the context of the kubeconfig")
