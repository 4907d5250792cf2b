"""The verbs on the photos of an order: add, cancel, swap, replace. Emulated ones are several writes, each proven by itself."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ... import checks, uploads
from ...errors import NotFoundError, PrintKitError, RejectedError
from ...exchange import Request, Response
from ...model import Artwork, Item, Order, Photo, RefusedItem
from ...provider import ItemLike, OrderLike, PhotoProgress
from ...transport.caller import Deadline
from . import endpoints, statuses, translate, wire, writes
from .desk import Desk, with_receipt

Body = dict[str, Any]
Batch = list[Body] | tuple[Body, uploads.Upload]
"""Pictures at URLs, added by one request, or one picture that is sent."""


class PhotoVerbs(Desk):
    """Pwinty calls an item a photo (seed 004, "Photos")."""

    async def add_photos(self, order: OrderLike, photos: Sequence[Photo], /, *, progress: PhotoProgress | None = None) -> Order:
        """``POST /Orders/{id}/Photos/Batch`` for pictures at URLs that follow one another, ``…/Photos`` for a single one or a file.

        Several requests are several writes, in the order of ``photos``; an error says how many were added before it.
        """
        at_hand = order if isinstance(order, Order) else None
        problems = [*checks.of_photos(photos)] or [*translate.photo_problems(photos, at_hand, self._settings.currency)]
        checks.refuse(problems, provider=self._name, operation="add_photos")
        known = await self._at_hand(order, self._caller.deadline(), "add_photos")
        self._check_status(known, statuses.EDITABLE, "add_photos")
        batches = await _batches(photos, progress)
        refused: list[RefusedItem] = []
        attempts, reconciled = 0, False
        for place, batch in batches:
            try:
                known = await self._add_batch(known, place, batch)
            except PrintKitError as error:
                error.message += f" ({place} of {len(photos)} photos were added before)" if place else ""
                raise
            refused += known.receipt.refused
            attempts = max(attempts, known.receipt.attempts)
            reconciled = reconciled or known.receipt.reconciled
        if len(refused) == len(photos):
            raise RejectedError(refused[0].why, provider=self._name, operation="add_photos")
        not_told = tuple(f"photos[{place}].reference" for place, photo in enumerate(photos) if photo.reference)
        return with_receipt(known, refused=tuple(refused), not_told=not_told, attempts=attempts, reconciled=reconciled)

    async def _add_batch(self, known: Order, place: int, batch: "Batch") -> Order:
        if isinstance(batch, list):
            return await self._add(known, batch, self._caller.deadline(), "add_photos", place)
        body, upload = batch
        request = self._shop.upload(translate.parts(body, upload), "add_photos", order=known.id)
        deadline = self._caller.deadline(self._settings.upload_deadline)
        before = {item.id for item in known.items}
        order = await self._send_photos(request, known, [body], deadline, place)
        for item in order.items:
            if item.id not in before and upload.is_other_than(item.artwork[0].md5):
                raise RejectedError(
                    f"the shop has another file than was sent: cancel photo {item.id} and add it again",
                    provider=self._name,
                    operation="add_photos",
                )
        return order

    async def _add(self, known: Order, bodies: list[Body], deadline: Deadline, operation: str, place: int = 0) -> Order:
        single = len(bodies) == 1
        template = endpoints.PHOTOS if single else endpoints.BATCH
        request = self._shop.write("POST", template, operation, bodies[0] if single else bodies, order=known.id)
        return await self._send_photos(request, known, bodies, deadline, place)

    async def _send_photos(self, request: Request, known: Order, bodies: list[Body], deadline: Deadline, place: int) -> Order:
        refused: list[RefusedItem] = []

        def accept(answer: Response) -> Order:
            entries = translate.read_added(answer, len(bodies), self._scope)
            refused.extend(RefusedItem(f"photos[{place + number}]", why) for number, why in enumerate(entries) if isinstance(why, str))
            return translate.with_items(known, [*known.items, *(each for each in entries if isinstance(each, Item))], self._scope)

        async def before(until: Deadline) -> list[str]:
            order = known if self._seen.is_newest(known) else await self._shop.order(known.id, until, request.operation)
            return [item.id for item in order.items]

        order = await self._perform(
            request, accept, deadline, step="add", lock=f"order:{known.id}", order=known.id, meant=bodies, preimage=before
        )
        return with_receipt(self._seen.note_added(known, order), refused=tuple(refused))

    async def cancel_items(self, order: OrderLike, items: Sequence[ItemLike], /) -> Order:
        """Emulated: deletes the photos one by one. One that is gone already counts as done."""
        deadline = self._caller.deadline()
        known = await self._at_hand(order, deadline, "cancel_items")
        wanted = [self._item(known, item, "cancel_items") for item in items]
        if not wanted:
            raise self._invalid("cancel_items", "items", "is empty: give at least one item")
        self._check_status(known, statuses.EDITABLE, "cancel_items")
        for item in wanted:
            known = await self._delete(known, item, deadline, "cancel_items")
        return known

    async def swap_sku(self, order: OrderLike, item: ItemLike, sku: str, /) -> Order:
        """Emulated: adds the same picture as the new product, then deletes the old photo. Called again, finishes what was interrupted."""
        if not sku.strip():
            raise self._invalid("swap_sku", "sku", "is empty")
        return await self._exchange(order, item, "swap_sku", lambda body: {**body, "type": sku})

    async def replace_artwork(self, order: OrderLike, item: ItemLike, artwork: Sequence[Artwork], /) -> Order:
        """Emulated: adds the new picture with the old one's product and copies, then deletes the old photo, like ``swap_sku``."""
        probe = Photo("probe", artwork)
        problems = [*checks.of_photos([probe])] or [*translate.photo_problems([probe], None, self._settings.currency)]
        checks.refuse(problems, provider=self._name, operation="replace_artwork")
        picture = translate.photo_body(probe)
        fresh: Body = {name: picture[name] for name in ("url", "md5Hash") if name in picture}
        return await self._exchange(order, item, "replace_artwork", lambda body: body | fresh)

    async def _exchange(self, order: OrderLike, item: ItemLike, operation: str, change: Callable[[Body], Body]) -> Order:
        """Add the changed photo, then delete the old one. Reads the order first, so that what an interrupted call left is found."""
        deadline = self._caller.deadline()
        known = self._seen.note(await self._shop.order(self._id_of(order, operation), deadline, operation))
        self._check_status(known, statuses.EDITABLE, operation)
        old = self._item(known, item, operation)
        body = change(translate.body_again(old))
        if body.get("url") is None:
            raise self._invalid(operation, "item", "its picture was uploaded and cannot be fetched again: give it with replace_artwork")
        if writes.fingerprint_of_body(body) == writes.fingerprint(old):
            return known
        new = self._left_over(order, known, old, body, operation)
        if new is None:
            before = {each.id for each in known.items}
            known = await self._add(known, [body], deadline, operation)
            new = next(each for each in known.items if each.id not in before)
            self._seen.exchanging(old, new)
        try:
            done = await self._delete(known, old, deadline, operation)
        except PrintKitError as error:
            error.message += f" (photo {new.id} stands for {old.id} already, both are in the order: {operation} again to finish)"
            raise
        return with_receipt(done, renamed={old.id: new.id}, attempts=max(known.receipt.attempts, done.receipt.attempts))

    def _left_over(self, order: OrderLike, known: Order, old: Item, body: Body, operation: str) -> Item | None:
        """The photo that an interrupted call added already.

        One that only looks like it may be an item of its own: then nobody here can tell, and nothing is done.
        """
        mark = writes.fingerprint_of_body(body)
        twins = [each for each in known.items if int(each.id) > int(old.id) and writes.fingerprint(each) == mark]
        at_hand = {each.id for each in order.items} if isinstance(order, Order) else None
        for twin in twins:
            if self._seen.stands_for(old, twin) or (at_hand is not None and old.id in at_hand and twin.id not in at_hand):
                return twin
        strange = next((twin for twin in twins if not self._seen.was_added_here(twin)), None)
        if strange is None:
            return None
        raise self._conflict(
            known,
            f"photo {strange.id} is already what photo {old.id} would become. If an interrupted {operation} left it, "
            f"finish with cancel_items(order, [{old.id!r}]); if it is an item of its own, raise its copies and cancel {old.id!r}",
            operation,
        )

    async def _delete(self, known: Order, item: Item, deadline: Deadline, operation: str) -> Order:
        left = translate.with_items(known, [each for each in known.items if each.id != item.id], self._scope)

        def accept(answer: Response) -> Order:
            translate.refuse_inner_error(wire.read_said(answer.body).error_message, answer.status, self._scope)
            return left

        try:
            order = await self._perform(
                self._shop.write("DELETE", endpoints.PHOTO, operation, None, order=known.id, photo=item.id),
                accept,
                deadline,
                step="delete",
                lock=f"order:{known.id}",
                order=known.id,
                meant={"photo": item.id},
            )
        except NotFoundError:
            order = await self._shop.order(known.id, deadline, operation)
        return self._seen.note(order)


async def _batches(photos: Sequence[Photo], progress: PhotoProgress | None) -> list[tuple[int, Batch]]:
    """What to send, in the order of ``photos``, each with the place of its first photo."""
    batches: list[tuple[int, Batch]] = []
    for place, photo in enumerate(photos):
        body = translate.photo_body(photo)
        if photo.artwork[0].url is None:
            upload = await uploads.prepare(photo.artwork[0], f"photos[{place}].artwork", partial(progress, place) if progress else None)
            batches.append((place, (body | ({"md5Hash": upload.md5} if upload.md5 else {}), upload)))
        elif batches and isinstance(batches[-1][1], list):
            batches[-1][1].append(body)
        else:
            batches.append((place, [body]))
    return batches
