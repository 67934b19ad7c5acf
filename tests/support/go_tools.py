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
    return _kept(module, module / "go.mod", sorted(module.iterdir()), partial(_build_tool, module))


def go_program(module: Path, pins: Path) -> Path:
    """The program of a module, made of what one of several pairs of files pins.

    Args:
        module: The module's folder.
        pins: What stands in for its go.mod, such as ``versions/1.31.mod``; a ``.sum`` is beside it.

    Raises:
        ClusterError: There is no suitable Go.
        subprocess.CalledProcessError: The build failed; Go has said why.
    """
    sources = [*sorted(module.glob("*.go")), pins, pins.with_suffix(".sum")]
    what = f"{module.name} for {pins.stem}"
    return _kept(module, pins, sources, partial(_build, module, [f"-modfile={pins}"], ["."], what))


def _kept(module: Path, pins: Path, sources: list[Path], build: "partial[None]") -> Path:
    go = toolchain.find(pins)
    digest = hashlib.sha256(go.version.encode())
    for file in sources:
        digest.update(file.read_bytes())
    target = cache.folder(module.name) / digest.hexdigest()[:12] / module.name
    return cache.kept(target, partial(build, go.path))


def _build_tool(module: Path, go: str, target: Path) -> None:
    listing = [go, "list", "-f", "{{.ImportPath}}", "tool"]
    # It warns where there is no tool; what is really wrong, the build says again.
    tools = subprocess.check_output(
        listing, cwd=module, env=_environment(), stderr=subprocess.DEVNULL, text=True
    ).split()
    _build(module, [], tools, module.name, go, target)


def _build(
    module: Path, options: list[str], packages: list[str], what: str, go: str, target: Path
) -> None:
    progress = Progress(f"Building {what} from source", "once; usually a few minutes")
    flags = ["-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", *options]
    command = [go, "build", *flags, "-o", str(target), *packages]
    subprocess.run(command, cwd=module, env=_environment(), check=True)
    progress.finish("done")


def _environment() -> dict[str, str]:
    return {**os.environ, **toolchain.ENVIRONMENT}
