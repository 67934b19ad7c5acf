"""Programs that tests need and systems don't package: built from their Go modules, once."""

import hashlib
import os
import subprocess
from functools import partial
from pathlib import Path

from localcluster.build import cache, toolchain
from localcluster.build.progress import Progress

_MODULES = Path(__file__).resolve().parents[1] / "install" / "tools"


def go_tool(name: str) -> Path:
    """The tool that the go.mod in the folder of its name names, or else the program in there.

    go.sum pins what it is made of.

    Raises:
        ClusterError: There is no suitable Go.
        subprocess.CalledProcessError: The build failed; Go has said why.
    """
    module = _MODULES / name
    go = toolchain.find(module / "go.mod")
    digest = hashlib.sha256(go.version.encode())
    for file in sorted(module.iterdir()):
        digest.update(file.read_bytes())
    target = cache.folder(name) / digest.hexdigest()[:12] / name
    return cache.kept(target, partial(_build, go.path, module))


def _build(go: str, module: Path, target: Path) -> None:
    environment = {**os.environ, **toolchain.ENVIRONMENT}
    listing = [go, "list", "-f", "{{.ImportPath}}", "tool"]
    # It warns where there is no tool; what is really wrong, the build says again.
    tools = subprocess.check_output(
        listing, cwd=module, env=environment, stderr=subprocess.DEVNULL, text=True
    ).split()
    progress = Progress(f"Building {module.name} from source", "once; usually a few minutes")
    flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w"]
    subprocess.run(
        [go, "build", *flags, "-o", str(target), *tools], cwd=module, env=environment, check=True
    )
    progress.finish("done")
