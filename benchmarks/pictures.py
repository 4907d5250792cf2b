"""Which pictures the documentation has of the figures. Draws none."""

from collections.abc import Mapping, Sequence

PICTURES: Mapping[str, Sequence[tuple[str, str]]] = {
    "calls": (("cpu", "Processor time of a call, against tuned aiohttp"),),
    "decode": (("cpu", "Processor time of decoding an order, against code written by hand"),),
    "orders": (("cpu", "Processor time of whole orders, against plain aiohttp"), ("wall", "Time of whole orders, against plain aiohttp")),
    "bulk": (("wall", "Time of a change, against a plain loop"),),
    "import": (("milliseconds", "Milliseconds of an import"),),
}
"""By case: the clock of each picture, and what the picture shows, in words."""


def name_of(case: str, clock: str) -> str:
    """A picture's file."""
    return f"benchmarks-{case}-{clock}.svg"
