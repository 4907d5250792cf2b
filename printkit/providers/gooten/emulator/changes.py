"""The operations that change items and addresses of an order: artwork, SKU, address, shipping method, personalisation.

Refuses to know statuses' meaning: each call has its own list. Rules: seeds 000 and 001; reference/gooten-api.md sections 8.5 to 8.10.
"""

from collections.abc import Callable, Iterable
from typing import Final, final
from urllib.parse import urlsplit

from attrs import frozen

from . import answers, gates, prices, progress
from .calls import Call, order_by_gooten_id, order_by_safe_id
from .catalogue import Method, method_of
from .countries import supported
from .money import Json
from .options import BodyForm
from .refusals import Entry, RefusedError, bad
from .state import Image, Item, Order, Workshop
from .statuses import CUSTOMIZATION, ORDER_IMAGES, ORDER_ITEMS, SHIPPING
from .submission import address_of, image_space, images_of, read_sku
from .values import Fields, number

_NEW_ADDRESS: Final = ("FirstName", "LastName", "Line1", "City", "PostalCode", "CountryCode")


@final
@frozen
class _Picture:
    """One entry of a body: the picture that an item's print space shall have."""

    item: Item
    space: str
    url: str


def replace_images(workshop: Workshop, call: Call) -> Json:
    """``PUT OrderImages`` (seed 000)."""
    order, options = order_by_gooten_id(workshop, call), workshop.options
    pictures = _pictures(workshop, call, order, options.order_images_body)
    if options.order_images == "all or none":
        gates.items_may(options, (picture.item for picture in pictures), ORDER_IMAGES)
    else:
        pictures = [picture for picture in pictures if picture.item.status in ORDER_IMAGES]
    items = _hang(workshop, order, pictures)
    for item in items:
        if item.status == "ImageIssue" and options.after_image_issue == "moves on":
            progress.set_status(workshop, order, item, "ReadyForImageDl", call.now)
    return {"HadError": False, "UpdatedItems": {"UpdatedOrderItems": [answers.item_number(item, options) for item in items]}}


def _pictures(workshop: Workshop, call: Call, order: Order, form: BodyForm) -> list[_Picture]:
    found: list[Entry] = []
    pictures = [picture for entry in call.entries(form, found) if (picture := _picture(workshop, order, entry)) is not None]
    if found:
        raise RefusedError("validation", *found)
    return pictures


def _picture(workshop: Workshop, order: Order, entry: Fields) -> _Picture | None:
    item, url, space = _named(order, entry), entry.needed("URL").strip(), entry.needed("SpaceId").strip()
    if url and not _public(workshop, url):
        entry.wrong("URL", "The image could not be downloaded.", url)
    if item is None or not space:
        return None
    known = _space(item, space)
    if known is not None:
        return _Picture(item, known, url)
    if workshop.options.unknown_space == "refused":
        entry.wrong("SpaceId", f"'{space}' is not a space of this item.", space)
    return None


def _named(order: Order, entry: Fields) -> Item | None:
    """The item that an entry of a body names; noted when there is none."""
    given = entry.whole("OrderItemId")
    item = order.item(given)
    if given is None:
        entry.needed("OrderItemId")
    elif item is None:
        entry.wrong("OrderItemId", "Order item was not found.", given)
    return item


def _space(item: Item, given: str) -> str | None:
    """The print space as the order has it: one that shows a picture already, or one of the SKU."""
    hung = next((image.space for image in item.images if image.space.lower() == given.lower()), None)
    of_sku = item.variant.space(given)
    return hung or (of_sku.id if of_sku is not None else None)


def _public(workshop: Workshop, url: str) -> bool:
    try:
        split = urlsplit(url)
    except ValueError:
        return False
    return split.scheme.lower() in {"http", "https"} and bool(split.netloc) and url not in workshop.options.dead_links


def _hang(workshop: Workshop, order: Order, pictures: Iterable[_Picture]) -> list[Item]:
    """Puts the pictures where they belong; returns the items, each once."""
    items: list[Item] = []
    for picture in pictures:
        old = next((image for image in picture.item.images if image.space == picture.space), None)
        if old is None:
            picture.item.images.append(Image(picture.url, picture.space))
        else:
            old.url, old.thumbnail, old.wanted, old.there = picture.url, "", False, False
        workshop.ledger.record("artwork replaced", order.id, picture.item.id, picture.space, picture.url)
        if picture.item not in items:
            items.append(picture.item)
    return items


def swap_skus(workshop: Workshop, call: Call) -> Json:
    """``PUT orderItems`` (seed 001): charges for the changed order."""
    order, options = order_by_gooten_id(workshop, call), workshop.options
    found: list[Entry] = []
    swaps = [_swap(workshop, call, order, entry) for entry in call.entries(options.order_items_body, found)]
    if found:
        raise RefusedError("validation", *found)
    items, dos = [swap[0] for swap in swaps if swap], [swap[1] for swap in swaps if swap]
    gates.items_may(options, items, ORDER_ITEMS)
    for do in dos:
        do()
    if any(item.status not in {"Test", "PrePayment"} for item in items):
        progress.charge(workshop, order)
    return answers.updated(order, options, always=True)


def _swap(workshop: Workshop, call: Call, order: Order, entry: Fields) -> tuple[Item, Callable[[], None]] | None:
    item, thing = _named(order, entry), read_sku(workshop, call.account, entry, "NewPRPSku")
    if item is None or thing is None:
        return None
    product, variant, ready_made = thing

    def do() -> None:
        item.product, item.variant = product, variant
        item.ready_made = None if ready_made is None else ready_made.sku
        if ready_made is not None:
            item.images = images_of(ready_made, variant)
        else:
            for index, image in enumerate(item.images):
                image.space = image_space("", index, variant)
        workshop.ledger.record("sku changed", order.id, item.id, variant.sku if ready_made is None else ready_made.sku)

    return item, do


def change_address(workshop: Workshop, call: Call) -> Json:
    """``PUT shippingAddress``: an item in ``AddressIssue`` goes on when the new address is good."""
    order, said = order_by_gooten_id(workshop, call), call.said("ShippingAddress")
    address, business = address_of(said, _NEW_ADDRESS)
    country = address["CountryCode"]
    if country.strip() and not supported(country):
        said.wrong("CountryCode", f"Country '{country}' is not supported.", country)
    said.done()
    gates.order_may(workshop.options, order, SHIPPING)
    kept = {name: order.ship_to.get(name, "") for name in ("Email", "Phone") if not said.has(name)}
    order.ship_to, order.business = {**address, **kept}, business
    workshop.ledger.record("address changed", order.id)
    for item in order.live_items:
        if item.status == "AddressIssue" and progress.deliverable(order.ship_to):
            progress.set_status(workshop, order, item, "ReadyForImageDl", call.now)
    return answers.updated(order, workshop.options)


def change_method(workshop: Workshop, call: Call) -> Json:
    """``PUT shippingMethod``: the price follows."""
    order, said = order_by_gooten_id(workshop, call), call.said()
    ids = said.listed("OrderItemIds")
    items = [item for given in ids if (item := order.item(number(given))) is not None]
    if not ids or len(items) < len(ids):
        said.wrong("OrderItemIds", "Order item was not found." if ids else "'Order Item Ids' should not be empty.", ids)
    method = _method(said, order)
    said.done()
    gates.order_may(workshop.options, order, SHIPPING)
    for item in items:
        item.method = method or item.method
        workshop.ledger.record("shipping method changed", order.id, item.id, item.method)
    return answers.updated(order, workshop.options)


def _method(said: Fields, order: Order) -> Method | None:
    given = said.needed("NewShippingMethod")
    method = method_of(given)
    if given.strip() and (method is None or method not in prices.methods_to(order.ship_to.get("CountryCode", ""))):
        said.wrong("NewShippingMethod", f"Shipping method '{given}' is not available.", given)
    return method


def personalise(workshop: Workshop, call: Call) -> Json:
    """``PUT OrderCustomization``: hangs the artwork and sends the waiting items to production."""
    order, options = order_by_safe_id(workshop, call), workshop.options
    if order is None:
        raise RefusedError("unknown id", Entry("Id", "Order was not found.", call.asked().text("id")))
    pictures = _pictures(workshop, call, order, options.customization_body)
    waiting = [item for item in order.items if item.status in CUSTOMIZATION]
    if not waiting:
        raise gates.refused(order.items[0].status)
    gates.items_may(options, (picture.item for picture in pictures), CUSTOMIZATION)
    if not pictures:
        raise bad("Items", "'Items' should not be empty.")
    _hang(workshop, order, pictures)
    workshop.ledger.record("order personalised", order.id)
    progress.charge(workshop, order)
    for item in waiting:
        progress.set_status(workshop, order, item, "InProduction", call.now)
    return answers.updated(order, options)
