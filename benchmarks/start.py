"""What a start costs in memory and CPU, beside Services of everybody else.

python -m benchmarks.start [--services N] [--bytes N] [--python PATH ...]
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

from localcluster import Cluster
from tests.support.operator_process import install, operator_kubeconfig
from tests.support.proxied import free_port
from tests.support.space import Space, administrator

_THREADS = 8  # clients at once
_ROUNDS = 3


def main(arguments: Sequence[str]) -> int:
    """Measure each interpreter's exposer in turns, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start")
    parser.add_argument("--services", type=int, default=1000, help="(default: 1000)")
    parser.add_argument("--bytes", type=int, default=0, help="annotations of each (default: 0)")
    parser.add_argument("--python", nargs="*", default=[sys.executable], help="with exposer in it")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, Cluster.start() as cluster:
        install(cluster)
        _fill(cluster, options.services, options.bytes)
        kubeconfig = operator_kubeconfig(cluster)
        print(f"a start beside {options.services} Services with {options.bytes} B of annotations")
        print(f"{'CPU s':>8}{'peak MB':>9}{'at rest MB':>12}{'seconds':>9}")
        for _ in range(_ROUNDS):
            for python in options.python:
                log = Path(folder) / "log"
                print(_measured(python, kubeconfig, log), python, flush=True)
    return 0


def _fill(cluster: Cluster, count: int, size: int) -> None:
    """Create Services, in all spaces at once; a space's client is one thread's."""
    spaces = [Space(administrator(cluster), cluster, f"bench-{n}") for n in range(_THREADS)]
    metadata = {"annotations": {"example.com/large": "x" * size}} if size else {}

    def work(space: Space, share: range) -> None:
        for number in share:
            spec = {"ports": [{"port": 80}], "selector": {"app": f"web-{number}"}}
            space.create("Service", f"web-{number}", metadata=metadata, spec=spec)

    with ThreadPoolExecutor(len(spaces)) as threads:
        list(threads.map(work, spaces, [range(n, count, _THREADS) for n in range(_THREADS)]))


def _measured(python: str, kubeconfig: Path, log: Path) -> str:
    port = free_port()
    began = time.monotonic()
    with log.open("ab") as output:
        process = subprocess.Popen(
            [python, "-P", "-m", "exposer", "run", f"--listen=127.0.0.1:{port}"],
            stdout=output,
            stderr=output,
            env={"KUBECONFIG": str(kubeconfig)},
        )
    try:
        while process.poll() is None and not _is_ready(port):
            time.sleep(0.05)
        seconds = time.monotonic() - began
        if process.poll() is not None:
            return f"it ended: {process.returncode}"
        time.sleep(2)
        return f"{_cpu(process.pid):8.2f}{_memory(process.pid, 'VmHWM'):9.0f}" + (
            f"{_memory(process.pid, 'VmRSS'):12.0f}{seconds:9.1f}"
        )
    finally:
        process.terminate()
        process.wait()


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _cpu(pid: int) -> float:
    """User and system time, in seconds (proc(5): in ticks of 10 ms)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def _memory(pid: int, field: str) -> float:
    """Of /proc/PID/status, in MB."""
    found = re.search(
        rf"^{field}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE
    )
    assert found is not None
    return int(found[1]) / 1024


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
