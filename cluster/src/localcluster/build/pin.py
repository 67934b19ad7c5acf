"""Pins a version of Kubernetes: writes the go.mod and go.sum of its minor version.

k8s.io/kubernetes is no library: its go.mod takes the modules that are released with it (client-go
and so on) from folders beside it. Here each is replaced by its own release of the same number.
Where the module proxy doesn't serve that, the newest older patch release takes its place.

    python -m localcluster.build.pin 1.37.2
"""

import json
import os
import subprocess
import sys
from typing import Any

from localcluster.build.toolchain import ENVIRONMENT
from localcluster.build.versions import FOLDER

__all__ = ["main"]

_KUBERNETES = "k8s.io/kubernetes"
_ETCD_CLIENT = "go.etcd.io/etcd/client/v3"
_ETCD_SERVER = "go.etcd.io/etcd/server/v3"


def main(version: str) -> None:
    """Pin a version, such as 1.37.2.

    Raises:
        subprocess.CalledProcessError: There is no such version, or Go failed; it has said why.
    """
    version = version.removeprefix("v")
    major, minor, patch = version.split(".")
    downloaded = json.loads(_go("mod", "download", "-json", f"{_KUBERNETES}@v{version}"))
    upstream = json.loads(_go("mod", "edit", "-json", downloaded["GoMod"]))
    beside = [
        each["Old"]["Path"]
        for each in upstream["Replace"]
        if each["New"]["Path"].startswith("./staging/")
    ]
    (etcd,) = (each["Version"] for each in upstream["Require"] if each["Path"] == _ETCD_CLIENT)
    replaced = (f"\t{path} => {path} {_served(path, int(minor), int(patch))}\n" for path in beside)
    module = FOLDER / f"{major}.{minor}.mod"
    module.write_text(
        "module controlplane\n\n"
        f"go {upstream['Go']}\n\n"
        f"require (\n\t{_ETCD_SERVER} {etcd}\n\t{_KUBERNETES} v{version}\n)\n\n"
        f"replace (\n{''.join(replaced)})\n"
    )
    module.with_suffix(".sum").unlink(missing_ok=True)
    _go("mod", "tidy", f"-modfile={module}", folder=str(FOLDER.parent))
    print(f"Pinned {module}.")


def _served(path: str, minor: int, patch: int) -> str:
    """The newest release of a module, up to a patch version, that the module proxy serves."""
    for older in range(patch, -1, -1):
        version = f"v0.{minor}.{older}"
        if "Error" not in _tried("mod", "download", "-json", f"{path}@{version}"):
            if older != patch:
                print(f"{path} v0.{minor}.{patch} isn't served: {version} takes its place.")
            return version
    raise LookupError(f"The module proxy serves no release of {path} for minor version {minor}.")


def _tried(*arguments: str) -> dict[str, Any]:
    done = subprocess.run(
        ["go", *arguments], cwd="/", env=_environment(), stdout=subprocess.PIPE, check=False
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _go(*arguments: str, folder: str = "/") -> str:
    command = ["go", *arguments]
    return subprocess.run(
        command, cwd=folder, env=_environment(), stdout=subprocess.PIPE, text=True, check=True
    ).stdout


def _environment() -> dict[str, str]:
    return {**os.environ, **ENVIRONMENT}


if __name__ == "__main__":
    main(*sys.argv[1:])
