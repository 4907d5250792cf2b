"""The operations that read orders: one, found, billed. Changes nothing.

Rules: seed 000 ("Retrieve your order images"); reference/gooten-api.md sections 8.2, 8.3 and 8.11.
"""

import math
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from . import answers, prices
from .calls import Call, order_by_gooten_id, order_by_safe_id
from .money import Json, currency
from .refusals import Entry, RefusedError, bad
from .state import Order, Workshop
from .values import Fields

_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})([T ].*)?", re.ASCII)
_LARGEST_PAGE: Final = 100
_USUAL_PAGE: Final = 25


def get(workshop: Workshop, call: Call) -> Json:
    """``GET orders``: the artwork only with ``withImages=true``."""
    asked = call.asked()
    found = order_by_safe_id(workshop, call, lag=workshop.options.read_lag)
    if found is None:
        raise RefusedError("unknown order", Entry("Id", "Order was not found.", asked.text("id")))
    return answers.order(found, workshop.options, images=asked.text("withImages").strip().lower() in {"true", "1"})


def search(workshop: Workshop, call: Call) -> Json:
    """``GET ordersearch``: newest first."""
    asked = call.asked()
    size = min(max(asked.whole("pageSize") or _USUAL_PAGE, 1), _LARGEST_PAGE)
    page = max(asked.whole("page") or 1, 1)
    found = list(_found(workshop, call, asked))
    asked.done()
    start = (page - 1) * size if workshop.options.search_page == "number" else page - 1
    return {
        "Orders": [answers.hit(order, workshop.options) for order in found[start : start + size]],
        "TotalPages": math.ceil(len(found) / size),
        "Page": page,
        "HadError": False,
    }


def _found(workshop: Workshop, call: Call, asked: Fields) -> Iterator[Order]:
    first, last = _day(asked, "startDate"), _day(asked, "endDate")
    visible = call.now - timedelta(seconds=workshop.options.lookup_lag)
    for order in workshop.books.newest_first(call.account):
        day = order.created.date()
        if order.created <= visible and (first or day) <= day <= (last or day) and _fits(workshop, order, asked):
            yield order


def _day(asked: Fields, name: str) -> date | None:
    given = asked.text(name).strip()
    if not given:
        return None
    found = _DAY.fullmatch(given)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass
    asked.wrong(f"{name[:1].upper()}{name[1:]}", f"'{given}' is not a date.", given)
    return None


def _fits(workshop: Workshop, order: Order, asked: Fields) -> bool:
    for parameter, member in (("lastName", "LastName"), ("email", "Email"), ("postalCode", "PostalCode")):
        wanted = asked.text(parameter).strip().lower()
        if wanted and wanted not in {address.get(member, "").strip().lower() for address in (order.ship_to, order.billing)}:
            return False
    anything = asked.text("genericValues").strip().lower()
    return not anything or any(anything in value.lower() for value in _values(workshop, order))


def _values(workshop: Workshop, order: Order) -> Iterator[str]:
    """Whatever is tied to an order: names, addresses, telephone, coupon, ids."""
    yield from order.ship_to.values()
    yield f"{order.ship_to.get('FirstName', '')} {order.ship_to.get('LastName', '')}"
    yield from order.billing.values()
    yield from (order.coupon, order.id, str(order.gooten_id))
    if workshop.options.search_finds_source_id:
        yield order.source_id


def billing(workshop: Workshop, call: Call) -> Json:
    """``GET orderbilling``: what the order costs the partner."""
    order = order_by_gooten_id(workshop, call)
    code = call.asked().text("currency")
    shown = order.currency if not code.strip() else currency(code)
    if shown is None:
        raise bad("Currency", f"Currency '{code}' is not supported.", code)
    lines = [prices.line_of(item) for item in order.items]
    subtotal = prices.items_price(lines, shown, partner=True)
    total = subtotal + prices.shipping_price(lines, shown, partner=True)
    return {"HadError": False, "Result": {"OrderSubtotal": shown.written(subtotal), "Total": shown.written(total)}}
