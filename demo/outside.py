"""A machine beside the demo's nodes: the servers outside that the sample with addresses is for.

It ends with the cluster.

    python -m demo.outside STATE-FOLDER PORT ADDRESS...
"""

import os
import select
import sys
from pathlib import Path

from localcluster import build
from localcluster.layout import Layout
from localcluster.network import Network
from localcluster.system.locks import holder

_NAME = "db"


def main(folder: str, port: str, *addresses: str) -> None:
    """Be that machine, and answer with its name on a port of all its addresses."""
    layout = Layout(Path(folder))
    supervisor = holder(layout.supervisor_lock)
    if supervisor is None:
        sys.exit(f"No cluster is running in {folder}.")
    serve = [str(build.built(build.ECHO)), "serve", f"--http={port}"]
    with (
        Network.read(layout).host(_NAME, *addresses) as host,
        host.popen(["env", f"POD_NAME={_NAME}", *serve]) as server,
    ):
        select.select([os.pidfd_open(supervisor), os.pidfd_open(server.pid)], [], [])
        server.kill()
        _, errors = server.communicate()
        print(errors, end="", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
