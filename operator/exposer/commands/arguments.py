"""What a command reads from its arguments; a wrong one ends with status 2.

Only what the commands themselves read: names and labels are the API server's to judge.
"""

from argparse import ArgumentTypeError

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
