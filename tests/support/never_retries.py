"""``exposer``, but for retries: what it does in time it was woken for."""

import sys
from datetime import timedelta

from exposer.commands import main
from exposer.observed import Key
from exposer.workers import WorkQueue

_add_after = WorkQueue.add_after


def _add_changes_after(
    self: WorkQueue, key: Key, delay: timedelta, *, is_retry: bool = False
) -> None:
    if not is_retry:
        _add_after(self, key, delay)


WorkQueue.add_after = _add_changes_after  # type: ignore[method-assign]

if __name__ == "__main__":
    sys.exit(main())
