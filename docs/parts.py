"""Parts of pages that programs write, each between two marks. Knows no page."""

BEGIN, END = "<!-- {}: written by {} -->\n", "<!-- end of {} -->\n"


def with_part(text: str, name: str, part: str, *, by: str) -> str:
    """The page with a part in its place; ``by`` is the program that writes it.

    Raises:
        ValueError: the page has no such place.
    """
    before, begin, rest = text.partition(BEGIN.format(name, by))
    _, end, after = rest.partition(END.format(name))
    if not begin or not end:
        raise ValueError(f"the page has no place for {name}")
    return f"{before}{begin}\n{part}\n{end}{after}"
