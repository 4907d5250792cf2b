"""Which operation answers which method and path. Knows no operation's rules.

Paths: reference/pwinty-api.md section 7; matched without regard to case or a trailing slash (section 2).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, final

from attrs import frozen

from . import issues, listings, orders, photos
from .calls import Call
from .state import Workshop

Operation = Callable[[Workshop, Call], object]


@final
@frozen
class Route:
    """One operation, its path below the prefix, and the empty item that it answers errors with."""

    method: str
    path: str
    operation: Operation
    empty: str
    older: bool = False
    """Not in the v2.5 document; older clients use it."""

    def matches(self, segments: Sequence[str]) -> Mapping[str, str] | None:
        """The path's variable segments by name, or None when this is another path."""
        pattern = self.path.split("/")
        if len(pattern) != len(segments):
            return None
        words: dict[str, str] = {}
        for wanted, given in zip(pattern, segments, strict=True):
            if wanted.startswith("{"):
                words[wanted[1:-1]] = given
            elif wanted != given.lower():
                return None
        return words


ROUTES: Final = (
    Route("GET", "orders", orders.listed, "nothing"),
    Route("POST", "orders", orders.create, "order"),
    Route("GET", "orders/{order}", orders.get, "order"),
    Route("PUT", "orders/{order}", orders.update, "order"),
    Route("DELETE", "orders/{order}", orders.delete, "nothing", older=True),
    Route("GET", "orders/{order}/submissionstatus", orders.submission_status, "submission"),
    Route("POST", "orders/{order}/status", orders.set_status, "nothing"),
    Route("GET", "orders/{order}/logs", orders.logs, "nothing", older=True),
    Route("GET", "orders/{order}/photos", photos.listed, "nothing"),
    Route("POST", "orders/{order}/photos", photos.add, "photo"),
    Route("POST", "orders/{order}/photos/batch", photos.add_batch, "batch"),
    Route("GET", "orders/{order}/photos/{photo}", photos.get, "photo"),
    Route("DELETE", "orders/{order}/photos/{photo}", photos.delete, "nothing"),
    Route("GET", "orders/{order}/issues", issues.listed, "nothing"),
    Route("POST", "orders/{order}/issues", issues.create, "issue"),
    Route("GET", "orders/{order}/issues/{issue}", issues.get, "issue"),
    Route("PUT", "orders/{order}/issues/{issue}", issues.update, "issue"),
    Route("GET", "catalogue", listings.no_products, "catalogue"),
    Route("GET", "catalogue/{country}", listings.no_products, "catalogue"),
    Route("GET", "catalogue/{country}/{quality}", listings.products, "catalogue"),
    Route("GET", "country", listings.countries, "nothing"),
)


def of_path(segments: Sequence[str], *, older: bool) -> list[tuple[Route, Mapping[str, str]]]:
    """Every route of this path, whatever its method."""
    return [(route, words) for route in ROUTES if (older or not route.older) and (words := route.matches(segments)) is not None]
