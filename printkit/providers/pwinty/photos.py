"""The verbs on the photos of an order: add, cancel, swap, replace. Emulated ones are several writes, each proven by itself."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from attrs import evolve

from ... import checks, uploads
from ...errors import NotFoundError, PrintKitError, RejectedError
from ...exchange import Request, Response
from ...making import with_receipt
from ...model import Artwork, Item, Order, Photo, Receipt, RefusedItem
from ...provider import ItemLike, OrderLike, PhotoProgress
from ...transport.caller import Deadline
from . import bodies, endpoints, imagined, statuses, translate, writes
from .desk import Desk

Body = dict[str, Any]
Batch = list[Body] | tuple[Body, uploads.Upload]
"""Pictures at URLs, added by one request, or one picture that is sent."""


class PhotoVerbs(Desk):
    """Pwinty calls an item a photo (seed 004, "Photos")."""

    async def add_photos(self, order: OrderLike, photos: Sequence[Photo], /, *, progress: PhotoProgress | None = None) -> Order:
        """``POST /Orders/{id}/Photos/Batch`` for pictures at URLs that follow one another, ``…/Photos`` for a single one or a file.

        Several requests are several writes, in the order of ``photos``; an error says how many were added before it.
        """
        checks.refuse(checks.of_photos(photos), provider=self._name, operation="add_photos")
        known = await self._at_hand(order, self._caller.deadline(), "add_photos")
        problems = bodies.photo_problems(photos, known, self._settings.currency)
        checks.refuse(problems, provider=self._name, operation="add_photos")
        self._check_status(known, statuses.EDITABLE, "add_photos")
        refused: list[RefusedItem] = []
        attempts, reconciled = 0, False
        batches = await _batches(photos, progress)
        for place, batch in batches:
            try:
                known = await self._add(known, batch, "add_photos", place)
            except RejectedError as error:
                if not error.refused or len(batches) == 1:
                    raise
                refused += error.refused
                continue
            except PrintKitError as error:
                error.message += f" ({place} of {len(photos)} photos were added before)" if place else ""
                raise
            refused += known.receipt.refused
            attempts = max(attempts, known.receipt.attempts)
            reconciled = reconciled or known.receipt.reconciled
        if len(refused) == len(photos):
            raise self._all_refused(refused, "add_photos")
        not_told = tuple(f"photos[{place}].reference" for place, photo in enumerate(photos) if photo.reference)
        return with_receipt(known, refused=tuple(refused), not_told=not_told, attempts=max(attempts, 1), reconciled=reconciled)

    async def _add(
        self, known: Order, batch: "Batch", operation: str, place: int = 0, instead_of: str | None = None, again: str | None = None
    ) -> Order:
        """``again`` is the wish that is sent once more; see ``writes.wish_of``."""
        if not isinstance(batch, list):
            return await self._upload(known, *batch, operation, place, instead_of)
        single = len(batch) == 1
        template = endpoints.PHOTOS if single else endpoints.BATCH
        request = self._shop.write("POST", template, operation, batch[0] if single else batch, order=known.id)
        order, _ = await self._send_photos(request, known, batch, self._caller.deadline(), place, instead_of, again)
        return order

    async def _upload(self, known: Order, body: Body, upload: uploads.Upload, operation: str, place: int, instead_of: str | None) -> Order:
        request = self._shop.upload(bodies.parts(body, upload), operation, order=known.id)
        deadline = self._caller.deadline(self._settings.upload_deadline)
        order, added = await self._send_photos(request, known, [body], deadline, place, instead_of)
        other = next((item.id for item in order.items if item.id in added and upload.is_other_than(item.artwork[0].md5)), None)
        if other is None:
            return order
        text = f"the shop has another file than was sent: cancel photo {other} and add it again"
        raise RejectedError(text, status=200, provider=self._name, operation=operation)

    async def _send_photos(
        self,
        request: Request,
        known: Order,
        meant: list[Body],
        deadline: Deadline,
        place: int,
        instead_of: str | None,
        again: str | None = None,
    ) -> tuple[Order, list[str]]:
        """The order, and the ids of the photos that it has now and did not have before."""
        refused: list[RefusedItem] = []
        newest = known

        async def before(until: Deadline) -> Any:
            nonlocal newest
            if not self._seen.is_newest(known) or self._open_in(known):
                newest = translate.with_items(known, await self._shop.photos(known.id, until, request.operation), self._scope)
            self._seen.forget(known)
            beside = writes.equal_to(meant, self._open_in(known)) - {writes.exchange_of(instead_of), again}
            self._seen.meet(beside)
            return {"photos": list(translate.item_ids(newest)), "instead_of": instead_of, "again": again, "beside": sorted(beside)}

        def accept(answer: Response) -> Order:
            entries = translate.read_added(answer, len(meant), self._scope)
            whys = [RefusedItem(f"photos[{place + number}]", why) for number, why in enumerate(entries) if isinstance(why, str)]
            if len(whys) == len(meant):
                raise self._all_refused(whys, request.operation)
            found = translate.with_photos(newest, [each for each in entries if not isinstance(each, str)], self._scope)
            refused.extend(whys)  # not before all of the answer was read
            return found

        order = await self._perform(
            request,
            accept,
            deadline,
            step="add",
            lock=f"order:{known.id}",
            order=known.id,
            meant=meant,
            preimage=before,
            imagined=lambda: accept(imagined.added(meant)),
        )
        before_it = set(translate.item_ids(newest))
        added = [each for each in translate.item_ids(order) if each not in before_it]
        self._seen.note_added(order, added, writes.exchange_of(instead_of) or again)
        if instead_of is not None:
            self._seen.note_exchange(instead_of, before_it, order)
        return with_receipt(order, refused=tuple(refused)), added

    def _all_refused(self, refused: Sequence[RefusedItem], operation: str) -> RejectedError:
        error = RejectedError(refused[0].why, status=200, provider=self._name, operation=operation)
        error.refused = tuple(refused)
        return error

    async def cancel_items(self, order: OrderLike, items: Sequence[ItemLike], /) -> Order:
        """Emulated: deletes the photos one by one. One that is gone already counts as done."""
        deadline = self._caller.deadline()
        known = await self._at_hand(order, deadline, "cancel_items")
        wanted = [self._item(known, item, "cancel_items") for item in items]
        if not wanted:
            raise self._invalid("cancel_items", "items", "is empty: give at least one item")
        self._check_status(known, statuses.EDITABLE, "cancel_items")
        async with self._exchanges.hold(known.id):
            receipts: list[Receipt] = []
            for item in wanted:
                known = await self._delete(known, item, deadline, "cancel_items")
                receipts.append(known.receipt)
        return evolve(known, receipt=known.receipt.after(*receipts[:-1]))

    # ── Exchanging one photo for another ──────────────────────────────────────────────────────────────────────────────

    async def swap_sku(self, order: OrderLike, item: ItemLike, sku: str, /, *, attributes: Mapping[str, str] | None = None) -> Order:
        """Emulated: adds the same picture as the new product, then deletes the old photo. Called again, finishes what was interrupted."""
        checks.refuse(checks.of_text("sku", sku, required=True), provider=self._name, operation="swap_sku")
        change: Body = {"type": sku} if attributes is None else {"type": sku, "attributes": dict(attributes) or None}
        return await self._exchange(order, item, "swap_sku", change)

    async def replace_artwork(self, order: OrderLike, item: ItemLike, artwork: Sequence[Artwork], /) -> Order:
        """Emulated: adds the new picture with the old one's product and copies, then deletes the old photo, like ``swap_sku``."""
        probe = Photo("probe", artwork)
        problems = [*checks.of_photos([probe])] or [*bodies.photo_problems([probe], None, self._settings.currency)]
        checks.refuse(problems, provider=self._name, operation="replace_artwork")
        upload = None if artwork[0].url else await uploads.prepare(artwork[0], "artwork")
        picture = bodies.photo_body(probe)
        fresh: Body = {"url": artwork[0].url, "md5Hash": upload.md5 if upload else picture.get("md5Hash")}
        return await self._exchange(order, item, "replace_artwork", fresh, upload)

    async def _exchange(
        self, order: OrderLike, item: ItemLike, operation: str, change: Body, upload: uploads.Upload | None = None
    ) -> Order:
        """Add the changed photo, then delete the old one; one exchange of an order at a time, or two would both add."""
        order_id = self._id_of(order, operation)
        async with self._exchanges.hold(order_id):
            return await self._exchange_one(order_id, item, operation, change, upload)

    async def _exchange_one(self, order_id: str, item: ItemLike, operation: str, change: Body, upload: uploads.Upload | None) -> Order:
        """Reads the order first, so that what an interrupted call left is found."""
        deadline = self._caller.deadline()
        known = self._seen.note(await self._shop.order(order_id, deadline, operation))
        wanted = item.id if isinstance(item, Item) else item
        left = self._seen.stands_for(wanted, known)
        new = left if left is not None and _is_changed(left, change) else None
        if new is not None and not any(each.id == wanted for each in known.items):
            return with_receipt(known, renamed={wanted: new.id})
        self._check_status(known, statuses.EDITABLE, operation)
        old = self._item(known, item, operation)
        body = {name: value for name, value in {**bodies.body_again(old), **change}.items() if value is not None}
        if "url" not in body and upload is None:
            raise self._invalid(operation, "item", "its picture was uploaded and cannot be fetched again: give it with replace_artwork")
        if upload is None and writes.fingerprint_of_body(body) == writes.fingerprint(old):
            return known
        if new is None:
            self._refuse_twin(known, old, body, operation)
            before = {each.id for each in known.items}
            known = await self._add(known, [body] if upload is None else (body, upload), operation, instead_of=old.id)
            new = next((each for each in known.items if each.id not in before), None)
            if new is None or (upload is None and writes.fingerprint(new) != writes.fingerprint_of_body(body)):
                text = f"the shop says it added another photo than was asked for; photo {old.id} is still there: read the order"
                raise RejectedError(text, status=200, provider=self._name, operation=operation)
        try:
            done = await self._delete(known, old, deadline, operation)
            if left is not None and left.id != new.id:  # an interrupted call wanted something else
                cleared = await self._delete(done, left, deadline, operation)
                done = evolve(cleared, receipt=cleared.receipt.after(done.receipt))
        except asyncio.CancelledError as cancelled:
            cancelled.add_note(f"printkit: photo {new.id} stands for {old.id} already, both are in order {known.ref}: {operation} again")
            raise
        except PrintKitError as error:
            error.message += f" (photo {new.id} stands for {old.id} already, both are in the order: {operation} again to finish)"
            raise
        return with_receipt(evolve(done, receipt=done.receipt.after(known.receipt)), renamed={old.id: new.id})

    def _refuse_twin(self, known: Order, old: Item, body: Body, operation: str) -> None:
        """A newer photo that is already what the old one would become was left by an interrupted call, or is an item of its own.

        Where this process did not add it, nobody here can tell which, and nothing is done: neither a second print nor a lost one.
        """
        mark = writes.fingerprint_of_body(body)
        twins = (each for each in known.items if int(each.id) > int(old.id) and writes.fingerprint(each) == mark)
        strange = next((twin for twin in twins if not self._seen.was_added_here(twin)), None)
        if strange is not None and "url" in body:
            raise self._conflict(
                known,
                f"photo {strange.id} is already what photo {old.id} would become. If an interrupted {operation} left it, "
                f"finish with cancel_items(order, [{old.id!r}]); if it is an item of its own, raise its copies and cancel {old.id!r}",
                operation,
            )

    async def _delete(self, known: Order, item: Item, deadline: Deadline, operation: str) -> Order:
        left = translate.with_items(known, [each for each in known.items if each.id != item.id], self._scope)
        was_newest = self._seen.is_newest(known)

        def accept(answer: Response) -> Order:
            translate.read_done(answer, self._scope)
            return left

        request = self._shop.write("DELETE", endpoints.PHOTO, operation, None, order=known.id, photo=item.id)
        how: dict[str, Any] = {"lock": f"order:{known.id}", "order": known.id, "meant": {"photo": item.id}, "imagined": lambda: left}
        self._seen.forget(known)
        try:
            done = await self._perform(request, accept, deadline, step="delete", **how)
        except NotFoundError:
            return await self._after_missing(left, item, deadline, operation)
        return self._seen.note(done) if was_newest or done.receipt.reconciled else done

    async def _after_missing(self, left: Order, item: Item, deadline: Deadline, operation: str) -> Order:
        """The photo is gone already, unless it is the order that does not exist, or the shop says that it has it after all."""
        try:
            now = self._seen.note(await self._shop.order(left.id, deadline, operation))
        except NotFoundError:
            raise
        except PrintKitError:
            return with_receipt(left, read_back=False)
        if any(each.id == item.id for each in now.items):
            text = f"the shop says that it has no photo {item.id}, and lists it"
            raise RejectedError(text, status=404, provider=self._name, operation=operation)
        return now


def _is_changed(item: Item, change: Body) -> bool:
    """Whether a photo is as ``change`` wants it; None stands for a member that is not there. A file is known by its hash alone."""
    body = bodies.body_again(item)
    if "url" in change and change["url"] is None:
        has, wants = item.artwork[0].md5 if item.artwork else None, change.get("md5Hash")
        return has is not None and wants is not None and has.lower() == wants.lower()
    return all(body.get(name) == value for name, value in change.items() if name != "md5Hash")


async def _batches(photos: Sequence[Photo], progress: PhotoProgress | None) -> list[tuple[int, Batch]]:
    """What to send, in the order of ``photos``, each with the place of its first photo."""
    batches: list[tuple[int, Batch]] = []
    for place, photo in enumerate(photos):
        body = bodies.photo_body(photo)
        if photo.artwork[0].url is None:
            upload = await uploads.prepare(photo.artwork[0], f"photos[{place}].artwork", partial(progress, place) if progress else None)
            batches.append((place, (body | ({"md5Hash": upload.md5} if upload.md5 else {}), upload)))
        elif batches and isinstance(batches[-1][1], list):
            batches[-1][1].append(body)
        else:
            batches.append((place, [body]))
    return batches
