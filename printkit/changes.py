"""Every change of an order as a value: what bulk runs carry out. Knows no shop, no file, and sends nothing."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, cast, final, get_args

from attrs import field, frozen

from .errors import ConflictError, FieldProblem, PrintKitError, RejectedError
from .model import Artwork, ArtworkLike, Item, NewOrder, Order, OrderRef, OrderStatus, Photo, Recipient
from .outcomes import ReconcileHandle
from .provider import OrderLike

if TYPE_CHECKING:
    from .kit import PrintKit

DRAFT = "draft:"
"""How the id of an order begins that is kept here (``printkit.drafts``)."""


# ── How values may be given ───────────────────────────────────────────────────────────────────────────────────────────


def _to_order(given: OrderLike | str) -> OrderLike:
    """An order's reference, also from text. What is none stays as it is: it is refused by name when the change is checked."""
    if not isinstance(given, str):
        return given
    kept: Any = given
    with contextlib.suppress(ValueError):
        kept = OrderRef.parse(given)
    return cast(OrderLike, kept)


def _to_item(given: Item | str) -> str:
    return given.id if isinstance(given, Item) else given


def _to_items(given: Iterable[Item | str]) -> tuple[str, ...]:
    many: Any = (given,) if isinstance(given, (str, Item)) or not isinstance(given, Iterable) else given
    return tuple(map(_to_item, many))


def _to_artwork(given: ArtworkLike | Iterable[ArtworkLike]) -> tuple[Artwork, ...]:
    return Photo("artwork", given).artwork


def _to_photos(given: Iterable[Photo]) -> tuple[Photo, ...]:
    many: Any = (given,) if isinstance(given, Photo) or not isinstance(given, Iterable) else given
    return tuple(many)


# ── The changes ───────────────────────────────────────────────────────────────────────────────────────────────────────


@final
@frozen
class PlaceOrder:
    """``kit.place_order``: create an order, add its photos, submit it. Its reference is needed: it names one order for ever."""

    tag: ClassVar = "place_order"
    new: NewOrder
    photos: tuple[Photo, ...] = field(converter=_to_photos)
    provider: str | None = None
    """The connection's name; the default one when left out."""
    look_first: bool = False
    """Ask the shop first whether it has an order of this reference, at one request more; where it has one, nothing is placed. For a shop
    that takes a reference twice, and orders that another run, or none, may have placed."""

    async def carry_out(self, kit: "PrintKit") -> Order:
        """Do it."""
        there = await self.placed_before(kit) if self.look_first else None
        if there is not None:
            error = ConflictError(f"{there.ref} has this reference already", provider=there.ref.provider, operation="place_order")
            error.existing, error.order_status = there.ref, there.status
            raise error
        return await kit.place_order(self.new, self.photos, provider=self.provider)

    async def placed_before(self, kit: "PrintKit") -> Order | None:
        """An order of the same reference that the shop has; drafts that are kept here do not count."""
        orders = kit.list_orders(reference=self.new.reference, provider=self.provider)
        return await anext((order async for order in orders if not order.id.startswith(DRAFT)), None)

    async def go_on(self, kit: "PrintKit", done: ReconcileHandle, order: Order) -> Order:
        """Do what is left after ``done``. An error carries the order's reference as ``error.order``."""
        if done.operation == "submit":
            return order
        try:
            if done.operation == "create_order":
                order = await kit.add_photos(order, self.photos)
            if order.receipt.refused or len(order.live_items) < len(self.photos):
                raise incomplete(order, len(self.photos))
            return await kit.submit(order)
        except PrintKitError as error:
            error.order = order.ref
            raise


@final
@frozen
class AddPhotos:
    """``kit.add_photos``. Pictures are given by URL."""

    tag: ClassVar = "add_photos"
    order: OrderLike = field(converter=_to_order)
    photos: tuple[Photo, ...] = field(converter=_to_photos)

    async def carry_out(self, kit: "PrintKit") -> Order:
        """Do it."""
        return await kit.add_photos(self.order, self.photos)

    async def go_on(self, kit: "PrintKit", done: ReconcileHandle, order: Order) -> Order:
        """Do what is left after ``done``: nothing, as photos at URLs are added by one request."""
        return order


@final
@frozen
class Submit:
    """``kit.submit``: from here on the order prints and charges."""

    tag: ClassVar = "submit"
    order: OrderLike = field(converter=_to_order)

    async def carry_out(self, kit: "PrintKit") -> Order:
        """Do it."""
        return await kit.submit(self.order)

    async def go_on(self, kit: "PrintKit", done: ReconcileHandle, order: Order) -> Order:
        """Do what is left after ``done``: nothing."""
        return order


@final
@frozen
class UpdateRecipient:
    """``kit.update_recipient``: send an order to somebody else."""

    tag: ClassVar = "update_recipient"
    order: OrderLike = field(converter=_to_order)
    recipient: Recipient

    async def carry_out(self, kit: "PrintKit") -> Order:
        """Do it."""
        return await kit.update_recipient(self.order, self.recipient)

    async def go_on(self, kit: "PrintKit", done: ReconcileHandle, order: Order) -> Order:
        """Do what is left after ``done``: nothing."""
        return order


@final
@frozen
class CancelItems:
    """``kit.cancel_items``: take items out of an order."""

    tag: ClassVar = "cancel_items"
    order: OrderLike = field(converter=_to_order)
    items: tuple[str, ...] = field(converter=_to_items)

    async def carry_out(self, kit: "PrintKit") -> Order:
        """Do it."""
        return await kit.cancel_items(self.order, self.items)

    async def go_on(self, kit: "PrintKit", done: ReconcileHandle, order: Order) -> Order:
        """Do what is left after ``done``, where the shop takes out one item at a time."""
        there = {item.id for item in order.items}
        left = [item for item in self.items if item in there]
        return await kit.cancel_items(order, left) if done.step == "delete" and left else order


@final
@frozen
class SwapSku:
    """``kit.swap_sku``: print an item's artwork as another product. A shop may charge for it."""

    tag: ClassVar = "swap_sku"
    order: OrderLike = field(converter=_to_order)
    item: str = field(converter=_to_item)
    sku: str
    attributes: Mapping[str, str] | None = field(default=None, hash=False)

    async def carry_out(self, kit: "PrintKit") -> Order:
        """Do it."""
        return await kit.swap_sku(self.order, self.item, self.sku, attributes=self.attributes)

    async def go_on(self, kit: "PrintKit", done: ReconcileHandle, order: Order) -> Order:
        """Do what is left after ``done``: where another item stands for the old one, that one is still to be taken out."""
        return await self.carry_out(kit) if done.step == "add" else order


@final
@frozen
class ReplaceArtwork:
    """``kit.replace_artwork``: print other artwork for an item. Pictures are given by URL."""

    tag: ClassVar = "replace_artwork"
    order: OrderLike = field(converter=_to_order)
    item: str = field(converter=_to_item)
    artwork: tuple[Artwork, ...] = field(converter=_to_artwork)

    async def carry_out(self, kit: "PrintKit") -> Order:
        """Do it."""
        return await kit.replace_artwork(self.order, self.item, self.artwork)

    async def go_on(self, kit: "PrintKit", done: ReconcileHandle, order: Order) -> Order:
        """Do what is left after ``done``: where another item stands for the old one, that one is still to be taken out."""
        return await self.carry_out(kit) if done.step == "add" else order


@final
@frozen
class SetStatus:
    """``kit.set_status``: move an order to a status; a word that is no ``OrderStatus`` is the shop's own."""

    tag: ClassVar = "set_status"
    order: OrderLike = field(converter=_to_order)
    status: OrderStatus | str

    async def carry_out(self, kit: "PrintKit") -> Order:
        """Do it."""
        return await kit.set_status(self.order, self.status)

    async def go_on(self, kit: "PrintKit", done: ReconcileHandle, order: Order) -> Order:
        """Do what is left after ``done``: nothing."""
        return order


def incomplete(order: Order, wanted: int) -> RejectedError:
    """The error for an order to place that lacks a photo: it is never submitted."""
    refused = order.receipt.refused
    missing = f"{len(refused) or wanted - len(order.live_items)} of {wanted} photos were refused"
    first = f": {refused[0].item}: {refused[0].why}" if refused else ""
    error = RejectedError(f"{missing}, and the order was not submitted{first}", provider=order.ref.provider, operation="place_order")
    error.refused, error.order = refused, order.ref
    return error


Change = PlaceOrder | AddPhotos | Submit | UpdateRecipient | CancelItems | SwapSku | ReplaceArtwork | SetStatus

CHANGES: Mapping[str, type[Change]] = {each.tag: each for each in get_args(Change)}
"""Every kind of change, by its tag in JSON."""


def order_of(change: Change, default: str | None = None) -> str:
    """What a change changes, as text: two changes of one order never run at the same time."""
    if isinstance(change, PlaceOrder):
        return f"{change.provider or default or ''}:reference:{change.new.reference}"
    return str(change.order.ref if isinstance(change.order, Order) else change.order)


def provider_of(change: Change, default: str | None = None) -> str | None:
    """The name of the connection that a change goes to."""
    if isinstance(change, PlaceOrder):
        return change.provider or default
    return (change.order.ref if isinstance(change.order, Order) else change.order).provider


# ── What can be carried out in bulk ───────────────────────────────────────────────────────────────────────────────────


_KINDS: tuple[type[Change], ...] = get_args(Change)
_WITH_PICTURES = (ReplaceArtwork, PlaceOrder, AddPhotos)
_OF_ANY_ORDER = (SetStatus, Submit, SwapSku, UpdateRecipient)
"""Without pictures, and carried out on drafts too: all that can be wrong with them is the order."""


def is_usual(change: Change) -> bool:
    """Whether ``problems`` would find nothing, as can be said at once. Most changes are so; False says nothing."""
    return isinstance(change, _OF_ANY_ORDER) and isinstance(change.order, OrderRef)


def problems(change: Change) -> Iterator[FieldProblem]:
    """Why a change cannot be carried out in bulk, where every change may have to be found again after a crash."""
    if not isinstance(change, _KINDS):
        yield FieldProblem("change", f"is a {type(change).__name__}: give one of {', '.join(each.__name__ for each in CHANGES.values())}")
        return
    if isinstance(change, PlaceOrder):
        if not (isinstance(change.new, NewOrder) and isinstance(change.new.reference, str) and change.new.reference):
            yield FieldProblem("new.reference", "is missing: it is how an order is found again")
    elif not isinstance(change.order, (Order, OrderRef)):
        yield FieldProblem("order", "is not an order: give an Order, an OrderRef, or text such as pwinty:1065")
    elif isinstance(change, (AddPhotos, CancelItems)) and _id_of(change.order).startswith(DRAFT):
        yield FieldProblem("order", f"is a draft that is kept here: {change.tag} needs no request, so do it with kit.{change.tag}")
    for picture in _pictures(change) if isinstance(change, _WITH_PICTURES) else ():
        if not isinstance(picture, Artwork) or picture.url is None:
            yield FieldProblem("artwork", "is not given by URL: upload files with kit.add_photos or kit.replace_artwork")


def _id_of(order: OrderLike) -> str:
    return order.ref.id if isinstance(order, Order) else order.id


def _pictures(change: Change) -> Iterator[Artwork]:
    if isinstance(change, ReplaceArtwork):
        yield from change.artwork
    elif isinstance(change, (PlaceOrder, AddPhotos)):
        yield from (picture for photo in change.photos if isinstance(photo, Photo) for picture in photo.artwork)
