"""Writing files that other programs read: complete or not at all, and private."""

import os
import tempfile
from pathlib import Path

__all__ = ["write_private"]


def write_private(path: Path, content: bytes) -> Path:
    """Write a file that only its owner may read, by renaming a finished one into place.

    mkstemp creates files with mode 0600. Set afterwards, there would be a moment in which other
    users could open the file.
    """
    descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
    return Path(unfinished).replace(path)
