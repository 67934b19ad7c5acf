"""python -m demo up|down."""

import sys

from demo.commands import main

sys.exit(main(sys.argv[1:]))
