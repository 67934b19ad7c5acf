"""The page about transitions says what the tests on the cluster hold."""

from docs.transitions import PAGE, page


def test_the_page_about_transitions_has_the_rows_that_the_tests_expect() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(lambda case: case.row)
