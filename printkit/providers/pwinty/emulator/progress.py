"""What Pwinty's own people do to an order: fetch, get paid, print, ship, complete; and the callbacks about it. Reads no request.

Rules: reference/pwinty-api.md sections 8 (automatic changes) and 10 (callbacks).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from printkit.emulator.clock import Happening
from printkit.emulator.shop import ArtworkWanted, UnknownControlError

from . import dates, pictures, prices
from .state import LogEntry, Order, OrderState, Photo, Shipment, Workshop


def order_created(workshop: Workshop, order: Order, at: datetime) -> None:
    """A new order is in the books."""
    order.logs.append(LogEntry("Order created", "Order created", at))
    workshop.ledger.record("order created", order.reference or "", order.id)
    if workshop.options.callback_on_creation:
        _call_back(workshop, order, at)


_EFFECTS: dict[OrderState, str] = {
    "Submitted": "order submitted",
    "AwaitingPayment": "payment requested",
    "Cancelled": "order cancelled",
    "Complete": "order completed",
}


def set_state(workshop: Workshop, order: Order, state: OrderState, at: datetime) -> None:
    """The order takes another state, is logged and told of; what follows by itself is entered."""
    order.logs.append(LogEntry("Status update", f"Order updated from {order.state} to {state}", at))
    order.state, order.updated = state, at
    workshop.ledger.record(_EFFECTS[state], order.id)
    automatic = workshop.options.automatic
    if state == "Submitted":
        order.shipments = prices.shipments(order, workshop.options, at)
        _later(workshop, at, automatic.allocate_after, lambda when: _if(order, "Submitted", allocate, workshop, when))
    elif state == "AwaitingPayment":
        _later(workshop, at, automatic.pay_after, lambda when: _if(order, "AwaitingPayment", pay, workshop, when))
    _call_back(workshop, order, at)


def _later(workshop: Workshop, at: datetime, seconds: float | None, happening: Happening) -> None:
    if seconds is not None:
        workshop.timers.at(at + timedelta(seconds=seconds), happening)


def _if(order: Order, state: OrderState, step: Callable[[Workshop, Order, datetime], None], workshop: Workshop, at: datetime) -> None:
    if order.state == state:
        step(workshop, order, at)


def pay(workshop: Workshop, order: Order, at: datetime) -> None:
    """The recipient pays, which submits the order."""
    _must_be(order, "AwaitingPayment")
    workshop.ledger.record("payment received", order.id)
    set_state(workshop, order, "Submitted", at)


def allocate(workshop: Workshop, order: Order, at: datetime) -> None:
    """Every shipment gets its id; one callback each. Those that have one keep it."""
    _must_be(order, "Submitted")
    for shipment in order.shipments or []:
        if shipment.id is None:
            shipment.id = next(workshop.books.numbers.shipments)
            order.updated = at
            _call_back(workshop, order, at)
    _later(workshop, at, workshop.options.automatic.ship_after, lambda when: _if(order, "Submitted", _ship_next, workshop, when))


def ship(workshop: Workshop, order: Order, shipment: Shipment, at: datetime) -> None:
    """One shipment leaves, with a number if it is tracked; one callback. A shipment that has left stays as it is."""
    _must_be(order, "Submitted")
    if shipment.shipped_on is not None:
        return
    if shipment.id is None:
        shipment.id = next(workshop.books.numbers.shipments)
    shipment.shipped_on = order.updated = at
    if shipment.tracked:
        shipment.number = f"1-UZ-{next(workshop.books.numbers.parcels)}"
        shipment.url = f"https://ashipmentcompany.com/track?id={shipment.number}"
    else:
        shipment.url = ""
    workshop.ledger.record("shipment shipped", order.id, shipment.id)
    _call_back(workshop, order, at)


def ship_some(workshop: Workshop, order: Order, index: int | None, at: datetime) -> None:
    """One shipment leaves, counted from 0, or all of them do."""
    shipments = order.shipments or []
    if index is not None and not 0 <= index < len(shipments):
        raise ValueError(f"order {order.id} has {len(shipments)} shipments")
    for shipment in shipments if index is None else [shipments[index]]:
        ship(workshop, order, shipment, at)


def _ship_next(workshop: Workshop, order: Order, at: datetime) -> None:
    waiting = [shipment for shipment in order.shipments or [] if shipment.shipped_on is None]
    if waiting:
        ship(workshop, order, waiting[0], at)
    automatic = workshop.options.automatic
    if len(waiting) > 1:
        _later(workshop, at, automatic.ship_after, lambda when: _if(order, "Submitted", _ship_next, workshop, when))
    else:
        _later(workshop, at, automatic.complete_after, lambda when: _if(order, "Submitted", complete, workshop, when))


def complete(workshop: Workshop, order: Order, at: datetime) -> None:
    """All is done: shipments that have not left leave now, and the order is ``Complete``."""
    _must_be(order, "Submitted")
    for shipment in order.shipments or []:
        ship(workshop, order, shipment, at)
    set_state(workshop, order, "Complete", at)


def _must_be(order: Order, state: OrderState) -> None:
    if order.state != state:
        raise ValueError(f"order {order.id} is {order.state}, not {state}")


def photo_added(workshop: Workshop, photo: Photo, at: datetime) -> None:
    """A photo is in its order; a URL is fetched by itself if the options say so."""
    workshop.books.photos[photo.id] = photo
    workshop.ledger.record("photo added", photo.order_id, photo.item.name, photo.url or photo.md5 or "")
    if photo.state == "NotYetDownloaded" and photo.url is not None:
        pause = workshop.options.automatic.fetch_after
        if pause is None and workshop.darkroom.fetches(photo.url):
            pause = 0.0
        _later(workshop, at, pause, lambda _: _fetch(workshop, photo))


def _fetch(workshop: Workshop, photo: Photo) -> None:
    """What the configured lists say about the URL; of an address on neither list the picture is fetched, or pretended to be there."""
    if photo.state != "NotYetDownloaded" or photo.url is None or workshop.books.photos.get(photo.id) is not photo:
        return
    if photo.url in workshop.options.not_found_urls:
        photo.state = "FileNotFoundAtUrl"
    elif photo.url in workshop.options.invalid_urls:
        photo.state = "Invalid"
    elif workshop.darkroom.fetches(photo.url):
        workshop.darkroom.wanted.append(ArtworkWanted(str(photo.id), photo.url))
    else:
        photo_fetched(workshop, photo, None)


def photo_fetched(workshop: Workshop, photo: Photo, content: bytes | None) -> None:
    """The picture is there; without its bytes it is taken to be what the merchant said it was."""
    _must_wait(photo)
    if content is None:
        photo.state = "Ok"
        photo.md5 = photo.expected_md5 or pictures.md5_of((photo.url or "").encode("utf-8", "surrogatepass"))
        return
    pictures.develop(workshop, photo, content)


def photo_failed(photo: Photo, state: str) -> None:
    """The picture did not come, or was none."""
    if state not in {"FileNotFoundAtUrl", "Invalid"}:
        raise ValueError("a photo fails as FileNotFoundAtUrl or Invalid")
    _must_wait(photo)
    photo.state = "FileNotFoundAtUrl" if state == "FileNotFoundAtUrl" else "Invalid"


def _must_wait(photo: Photo) -> None:
    if photo.state != "NotYetDownloaded":
        raise ValueError(f"photo {photo.id} is {photo.state}: nothing is to be fetched")


def find_order(workshop: Workshop, number: int) -> Order:
    """The order of this id, whoever owns it.

    Raises:
        UnknownControlError: there is none.
    """
    order = workshop.books.order(number)
    if order is None:
        raise UnknownControlError(f"there is no order {number}")
    return order


def find_photo(workshop: Workshop, number: int) -> Photo:
    """The photo of this id, whoever owns it.

    Raises:
        UnknownControlError: there is none.
    """
    photo = workshop.books.photos.get(number)
    if photo is None:
        raise UnknownControlError(f"there is no photo {number}")
    return photo


def _call_back(workshop: Workshop, order: Order, at: datetime) -> None:
    url = workshop.outbox.to
    if url is None:
        return
    options = workshop.options
    body = {
        options.callback_id: order.id,
        "merchantOrderId": order.reference,
        "environment": options.environment if options.callback_environment == "lower" else options.environment.upper(),
        "timestamp": dates.fresh(at),
        "status": order.state.lower() if options.callback_status == "lower" else order.state,
        "shipments": [
            {
                "items": list(shipment.photo_ids),
                "status": "inProgress" if shipment.shipped_on is None else "shipped",
                "trackingNumber": shipment.number,
                "trackingUrl": shipment.url,
            }
            for shipment in order.shipments or []
            if shipment.id is not None
        ],
    }
    workshop.outbox.put(url, msgspec.json.encode(body), at)
