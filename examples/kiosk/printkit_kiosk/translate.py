"""What Kiosk's bodies mean, both ways. Sends nothing and waits for nothing."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Any

from attrs import frozen
from printkit.errors import (
    AuthenticationError,
    ConflictError,
    NotFoundError,
    ProviderError,
    RejectedError,
    UnreadableAnswerError,
)
from printkit.exchange import Response
from printkit.model import Artwork, Item, Order, OrderRef, OrderStatus, Photo, Recipient
from printkit.paging import Page

from . import statuses, wire

ERRORS: Mapping[int, type[ProviderError]] = {
    401: AuthenticationError,
    404: NotFoundError,
    409: ConflictError,
}


@frozen
class Scope:
    """Whose answers these are, and what to do with words that no table knows."""

    provider: str
    drift: Callable[[str, str], None]
    clean: Callable[[str], str]


# ── Out ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def recipient_body(recipient: Recipient) -> dict[str, str]:
    """Kiosk has one line of street."""
    street = ", ".join(line for line in (recipient.line1, recipient.line2) if line)
    found = (recipient.name, street, recipient.city, recipient.postal_code, recipient.country)
    return dict(
        zip(
            ("name", "street", "town", "postcode", "country"),
            (each or "" for each in found),
            strict=True,
        )
    )


def prints_body(photos: Sequence[Photo]) -> list[dict[str, Any]]:
    """One print for each photo."""
    return [
        {"size": photo.sku, "image": photo.artwork[0].url, "count": photo.copies}
        for photo in photos
    ]


def prints_of(order: Order) -> list[dict[str, Any]]:
    """The same of an order that was read, to be compared."""
    return [
        {"size": item.provider_sku, "image": item.artwork[0].url, "count": item.copies}
        for item in order.items
    ]


# ── In ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def read_order(answer: Response, scope: Scope) -> Order:
    """One order."""
    return order(wire.read_order(answer.body), scope, answer.body)


def read_page(answer: Response, scope: Scope) -> Page[Order]:
    """A page of orders; they are whole."""
    found = wire.read_listed(answer.body)
    return Page(
        tuple(order(each, scope) for each in found.orders),
        None if found.next is None else str(found.next),
    )


def order(given: wire.Order, scope: Scope, body: bytes = b"") -> Order:
    """A word that no table knows is UNKNOWN, and told: it never becomes a neighbouring one."""
    status = statuses.ORDER.get(given.state, OrderStatus.UNKNOWN)
    if status is OrderStatus.UNKNOWN:
        scope.drift("status", given.state)
    to = given.to
    return Order(
        OrderRef(scope.provider, given.id),
        status,
        provider_status=given.state,
        reference=given.reference,
        recipient=Recipient(
            to.name, line1=to.street, city=to.town, postal_code=to.postcode, country=to.country
        ),
        items=tuple(
            Item(
                each.id,
                each.size,
                each.size,
                each.count,
                status,
                artwork=(Artwork(url=each.image),),
            )
            for each in given.prints
        ),
        created=None if given.created is None else given.created.astimezone(UTC),
        body=body,
    )


def refusal(answer: Response, scope: Scope) -> ProviderError:
    """The error for an answer that is not 2xx."""
    try:
        said = wire.read_refused(answer.body).error
    except UnreadableAnswerError:
        said = None
    text = scope.clean(said) if isinstance(said, str) and said else f"HTTP {answer.status}"
    return ERRORS.get(answer.status, RejectedError)(text, status=answer.status)
