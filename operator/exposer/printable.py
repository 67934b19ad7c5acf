"""Text that comes from the cluster, made safe to show: it moves no cursor and forges no line.

What is not printable is written out as Python writes it: control characters, line breaks, marks
that turn the direction of text (Unicode's categories "Other" and "Separator", but for the space).
"""


def one_line(text: str, longest: int | None = None) -> str:
    """The text on one line.

    Args:
        text: Any text.
        longest: How many characters are left of a longer text, an ellipsis behind them.
    """
    if longest is not None and len(text) > longest:
        text = f"{text[:longest]}…"
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _written_out(char) for char in text)


def same_lines(text: str) -> str:
    """The text with the line feeds that it has."""
    return "\n".join(map(one_line, text.split("\n")))


def _written_out(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
