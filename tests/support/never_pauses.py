"""``exposer``, but that it puts back at once whatever others change, however often they do."""

import sys
from datetime import timedelta

from exposer.commands import main
from exposer.observed import Key
from exposer.repairs import Repairs


def _no_pause(self: Repairs, key: Key) -> timedelta:
    return timedelta()


def _uncontested(self: Repairs, key: Key) -> str:
    return ""


Repairs.pause = _no_pause  # type: ignore[method-assign]
Repairs.contested = _uncontested  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(main())
