"""One request as an operation sees it: who calls, the query, the body, and the order that it names. Knows no operation.

Which call takes which id: reference/gooten-api.md section 4.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, cast, final

from attrs import frozen

from printkit.emulator.bodies import Body

from .options import BodyForm
from .refusals import Entry, RefusedError, bad
from .state import Order, Workshop
from .values import Fields, objects

_DIGITS: Final = re.compile(r"\s*[0-9]{1,12}\s*", re.ASCII)


@final
@frozen
class Call:
    """What an operation is given."""

    account: str
    words: Mapping[str, str]
    """The path's variable segments by name, percent-decoded."""
    query: Mapping[str, object]
    """In lower case."""
    body: Body
    now: datetime
    keyed: bool
    """Whether a billing key came in the query, and was right."""

    def asked(self) -> Fields:
        """The query."""
        return Fields(self.query, "", [])

    def said(self, path: str = "") -> Fields:
        """The body, whose members have paths that begin so."""
        return Fields(self.body.members, path, [])

    def entries(self, form: BodyForm, found: list[Entry]) -> list[Fields]:
        """The flat objects of a body whose form nobody knows (reference section 20).

        Raises:
            RefusedError: it is of a form that the options do not take.
        """
        values, seen = self._values()
        if form not in {"any", seen} or not values:
            raise bad("Items", "The request body is not in the correct format.")
        return list(objects(values, "Items", found))

    def _values(self) -> tuple[list[object], BodyForm]:
        if self.body.entries is not None:
            return list(self.body.entries), "array"
        listed = self.body.members.get("items")
        if isinstance(listed, list):
            return cast(list[object], listed), "items"
        return ([dict(self.body.members)] if self.body.members else []), "object"


def order_by_safe_id(workshop: Workshop, call: Call, *, lag: float = 0.0) -> Order | None:
    """The caller's order of the query's ``id``, unless it is younger than ``lag`` seconds."""
    order = workshop.books.by_safe_id(call.asked().text("id"))
    if order is None or order.account != call.account:
        return None
    return order if order.created + timedelta(seconds=lag) <= call.now else None


def order_by_gooten_id(workshop: Workshop, call: Call) -> Order:
    """The caller's order of the query's ``orderId``.

    Raises:
        RefusedError: there is none, or it is not a number.
    """
    given = call.asked().text("orderId")
    if not given.strip():
        raise bad("OrderId", "'Order Id' should not be empty.", given)
    order: Order | None = None
    if _DIGITS.fullmatch(given):
        order = workshop.books.by_gooten_id(int(given))
    elif workshop.options.safe_id_for_gooten_id == "accepted":
        order = workshop.books.by_safe_id(given)
    else:
        raise bad("OrderId", f"The value '{given}' is not valid for Order Id.", given)
    if order is None or order.account != call.account:
        raise RefusedError("unknown id", Entry("OrderId", "Order was not found.", given))
    return order
