"""What the API server is asked, by verb and resource, while nothing happens.

On a cluster of its own, by the API server's own metric: without the operator, and with it beside
requests that have converged, of which a part has no pods.
"""

import argparse
import re
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

from localcluster import Cluster
from tests.support.operator_process import OperatorProcess, install, operator_kubeconfig
from tests.support.space import Space, administrator

_LINE = re.compile(r"^apiserver_request_total\{(.*)\} (\S+)$", re.MULTILINE)


def main() -> None:
    """Print a table of the calls in a while."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--without-pods", type=int, default=300, help="of these (default: 300)")
    parser.add_argument("--seconds", type=int, default=300, help="for how long (default: 300)")
    options = parser.parse_args()
    with Cluster.start() as cluster, tempfile.TemporaryDirectory() as folder:
        install(cluster)
        api = administrator(cluster)
        space = Space(api, cluster, "rest")
        space.create_deployment("web", replicas=2, ports=[])
        log = Path(folder) / "log"
        kubeconfig = operator_kubeconfig(cluster)
        with OperatorProcess(kubeconfig, log, "--lease=exposer-system/exposer") as operator:
            for number in range(options.requests):
                selector = {"app": "none" if number < options.without_pods else "web"}
                space.expose("80", name=f"web-{number}", selector=selector)
            for number in range(options.requests):
                space.until_ready(f"web-{number}")
            space.until_endpoints(f"web-{options.requests - 1}", 2, 2)
            print(f"{options.requests} requests, {options.without_pods} of them without pods")
            with_it = _during(cluster, options.seconds)
            assert operator.stop() == 0
        without = _during(cluster, options.seconds)
        api.close()
    print(f"{'in ' + str(options.seconds) + ' s':40}{'with':>8}{'without':>9}")
    for call in sorted(set(with_it) | set(without)):
        print(f"{call:40}{with_it[call]:8}{without[call]:9}")


def _during(cluster: Cluster, seconds: int) -> Counter[str]:
    time.sleep(60)  # what the last change led to is over
    before = _calls(cluster)
    time.sleep(seconds)
    return _calls(cluster) - before


def _calls(cluster: Cluster) -> Counter[str]:
    command = [str(cluster.kubectl), f"--kubeconfig={cluster.kubeconfig}", "get", "--raw=/metrics"]
    counted: Counter[str] = Counter()
    for labels, value in _LINE.findall(subprocess.check_output(command, text=True)):
        label = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        if label["resource"]:
            counted[f"{label['verb']} {label['resource']}"] += int(float(value))
    return counted


if __name__ == "__main__":
    main()
