"""The operations on orders: get, list, create, update, validate, change status, logs. Knows no HTTP.

Rules: seed 004 ("Orders"); reference/pwinty-api.md sections 7.1 to 7.6, 7.18 and 8.
"""

import itertools
from datetime import timedelta
from typing import Final

from . import answers, progress
from .answers import Json
from .calls import Call, order_of
from .catalogue import PRO, quality_level
from .countries import COUNTRIES
from .options import Options
from .refusals import bad, forbidden
from .state import ADDRESS, Order, OrderState, PaymentOption, Workshop
from .submission import next_status, validate
from .values import Members, filled, flag, one_of, text, whole

_STATES: Final[tuple[OrderState, ...]] = ("NotYetSubmitted", "Submitted", "AwaitingPayment", "Complete", "Cancelled")
_PAYMENTS: Final[tuple[PaymentOption, ...]] = ("InvoiceMe", "InvoiceRecipient")
_METHODS: Final = ("CHEAPEST", "PRIORITY")


def get(workshop: Workshop, call: Call) -> Json:
    """``GET /Orders/{id}``."""
    return answers.order(order_of(workshop, call), workshop.options, call.now)


def listed(workshop: Workshop, call: Call) -> list[Json]:
    """``GET /Orders``: a bare array, newest first."""
    options = workshop.options
    count, offset = _count(call, options), whole(call.query, "offset")
    if offset is not None and offset < 0:
        raise bad("offset must not be below 0")
    state = _state_filter(call)
    visible = call.now - timedelta(seconds=options.lookup_lag)
    found = (
        order
        for order in workshop.books.newest_first(call.merchant, filled(call.query, "merchantOrderId"))
        if (state is None or order.state == state) and order.created <= visible
    )
    start = offset or 0
    return [
        answers.order(order, options, call.now, thin=options.thin_lists and order.editable)
        for order in itertools.islice(found, start, start + count)
    ]


def _count(call: Call, options: Options) -> int:
    count = whole(call.query, "count")
    if count is None:
        return min(100, options.largest_count)
    if count < 1 or (count > options.largest_count and options.count_too_large == "refused"):
        raise bad(f"count must be between 1 and {options.largest_count}")
    return min(count, options.largest_count)


def _state_filter(call: Call) -> str | None:
    given = filled(call.query, "orderStatus")
    if given is None:
        return None
    state = one_of(_STATES, given)
    if state is None:
        raise bad(f"Status {given} is not valid")
    return state


def create(workshop: Workshop, call: Call) -> Json:
    """``POST /Orders``."""
    order = _new_order(workshop, call)
    workshop.books.enter(order)
    progress.order_created(workshop, order, call.now)
    return answers.order(order, workshop.options, call.now, fresh=frozenset({"created", "lastUpdated"}))


def _new_order(workshop: Workshop, call: Call) -> Order:
    members, options = call.members, workshop.options
    country = _country(members, "countryCode")
    if country is None:
        raise bad("countryCode is required")
    if options.left_out_recipient_name == "refused" and filled(members, "recipientName") is None:
        raise bad("recipientName is required")
    destination = _country(members, "destinationCountryCode") or _default(options, "destinationCountryCode", country)
    if destination in options.no_route_to:
        raise bad(f"There are no shipping rates available from {country} to {destination}")
    payment = _payment(members, options)
    numbers = workshop.books.numbers
    return Order(
        merchant=call.merchant,
        address={name: text(members, name) for name in ADDRESS},
        country=country,
        destination=destination,
        reference=text(members, "merchantOrderId"),
        shipping_method=_shipping_method(members, options),
        tracked=flag(members, "useTrackedShipping"),
        payment=payment,
        quality=_quality(members, options),
        invoice_currency=text(members, "invoiceCurrency"),
        created=call.now,
        payment_url=options.payment_url.format(reference=next(numbers.payments)) if payment == "InvoiceRecipient" else None,
        id=next(numbers.orders),
    )


def _default(options: Options, name: str, value: str) -> str:
    if options.left_out == "refused":
        raise bad(f"{name} is required")
    return value


def _country(members: Members, name: str) -> str | None:
    given = filled(members, name)
    if given is None:
        return None
    code = given.strip().upper()
    if code not in COUNTRIES:
        raise bad(f"Country with code {given} not found")
    return code


def _payment(members: Members, options: Options) -> PaymentOption:
    given = filled(members, "payment") or _default(options, "payment", "InvoiceMe")
    for option in _PAYMENTS:
        if option.lower() == given.strip().lower():
            return option
    raise bad(f"Payment {given} is not valid")


def _quality(members: Members, options: Options) -> str:
    given = filled(members, "qualityLevel") or _default(options, "qualityLevel", PRO)
    found = quality_level(given.strip())
    if found is None:
        raise bad(f"QualityLevel {given} not found")
    return found


def _shipping_method(members: Members, options: Options) -> str | None:
    given = text(members, "preferredShippingMethod")
    if given and options.unknown_shipping_method == "refused" and one_of(_METHODS, given) is None:
        raise bad(f"preferredShippingMethod {given} is not valid")
    return given


def update(workshop: Workshop, call: Call) -> Json:
    """``PUT /Orders/{id}``: the six members of the recipient, and only before submission."""
    order = order_of(workshop, call)
    if not order.editable:
        raise forbidden("Only orders in state NotYetSubmitted can be updated")
    left_out_stay = workshop.options.put_left_out == "keeps"
    order.address = {
        name: order.address[name] if left_out_stay and name.lower() not in call.members else text(call.members, name) for name in ADDRESS
    }
    order.updated = call.now
    workshop.ledger.record("order updated", order.id)
    return answers.order(order, workshop.options, call.now, fresh=frozenset({"lastUpdated"}))


def submission_status(workshop: Workshop, call: Call) -> Json:
    """``GET /Orders/{id}/SubmissionStatus``: works in every state."""
    order = order_of(workshop, call, "Order with the specified id was not found")
    return answers.submission_status(order, validate(order, workshop.options), workshop.options)


def set_status(workshop: Workshop, call: Call) -> Json:
    """``POST /Orders/{id}/Status``."""
    order = order_of(workshop, call, "Order with the specified id was not found")
    progress.set_state(workshop, order, next_status(order, text(call.members, "status") or "", workshop.options), call.now)
    return answers.succeeded({}, workshop.options)


def delete(workshop: Workshop, call: Call) -> Json:
    """``DELETE /Orders/{id}``: cancels, as it did in the first versions."""
    order = order_of(workshop, call)
    progress.set_state(workshop, order, next_status(order, "Cancelled", workshop.options), call.now)
    return answers.succeeded({}, workshop.options)


def logs(workshop: Workshop, call: Call) -> Json:
    """``GET /Orders/{id}/Logs``."""
    return answers.logs(order_of(workshop, call).logs)
