"""The documentation says what the plan does."""

from docs.transitions import PAGE, page
from exposer.plan.foreign import ONLY_IF_DESIRED


def test_the_page_about_transitions_has_the_rows_that_the_tests_expect() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(lambda case: case.row)


def test_the_page_about_conflicts_has_the_fields_that_are_put_back() -> None:
    text = (PAGE.parent / "conflicts.md").read_text(encoding="utf-8")
    rows = [line for line in text.splitlines() if "put back" in line or "taken out" in line]
    assert [field for field in ONLY_IF_DESIRED if f"`{field}`" not in "".join(rows)] == []
