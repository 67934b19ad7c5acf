"""The cluster is a project of its own: it can be copied out of this repository as it is."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_no_file_tells_of_the_project_around_it() -> None:
    # Split, as this is one of the files.
    name = b"expo" + b"ser"
    files = [path for path in ROOT.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert [path for path in files if name in path.read_bytes().lower()] == []
