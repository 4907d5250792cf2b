"""The verbs on the items of an order: add, cancel, swap, replace. On a draft they send nothing; on a placed order each is one write."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import evolve

from ... import checks
from ...drafts import Draft
from ...errors import UnreadableAnswerError, UnsupportedOperationError
from ...exchange import Response
from ...lenient import entries, members, whole
from ...making import with_receipt
from ...model import Artwork, Item, Order, OrderStatus, Photo, RefusedItem
from ...provider import Capability, ItemLike, OrderLike, PhotoProgress, Stage
from ...transport.caller import Deadline
from ...writes import Hint
from . import INFO, endpoints, statuses, translate, wire, writes
from .desk import Desk


class ItemVerbs(Desk):
    """Gooten calls a photo an item (seeds 000, 001 and 003)."""

    async def add_photos(self, order: OrderLike, photos: Sequence[Photo], /, *, progress: PhotoProgress | None = None) -> Order:
        """Emulated on a draft, kept here. A placed order takes no more items."""
        problems = [*checks.of_photos(photos)] or [*translate.photo_problems(photos)]
        checks.refuse(problems, provider=self._name, operation="add_photos")
        draft = await self._draft(order, "add_photos")
        if draft is None:
            raise self._complete(Capability.ADD_PHOTOS)
        changed = await self._change(draft, lambda kept: kept.with_photos(photos), "add_photos")
        not_told = tuple(f"photos[{place}].reference" for place, photo in enumerate(photos) if photo.reference is not None)
        return with_receipt(changed, not_told=not_told)

    async def cancel_items(self, order: OrderLike, items: Sequence[ItemLike], /) -> Order:
        """``PUT orderCancel``. What the shop cancels and what it keeps is a result; an item that is cancelled already counts as done."""
        deadline = self._caller.deadline()
        if not items:
            raise self._invalid("cancel_items", "items", "is empty: give at least one item")
        draft = await self._draft(order, "cancel_items")
        if draft is not None:
            self._check_open(draft, "cancel_items")
            gone = [self._item(self._seen(draft), item, "cancel_items").id for item in items]
            return await self._change(draft, lambda kept: kept.without(gone), "cancel_items")
        known = await self._at_hand(order, deadline, "cancel_items")
        wanted = [self._item(known, item, "cancel_items") for item in items]
        return await self._cancel(known, wanted, deadline, "cancel_items")

    async def _cancel(self, known: Order, wanted: Sequence[Item], deadline: Deadline, operation: str) -> Order:
        self._check_test(known, operation)
        live = [item for item in wanted if item.status is not OrderStatus.CANCELLED]
        possible = [item for item in live if self._may(item, statuses.CANCEL_ITEMS)]
        if live and not possible:
            self._check(known, live, statuses.CANCEL_ITEMS, operation)
        if not possible:
            return known
        refused = {item.id: f"not possible while it is {item.provider_status}" for item in live if item not in possible}
        ids = [item.id for item in possible]
        known, number = await self._gooten_id(known, deadline, operation)
        body = {"Ids": [self._number(item_id, operation) for item_id in ids]}

        def accept(answer: Response) -> Order:
            translate.check(answer, self._shop.scope)
            done = wire.read_cancelled(answer.body)
            if not set(ids) <= {str(each) for each in done.success or ()}:
                raise UnreadableAnswerError("the answer does not list every item")
            cancelled = (translate.in_word(item, "Cancelled") if item.id in ids else item for item in known.items)
            return translate.with_items(known, cancelled)

        def partly(answer: Response) -> Hint | None:
            kept = _kept(answer)
            return None if kept is None else Hint(writes.PARTIAL, self._shop.refusal(request, answer) if kept == len(ids) else None)

        async def before(_: Deadline) -> Any:
            return refused

        request = self._shop.change(endpoints.CANCEL, number, body, operation)
        done = await self._perform(
            request,
            accept,
            deadline,
            step="cancel",
            lock=f"order:{known.id}",
            order=known.id,
            meant={"Ids": ids},
            preimage=before,
            hint=partly,
        )
        told = {each.item for each in done.receipt.refused}
        return with_receipt(done, refused=(*done.receipt.refused, *(RefusedItem(*each) for each in refused.items() if each[0] not in told)))

    async def swap_sku(self, order: OrderLike, item: ItemLike, sku: str, /, *, attributes: Mapping[str, str] | None = None) -> Order:
        """``PUT orderItems``: the account is charged for the changed order (seed 001). Prices of the returned order are not known."""
        deadline = self._caller.deadline()
        checks.refuse(checks.of_text("sku", sku, required=True), provider=self._name, operation="swap_sku")
        if attributes:
            raise self._invalid("swap_sku", "attributes", "Gooten's options are part of the SKU: choose another SKU")
        draft = await self._draft(order, "swap_sku")
        if draft is not None:
            return await self._change_draft(draft, item, "swap_sku", lambda photo: evolve(photo, sku=sku))
        known = await self._at_hand(order, deadline, "swap_sku")
        return await self._swap(known, self._item(known, item, "swap_sku"), sku, deadline)

    async def _swap(self, known: Order, old: Item, sku: str, deadline: Deadline) -> Order:
        place = known.items.index(old)
        known, number = await self._gooten_id(known, deadline, "swap_sku")
        old = known.items[place]
        self._check(known, [old], statuses.SWAP_SKU, "swap_sku")
        if old.provider_sku == sku:  # what is at hand may be old, and a second swap would charge again
            known = await self._shop.order(known.id, deadline, "swap_sku")
            old = self._item(known, old, "swap_sku")
            if old.provider_sku == sku:
                return known
            self._check(known, [old], statuses.SWAP_SKU, "swap_sku")
        body = {"OrderItemId": self._number(old.id, "swap_sku"), "NewPRPSku": sku}

        def accept(answer: Response) -> Order:
            translate.check_changed(answer, known.id, self._shop.scope)
            swapped = evolve(old, sku=sku, provider_sku=sku, price=None, artwork=())  # another product has other print spaces
            items = (swapped if each.id == old.id else each for each in known.items)
            return evolve(translate.with_items(known, items), price=None, shipping_price=None)

        async def before(_: Deadline) -> Any:
            return old.provider_sku

        request = self._shop.change(endpoints.ITEMS, number, body, "swap_sku")
        return await self._perform(
            request, accept, deadline, step="swap", lock=f"order:{known.id}", order=known.id, meant=body, preimage=before
        )

    async def replace_artwork(self, order: OrderLike, item: ItemLike, artwork: Sequence[Artwork], /) -> Order:
        """``PUT OrderImages``, by print space. Without a space the item must have only one."""
        deadline = self._caller.deadline()
        problems = [*checks.of_photos([Photo("probe", artwork)])] or [*translate.artwork_problems(artwork, "artwork")]
        checks.refuse(problems, provider=self._name, operation="replace_artwork")
        draft = await self._draft(order, "replace_artwork")
        if draft is not None:
            return await self._change_draft(draft, item, "replace_artwork", lambda photo: evolve(photo, artwork=tuple(artwork)))
        known = await self._with_images(await self._at_hand(order, deadline, "replace_artwork"), item, deadline)
        old = self._item(known, item, "replace_artwork")
        return await self._replace(known, old, self._by_space(old, artwork), deadline)

    async def _replace(self, known: Order, old: Item, urls: Mapping[str, str], deadline: Deadline) -> Order:
        place = known.items.index(old)
        known, number = await self._gooten_id(known, deadline, "replace_artwork")
        old = known.items[place]
        self._check(known, [old], statuses.REPLACE_ARTWORK, "replace_artwork")
        item_number = self._number(old.id, "replace_artwork")
        body = [{"OrderItemId": item_number, "SpaceId": space, "URL": url} for space, url in urls.items()]

        def accept(answer: Response) -> Order:
            translate.check(answer, self._shop.scope)
            updated = members(wire.read_images_updated(answer.body).updated_items)
            if str(item_number) not in {str(each) for each in entries(updated.get("UpdatedOrderItems"))}:
                raise UnreadableAnswerError("the answer does not list the item")
            pictures = tuple(Artwork(url=urls[each.space or ""], space=each.space) if each.space in urls else each for each in old.artwork)
            return translate.with_items(known, (evolve(old, artwork=pictures) if each.id == old.id else each for each in known.items))

        async def before(_: Deadline) -> Any:
            return {space: url for space, url in writes.pictures(old).items() if space in urls}

        request = self._shop.change(endpoints.IMAGES, number, body, "replace_artwork")
        return await self._perform(
            request, accept, deadline, step="replace", lock=f"order:{known.id}", order=known.id, meant=body, preimage=before
        )

    # ── Small steps ───────────────────────────────────────────────────────────────────────────────────────────────────

    async def _change_draft(self, draft: Draft, item: ItemLike, operation: str, change: Callable[[Photo], Photo]) -> Order:
        self._check_open(draft, operation)
        item_id = self._item(self._seen(draft), item, operation).id
        return await self._change(draft, lambda kept: kept.changing(item_id, change), operation)

    async def _with_images(self, known: Order, item: ItemLike, deadline: Deadline) -> Order:
        if known.complete and self._item(known, item, "replace_artwork").artwork:
            return known
        return await self._shop.order(known.id, deadline, "replace_artwork")

    def _by_space(self, item: Item, artwork: Sequence[Artwork]) -> dict[str, str]:
        spaces = [picture.space for picture in item.artwork if picture.space is not None]
        if len(artwork) == 1 and artwork[0].space is None:
            if len(spaces) != 1:
                raise self._invalid(
                    "replace_artwork", "artwork.space", f"is missing: the item's print spaces are {', '.join(spaces) or 'unknown'}"
                )
            return {spaces[0]: artwork[0].url or ""}
        strange = [picture.space for picture in artwork if picture.space not in spaces]
        if strange:
            raise self._invalid(
                "replace_artwork", "artwork.space", f"{strange[0]!r} is none of the item's: {', '.join(spaces) or 'unknown'}"
            )
        return {picture.space or "": picture.url or "" for picture in artwork}

    def _may(self, item: Item, allowed: tuple[str, ...]) -> bool:
        is_known = item.status is not OrderStatus.UNKNOWN
        return not (self._settings.check_status_locally and is_known) or statuses.is_in(item.provider_status, allowed)

    def _number(self, item_id: str, operation: str) -> int:
        if not (item_id.isascii() and item_id.isdigit()):
            raise self._invalid(operation, "item", f"{item_id!r} is not a Gooten item id: a whole number")
        return int(item_id)

    def _complete(self, capability: Capability) -> Exception:
        return UnsupportedOperationError(self._name, capability, INFO.supports(capability, Stage.PLACED).why)


def _kept(answer: Response) -> int | None:
    """How many items an answer says were not cancelled; None when it does not speak of items. The order itself says which are."""
    try:
        said = wire.read_cancelled(answer.body)
    except UnreadableAnswerError:
        return None
    kept = [each for each in said.errors or () if whole(each) is not None]
    return len(kept) if kept else None
