"""What nodes with containers, and their images, need of the machine."""

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

__all__ = ["CNI_PLUGINS", "explained", "missing"]

CNI_PLUGINS = [Path("/usr/lib/cni", name) for name in ("host-local", "loopback", "ptp")]
"""The programs that connect pods, where Debian has them: not on PATH."""

_PACKAGES: Mapping[str, str] = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    **{str(plugin): "containernetworking-plugins" for plugin in CNI_PLUGINS},
    "curl": "curl",
    "iptables": "iptables",
    "nft": "nftables",
    "ip": "iproute2",
    "ldd": "libc-bin",
    "mount": "mount",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
}
"""Programs, and the Debian packages that have them."""


def missing() -> str | None:
    """Why there can't be nodes with containers here, in a sentence; None if there can."""
    lacking = [program for program in _PACKAGES if shutil.which(program) is None]
    return explained(sys.platform, os.geteuid(), lacking)


def explained(platform: str, user: int, lacking: Sequence[str]) -> str | None:
    """The sentence for a system, a user's id, and the programs that it lacks."""
    if platform != "linux":
        return "Nodes with containers need Linux."
    if user != 0:
        return "Nodes with containers need root's rights."
    if not lacking:
        return None
    packages = sorted({_PACKAGES[program] for program in lacking})
    return (
        f"Nodes with containers need {', '.join(lacking)}. On Debian: "
        f"apt-get install --no-install-recommends {' '.join(packages)}"
    )
