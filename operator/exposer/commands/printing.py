"""How the commands print: tables as kubectl's, YAML that kubectl reads as it is meant, JSON.

Whatever it is goes out through ``show``: a terminal takes no commands from the cluster.
"""

import dataclasses
import json
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import yaml

from exposer.printable import one_line, same_lines


def show(text: object) -> None:
    """Print the text, and a line break if there is none at its end."""
    _show(text, sys.stdout)


def tell(text: object) -> None:
    """The same, on stderr."""
    _show(text, sys.stderr)


def _show(text: object, stream: TextIO) -> None:
    print(same_lines(str(text).removesuffix("\n")), file=stream)


def table(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """The lines of a table; a column without any content is left out."""
    columns = [[*map(one_line, column)] for column in zip(*rows, strict=True) if any(column)]
    padded = [[cell.ljust(max(map(len, column))) for cell in column] for column in columns]
    return [indent + "   ".join(line).rstrip() for line in zip(*padded, strict=True)]


def as_yaml(body: Mapping[str, Any]) -> str:
    """One YAML document."""
    return yaml.dump(body, Dumper=_Dumper, sort_keys=False)


def as_json(value: Any) -> str:
    """A JSON document; of records, the fields as Kubernetes spells them."""
    return json.dumps(_plain(value), indent=2) + "\n"


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        names = (each.name for each in dataclasses.fields(value))
        return {_camel(name): _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value


def _camel(name: str) -> str:
    """``cluster_ips`` as ``clusterIPs``."""
    camel = re.sub("_(.)", lambda found: found[1].upper(), name)
    return re.sub("Ip(s?)$", r"IP\1", camel)


class _Dumper(yaml.SafeDumper):
    """Quotes texts that kubectl's reader takes for numbers or booleans, and PyYAML's doesn't."""


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[0-9.]+[eE][-+]?[0-9]+$|0[bo]"), list("0123456789")
)
_Dumper.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"[ynYN]$"), list("ynYN"))
