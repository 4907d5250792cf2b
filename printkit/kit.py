"""The front door: resolves SKUs and sends each order to the connection in its reference. Knows no shop and no settings of one."""

import asyncio
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, NoReturn, Self, TypeVar, final

from attrs import evolve

from . import checks, checkup
from .bulk import run as bulk
from .bulk.run import Run
from .bulk.source import Changes
from .catalogue import Country, ProductList
from .changes import incomplete
from .errors import ConfigError, FieldProblem, InvalidRequestError, PrintKitError, UnsupportedOperationError
from .exchange import Request, Response
from .following import Following
from .many import ManyVerbs
from .model import Artwork, Issue, Item, NewOrder, Order, OrderRef, OrderStatus, Photo, Recipient, ValidationReport
from .opening import Opened
from .outcomes import Applied, NotApplied, ReconcileHandle, Unknown
from .paging import Page, Pager
from .provider import (
    Capability,
    Catalogue,
    Issues,
    ItemLike,
    OrderLike,
    PhotoProgress,
    ProviderInfo,
    Stage,
    Support,
)
from .skus import SkuMap
from .telemetry import Event

T = TypeVar("T")


@final
class PrintKit(Following, ManyVerbs):
    """Every verb, on every configured shop. Made by ``connect``; use it as ``async with``, or call ``aclose``.

    A verb that takes an order sends it to the connection in the order's reference. A verb without one takes ``provider=``, a
    connection's name, and else uses the default.
    """

    def __init__(self, opened: Mapping[str, Opened], default: str | None, skus: SkuMap) -> None:
        super().__init__()
        self._opened = dict(opened)
        self._default = default if default is not None or len(opened) != 1 else next(iter(opened))
        self._skus = skus

    # ── Orders ────────────────────────────────────────────────────────────────────────────────────────────────────────

    async def create_order(self, new: NewOrder, *, provider: str | None = None) -> Order:
        """Create an order that is not yet submitted: nothing is printed or charged.

        Raises:
            InvalidRequestError: before any request; lists every problem.
            OutcomeUnknownError: an order may have been created. Such a draft costs nothing.
        """
        at = self._at(provider)
        checks.refuse(checks.of_form(new), provider=at.account.provider, operation="create_order")
        return self._yours(at, await at.provider.create_order(new))

    async def add_photos(self, order: OrderLike | str, photos: Iterable[Photo], *, progress: PhotoProgress | None = None) -> Order:
        """Add prints to an order that is not yet submitted.

        ``progress`` is told of files on their way: the photo's place in the list, the bytes sent so far, and all of them if known.

        Raises:
            ConflictError: the order is submitted already.
            OutcomeUnknownError: they may have been added. Do not add them again: they would be printed twice.
        """
        at, order = self._of(order)
        given = checks.listed("photos", photos, "Photo")
        fits = progress is None or callable(progress)
        checks.refuse([] if fits else [FieldProblem("progress", "give a function")], provider=at.account.provider, operation="add_photos")
        mapped = [self._resolved(at, photo, f"photos[{place}]") for place, photo in enumerate(given)] if self._skus else given
        return self._yours(at, await at.provider.add_photos(order, mapped, progress=progress))

    async def place_order(self, new: NewOrder, photos: Iterable[Photo], *, provider: str | None = None) -> Order:
        """Create an order, add its photos and submit it. An error after the creation carries the order's reference as ``error.order``.

        Raises:
            RejectedError: the shop refuses the order, or one of the photos: then the others are in the order, which is not submitted.
            OutcomeUnknownError: one of the three steps may have happened; ``error.operation`` names it.
        """
        given = checks.listed("photos", photos, "Photo")
        checks.refuse([*checks.of_new_order(new), *checks.of_photos(given)], provider=provider, operation="place_order")
        order = await self.create_order(new, provider=provider)
        try:
            filled = await self.add_photos(order, given)
            if filled.receipt.refused:
                raise incomplete(filled, len(given))
            placed = await self.submit(filled)
            return evolve(placed, receipt=placed.receipt.after(order.receipt, filled.receipt))
        except PrintKitError as error:
            error.order = order.ref
            raise
        except BaseException as ended:
            ended.add_note(f"printkit: place_order had created {order.ref}")
            raise

    async def get_order(self, ref: OrderLike | str) -> Order:
        """Read one order, whole. ``ref`` may be text such as ``pwinty:1065``."""
        where = self._ref(ref)
        at = self._at(where.provider)
        return self._yours(at, await at.provider.get_order(where))

    async def get_item(self, order: OrderLike | str, item_id: str) -> Item:
        """Read one item of an order. What it does not tell by itself may be taken from an ``Order``; a reference reads that too."""
        at, order = self._of(order)
        checks.refuse(checks.of_text("item_id", item_id, required=True), provider=at.account.provider, operation="get_item")
        return self._skus.item_to_yours(await at.provider.get_item(order, item_id), at.names)

    def list_orders(
        self,
        *,
        status: OrderStatus | None = None,
        reference: str | None = None,
        since: datetime | None = None,
        detail: bool = False,
        cursor: str | None = None,
        provider: str | None = None,
    ) -> Pager[Order]:
        """Orders, newest first: ``async for order in kit.list_orders(...)``, or ``page = await kit.list_orders(...)``.

        Entries may lack prices and shipments (``order.complete`` is False) unless ``detail`` asks for each to be read whole.

        Args:
            status: only orders in this status.
            reference: only orders with this reference.
            since: an aware time; only orders created at or after it.
            detail: read each order whole, at one request each.
            cursor: go on after an earlier page: its ``next``.
            provider: a connection's name, else the default.
        """
        at = self._at(provider)
        problems = [
            *(() if status is None else checks.of_kind("status", status, OrderStatus, "an OrderStatus, such as OrderStatus.SUBMITTED")),
            *(() if reference is None else checks.of_text("reference", reference, required=True)),
            *(() if since is None else checks.of_kind("since", since, datetime, "an aware datetime")),
            *(() if cursor is None else checks.of_text("cursor", cursor, required=True)),
            *checks.of_flag("detail", detail),
        ]
        checks.refuse(problems, provider=at.account.provider, operation="list_orders")
        pager = at.provider.list_orders(status=status, reference=reference, since=since, detail=detail, cursor=cursor)

        async def fetch(start: str | None) -> Page[Order]:
            page = await Pager(pager.fetch, start)
            return Page(tuple(self._yours(at, order) for order in page.items), page.next)

        return Pager(fetch, cursor)

    async def validate(self, order: OrderLike | str) -> ValidationReport:
        """Ask what stands between an order and printing. ``report.ok`` is the shop's verdict; ``report.problems`` says what to mend."""
        at, order = self._of(order)
        return await at.provider.validate(order)

    async def submit(self, order: OrderLike | str) -> Order:
        """Place the order: from here on it prints and charges.

        Raises:
            RejectedError: the order is not valid; ``error.report`` says why.
            ConflictError: it is submitted already, or cancelled.
            OutcomeUnknownError: it may have been placed. Do not submit it again.
        """
        at, order = self._of(order)
        return self._yours(at, await at.provider.submit(order))

    async def update_recipient(self, order: OrderLike | str, recipient: Recipient) -> Order:
        """Send an order to somebody else. What the shop cannot be told is listed in ``receipt.not_told``."""
        at, order = self._of(order)
        checks.refuse(checks.of_recipient(recipient), provider=at.account.provider, operation="update_recipient")
        return self._yours(at, await at.provider.update_recipient(order, recipient))

    async def cancel_items(self, order: OrderLike | str, items: Iterable[ItemLike]) -> Order:
        """Take items out of an order. Items that the shop keeps are listed in ``receipt.refused``."""
        at, order = self._of(order)
        given = checks.listed("items", items, "items, or of their ids")
        checks.refuse(checks.of_items(given), provider=at.account.provider, operation="cancel_items")
        return self._yours(at, await at.provider.cancel_items(order, given))

    async def swap_sku(self, order: OrderLike | str, item: ItemLike, sku: str, *, attributes: Mapping[str, str] | None = None) -> Order:
        """Print an item's artwork as another product. ``receipt.renamed`` says which new item stands for the old one.

        Without ``attributes`` those of the SKU map hold, and without a map the item keeps its own.
        """
        at, order = self._of(order)
        problems = [
            *checks.of_item(item),
            *checks.of_text("sku", sku, required=True),
            *(() if attributes is None else checks.of_texts("attributes", attributes)),
        ]
        checks.refuse(problems, provider=at.account.provider, operation="swap_sku")
        found = self._skus.of_shop(sku, at.names)
        if found is not None:
            sku, attributes = found.sku, {**found.attributes, **(attributes or {})}
        return self._yours(at, await at.provider.swap_sku(order, item, sku, attributes=attributes))

    async def replace_artwork(self, order: OrderLike | str, item: ItemLike, artwork: str | Artwork | Sequence[Artwork]) -> Order:
        """Print other artwork for an item. ``receipt.renamed`` says which new item stands for the old one."""
        at, order = self._of(order)
        pictures = Photo("artwork", artwork).artwork
        problems = [*checks.of_item(item), *checks.of_pictures(pictures)]
        checks.refuse(problems, provider=at.account.provider, operation="replace_artwork")
        return self._yours(at, await at.provider.replace_artwork(order, item, pictures))

    async def set_status(self, order: OrderLike | str, status: OrderStatus | str) -> Order:
        """Move an order to a status. A plain ``str`` is the shop's own target word.

        Raises:
            UnsupportedOperationError: the shop has no way to get there.
            ConflictError: not from the present status.
        """
        at, order = self._of(order)
        checks.refuse(checks.of_text("status", status, required=True), provider=at.account.provider, operation="set_status")
        return self._yours(at, await at.provider.set_status(order, status))

    # ── What some shops have ──────────────────────────────────────────────────────────────────────────────────────────

    async def list_products(self, *, country: str | None = None, quality: str | None = None, provider: str | None = None) -> ProductList:
        """What a shop sells in one country (two letters) and quality (the shop's word); the settings say which by default."""
        shop = self._catalogue(Capability.LIST_PRODUCTS, provider)
        problems = [*checks.of_text("country", country), *checks.of_text("quality", quality)]
        checks.refuse(problems, provider=provider, operation="list_products")
        return await shop.list_products(country=country, quality=quality)

    async def list_countries(self, *, provider: str | None = None) -> tuple[Country, ...]:
        """The countries a shop knows."""
        return await self._catalogue(Capability.LIST_COUNTRIES, provider).list_countries()

    async def report_issue(
        self,
        order: OrderLike | str,
        kind: str,
        action: str,
        *,
        detail: str | None = None,
        action_detail: str | None = None,
        items: Iterable[ItemLike] = (),
    ) -> Issue:
        """Complain about an order. ``kind`` and ``action`` are the shop's words, such as ``DamagedOrder`` and ``Reprint``.

        Raises:
            OutcomeUnknownError: it may have been reported. A reprint or refund is never asked for twice by itself.
        """
        at, order = self._issues(order)
        given = checks.listed("items", items, "items, or of their ids")
        problems = [
            *checks.of_text("kind", kind, required=True),
            *checks.of_text("action", action, required=True),
            *checks.of_text("detail", detail, many_lines=True),
            *checks.of_text("action_detail", action_detail, many_lines=True),
            *checks.of_items(given),
        ]
        checks.refuse(problems, provider=self._ref(order).provider, operation="report_issue")
        return await at.report_issue(order, kind, action, detail=detail, action_detail=action_detail, items=given)

    async def list_issues(self, order: OrderLike | str) -> tuple[Issue, ...]:
        """All complaints about an order."""
        at, order = self._issues(order)
        return await at.list_issues(order)

    async def get_issue(self, order: OrderLike | str, issue_id: str) -> Issue:
        """One complaint."""
        at, order = self._issues(order)
        checks.refuse(checks.of_text("issue_id", issue_id, required=True), provider=self._ref(order).provider, operation="get_issue")
        return await at.get_issue(order, issue_id)

    async def update_issue(self, order: OrderLike | str, issue_id: str, *, comment: str | None = None, cancel: bool = False) -> Issue:
        """Add a comment to a complaint, take it back, or both."""
        at, order = self._issues(order)
        problems = [
            *checks.of_text("issue_id", issue_id, required=True),
            *checks.of_text("comment", comment, many_lines=True),
            *checks.of_flag("cancel", cancel),
        ]
        checks.refuse(problems, provider=self._ref(order).provider, operation="update_issue")
        return await at.update_issue(order, issue_id, comment=comment, cancel=cancel)

    # ── Certainty ─────────────────────────────────────────────────────────────────────────────────────────────────────

    async def reconcile(self, handle: ReconcileHandle, *, send_again: bool = False) -> Applied[Any] | NotApplied | Unknown:
        """Find out what became of a write whose outcome was unknown, also in another process a day later.

        Sends no write, unless ``send_again`` asks for it: then what is proven not to have happened is sent once more, after the settle
        window, where that cannot do anything twice. A complaint and an uploaded file are never sent again. Send one handle again from one
        process only: two that do so at once cannot see one another.

        What comes back is ``Applied(order)``, or ``NotApplied`` when it did not happen and will not, or ``Unknown``: then ask again at
        ``not_before``, and where that is None look at the shop yourself.

        Raises:
            OutcomeUnknownError: what was sent again was lost again.
            ConfigError: the handle is of another account or environment than this connection.
        """
        if not isinstance(handle, ReconcileHandle):
            raise InvalidRequestError([FieldProblem("handle", "give a ReconcileHandle, or ReconcileHandle.from_json(text)")])
        checks.refuse(checks.of_flag("send_again", send_again), operation="reconcile")
        at = self._at(handle.provider)
        if (handle.kind, handle.environment, handle.account) != (at.account.kind, at.account.environment, at.account.digest):
            of = f"({handle.kind}, {handle.environment})"
            raise ConfigError(f"the handle is of another account or environment {of} than the connection {handle.provider!r}")
        found = await at.provider.reconcile(handle, send_again=send_again)
        if isinstance(found, Applied) and isinstance(found.value, Order):
            return Applied(self._yours(at, found.value))
        return found

    @property
    def unresolved(self) -> tuple[ReconcileHandle, ...]:
        """The writes of this process whose outcome is still unknown, cancelled ones included."""
        return tuple(handle for opened in self._opened.values() for handle in opened.provider.unresolved)

    # ── Many at once ──────────────────────────────────────────────────────────────────────────────────────────────────

    def apply(
        self,
        changes: Changes | None,
        *,
        journal: str | os.PathLike[str] | None = None,
        concurrency: int | None = None,
        in_order: bool = False,
        rate: float | None = None,
    ) -> Run:
        """Carry out any number of changes: ``async for result in kit.apply(changes)``, or ``report = await kit.apply(changes)``.

        One change never raises and never ends the run: ``result.outcome`` is ``Applied(order)``, ``NotApplied`` or ``Unknown``. Two
        changes of one order run one after the other, in the order of the input. A write that was lost is looked for after its settle
        window and sent again only where it is proven not to have happened. An outage pauses the run and fails nothing.

        With a ``journal`` all changes are taken in first, and every write is noted before it is sent: a run that is killed at any
        moment goes on where it was when it is applied again with the same journal, and nothing is sent twice. Orders that changes
        hold are kept as their references. Only a journal knows of every reference: without one, a second ``PlaceOrder`` of a reference
        is refused when the first is among the last 2 000 orders of the run.

        Args:
            changes: from ``printkit.changes``; any iterable or async iterable. None goes on with what the journal holds.
            journal: a file of this machine; made when it is not there.
            concurrency: changes under way at once; by default the smallest ``concurrency`` of the connections.
            in_order: give out results in the order of the input.
            rate: requests per second at most to each account, as long as the run lasts.

        Raises:
            InvalidRequestError: an argument is wrong. With a journal also from the run, before anything is sent: some changes cannot
                be carried out at all; without one each of those is a result.
            Exception: from the run: what the input raised, after the results of what was under way.
            RunStoppedError: from the run: it cannot go on; nothing is lost.
            JournalError: from the run: the journal is another run's, another account's, or another process works on it.
        """
        return bulk.run_of(
            self, self._opened.values(), self._default, changes, journal=journal, concurrency=concurrency, in_order=in_order, rate=rate
        )

    # ── What there is ─────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def opened(self) -> Mapping[str, Opened]:
        """The open connections with their accounts and limits: what runs on several machines are carried out with.

        :meta private:
        """
        return self._opened

    @property
    def default(self) -> str | None:
        """The connection of a verb that names none, if there is one."""
        return self._default

    @property
    def connections(self) -> Mapping[str, ProviderInfo]:
        """The open connections, by name."""
        return {name: opened.provider.info for name, opened in self._opened.items()}

    async def check(self, *, country: str | None = None, provider: str | None = None) -> checkup.CheckReport:
        """Ask whether the connections can be worked with: credentials, the SKU map, drafts. Only reads; what it finds is not raised.

        Args:
            country: where products are to be sold, as two letters; by default what each connection's settings say.
            provider: only this connection; by default all of them.
        """
        checks.refuse(checks.of_text("country", country), provider=provider, operation="check")
        asked = self._opened if provider is None else {provider: self._at(provider)}
        subjects = [checkup.Subject(at.account, at.provider, at.keeps_drafts) for at in asked.values()]
        skus = {name: self._skus.entries(opened.names) for name, opened in self._opened.items()}
        return await checkup.check(subjects, skus, country)

    def supports(self, capability: Capability, *, provider: str | None = None, stage: Stage | None = None) -> Support:
        """How well a connection supports something; truthy when it does. Without a stage, the better of draft and placed."""
        at = self._at(provider)
        problems = [
            *checks.of_kind("capability", capability, Capability, "a Capability, such as Capability.SUBMIT"),
            *(() if stage is None else checks.of_kind("stage", stage, Stage, "Stage.DRAFT or Stage.PLACED")),
        ]
        checks.refuse(problems, provider=at.account.provider)
        return at.provider.info.supports(capability, stage)

    async def request(self, request: Request, *, provider: str | None = None) -> Response:
        """Send what printkit does not wrap, with the shop's credentials, limits and redaction. Only 2xx answers are returned.

        ``request.effect`` decides: what READS is retried, what WRITES is sent at most once, and nothing can look for its effect.
        """
        at = self._at(provider)
        checks.refuse(checks.of_kind("request", request, Request, "a Request"), provider=at.account.provider, operation="request")
        return await at.provider.request(request)

    def announce(self, event: Event) -> None:
        """Tell the hooks of something beside the calls; for receivers of notices.

        :meta private:
        """
        next(iter(self._opened.values())).telemetry.tell(event)

    async def aclose(self, grace: float = 10.0) -> None:
        """Admit no further write, let those under way finish for at most ``grace`` seconds, and close every connection."""
        try:
            await asyncio.gather(*(opened.provider.aclose(grace) for opened in self._opened.values()))
        finally:
            for opened in self._opened.values():
                await opened.link.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        names = ", ".join(f"{name} ({opened.account.environment})" for name, opened in self._opened.items())
        return f"PrintKit({names})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a PrintKit cannot be pickled: let each process connect by itself")

    # ── Routing ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def _at(self, provider: str | None) -> Opened:
        name = provider if provider is not None else self._default
        if name is None:
            names = ", ".join(self._opened)
            raise ConfigError(f"several connections are open ({names}) and none is the default: pass provider=, or set default")
        if not isinstance(name, str) or name not in self._opened:
            raise ConfigError(f"there is no connection {checks.shown(name)}; open are {', '.join(self._opened)}")
        return self._opened[name]

    def _catalogue(self, capability: Capability, provider: str | None) -> Catalogue:
        at = self._at(provider)
        if isinstance(at.provider, Catalogue):
            return at.provider
        raise self._lacks(at, capability)

    def _issues(self, order: OrderLike | str) -> tuple[Issues, OrderLike]:
        at, order = self._of(order)
        if isinstance(at.provider, Issues):
            return at.provider, order
        raise self._lacks(at, Capability.ISSUES)

    def _lacks(self, at: Opened, capability: Capability) -> UnsupportedOperationError:
        return UnsupportedOperationError(at.account.provider, capability, at.provider.info.supports(capability).why)

    def _of(self, order: OrderLike | str) -> tuple[Opened, OrderLike]:
        """The connection of an order, and the order; text has become a reference."""
        ref = self._ref(order)
        return self._at(ref.provider), order if isinstance(order, Order) else ref

    def _ref(self, order: OrderLike | str) -> OrderRef:
        ref: Any = order.ref if isinstance(order, Order) else order
        try:
            found = ref if isinstance(ref, OrderRef) else OrderRef.parse(ref)
        except ValueError:
            found = None
        if found is None:
            fix = "give an Order, an OrderRef, or text such as pwinty:1065"
            raise InvalidRequestError([FieldProblem("order", f"{checks.shown(ref)} is not an order: {fix}")])
        if not (checks.is_plain(found.provider) and checks.is_plain(found.id)):
            parts = (("order.provider", found.provider), ("order.id", found.id))
            checks.refuse(problem for path, text in parts for problem in checks.of_text(path, text, required=True))
        return found

    def _with(self, opened: Mapping[str, Opened]) -> Self:
        return type(self)(opened, self._default, self._skus)

    def _resolved(self, at: Opened, photo: Photo, path: str) -> Photo:
        return self._skus.to_shop(photo, at.names, path) if isinstance(photo, Photo) and isinstance(photo.sku, str) else photo

    def _yours(self, at: Opened, order: Order) -> Order:
        return self._skus.to_yours(order, at.names)
