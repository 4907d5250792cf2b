"""Gooten, emulated: takes requests, knows its callers, routes, and answers in the shop's own form. Refuses to do I/O.

Transport, credentials and errors: reference/gooten-api.md sections 2, 3 and 5.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Final, cast, final
from urllib.parse import unquote

import msgspec

from printkit.emulator.bodies import BadBody, Body, body_of, gather, read_body
from printkit.emulator.clock import Clock, SystemClock
from printkit.emulator.ledger import EffectLedger
from printkit.emulator.notices import NoticeDue, Outbox
from printkit.emulator.shop import ArtworkFailure, ArtworkWanted
from printkit.exchange import Request, Response

from . import accounts, answers, controls, listings, progress, routes
from .calls import Call
from .options import Options
from .refusals import RefusedError
from .routes import Route
from .spelling import encoded
from .state import Workshop, guid

_JSON: Final = "application/json; charset=utf-8"
_HTML: Final = "text/html; charset=utf-8"
_PAGE: Final = b"<!DOCTYPE html>\n<html><head><title>Not found</title></head><body>There is nothing here.</body></html>\n"
_LOST: Final = "notfound.html"
_STATIC: Final = "/productdatav3"
_EVERYBODY: Final = {"access-control-allow-origin": "*"}
_ASKED_BEFORE: Final = {"access-control-allow-headers": "Content-Type", "access-control-max-age": "600"}
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG", b"II*\x00", b"MM\x00*", b"%PDF")


@final
class Shop:
    """One Gooten with its own orders. With a ``ManualClock`` the same requests give the same bytes."""

    name = "gooten"

    def __init__(self, options: Options | None = None, clock: Clock | None = None) -> None:
        self._workshop = _open(Options() if options is None else options, SystemClock() if clock is None else clock)

    @property
    def options(self) -> Options:
        """The choices; may be replaced while the shop is open. Where counters begin is taken when it opens."""
        return self._workshop.options

    @options.setter
    def options(self, options: Options) -> None:
        self._workshop.options = options
        self._workshop.outbox.to, self._workshop.outbox.post = options.webhook_url, options.webhook_post

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Where the shop's paths begin: its calls, and its static catalogue."""
        return (self._workshop.options.prefix, _STATIC)

    @property
    def clock(self) -> Clock:
        """The shop's clock."""
        return self._workshop.clock

    @property
    def ledger(self) -> EffectLedger:
        """What really happened.

        Kinds and keys, an order's id being its safe ID: ``order submitted`` (SourceId, id), ``order charged`` (id), ``artwork replaced``
        (id, item, print space, URL), ``sku changed`` (id, item, SKU), ``address changed`` (id), ``shipping method changed`` (id, item,
        method), ``order personalised`` (id), ``order cancelled``, ``order held``, ``order restarted``, ``order made a test`` (id),
        ``item cancelled``, ``item printed``, ``item shipped`` (id, item), ``image uploaded`` (number), ``print-ready product saved`` and
        ``print-ready product deleted`` (SKU).
        """
        return self._workshop.ledger

    def answer(self, request: Request) -> Response:
        """Answers one request. Never raises: what goes wrong in here is the shop's 500."""
        try:
            self._catch_up(self.clock.now())
            answer = self._answer(request)
        except Exception:  # noqa: BLE001 - a shop does not fall over
            answer = self._message(500, "An error has occurred.")
        return Response(answer.status, {**answer.headers, **_EVERYBODY}, answer.body)

    def _answer(self, request: Request) -> Response:
        segments = [unquote(segment) for segment in request.path.split("/") if segment]
        if [segment.lower() for segment in segments] == ["productdatav3", "catalog.json"]:
            return self._respond(200, listings.static_catalogue())
        below = _below(self.options.prefix, segments)
        if below is not None and [segment.lower() for segment in below] == [_LOST]:
            return Response(200, {"content-type": _HTML}, _PAGE)
        path, recipe = routes.below_version(below or [])
        found = routes.of_path(path) if path else []
        if not found:
            return self._unknown_route()
        method = request.method.upper()
        fitting = [(route, words) for route, words in found if route.method == method]
        allowed = ", ".join(sorted({route.method for route, _ in found}))
        if method == "OPTIONS":
            return Response(200, {"access-control-allow-methods": allowed, **_ASKED_BEFORE}, b"")
        if not fitting:
            return self._message(405, f"The requested resource does not support http method '{method}'.", {"allow": allowed})
        if fitting[0][0].path == "products" and self.options.products_call != "answered":
            return self._message(int(self.options.products_call), "An error has occurred.")
        return self._admit(*fitting[0], recipe, request)

    def _admit(self, route: Route, words: Mapping[str, str], recipe: str, request: Request) -> Response:
        """Looks at the credentials and the body before the operation does."""
        query, options, now = gather(request.query), self.options, self.clock.now()
        given = recipe or _text(query.get("recipeid"))
        if not accounts.recipe_known(options, given):
            return self._message(options.bad_recipe_status, "Invalid recipeId")
        account = given.strip().lower()
        wait = self._too_many(account, now)
        if wait is not None:
            return self._limited(wait, now)
        looked_at = route.body and route.method not in {"GET", "DELETE"}
        body = _body(request, options) if looked_at else Body(empty=True)
        if isinstance(body, BadBody):
            return self._bad_body(body)
        try:
            keyed = _keyed(route, account, query, options)
            value = self._operate(route, Call(account, words, query, body, now, keyed))
            return self._respond(_success(route, value, options), value)
        except RefusedError as refusal:
            return self._refused(route, refusal)

    def _operate(self, route: Route, call: Call) -> object:
        value = route.operation(self._workshop, call)
        if route.path == "orderstatus" and self.options.orderstatus_had_error == "success":
            return {"HadError": True}
        return value

    def _refused(self, route: Route, refusal: RefusedError) -> Response:
        options = self.options
        if refusal.kind == "billing key" and options.bad_billing_key == "message":
            return self._message(401, "Invalid partnerBillingKey")
        if refusal.kind == "unknown order" and options.unknown_order == "empty":
            return self._respond(200, {})
        code = None if refusal.brief else guid("error", str(next(self._workshop.books.errors)))
        body = answers.failed(refusal.entries, code, options)
        if route.path == "orderstatus":
            if refusal.kind == "status" and options.orderstatus_refusal == "bare":
                body = {"HadError": True}
            if options.orderstatus_had_error == "success":
                body["HadError"] = False
        return self._respond(_status(refusal, options), body)

    def _bad_body(self, body: BadBody) -> Response:
        if body.why == "media-type":
            return self._message(415, "The request entity's media type is not supported for this resource.")
        return self._message(400, "The request is invalid.")

    def _unknown_route(self) -> Response:
        if self.options.unknown_route == "html":
            return Response(200, {"content-type": _HTML}, _PAGE)
        return Response(302, {"content-type": _HTML, "location": f"{self.options.prefix}/{_LOST}"}, _PAGE)

    def _too_many(self, account: str, now: datetime) -> float | None:
        """Seconds until the account may ask again; None when it may now."""
        options = self.options
        if options.rate_limit is None:
            return None
        period, books = timedelta(seconds=options.rate_period), self._workshop.books
        recent = [when for when in books.asked.get(account, []) if when > now - period]
        if len(recent) >= options.rate_limit:
            return (recent[0] + period - now).total_seconds() if recent else options.rate_period
        books.asked[account] = [*recent, now]
        return None

    def _limited(self, wait: float, now: datetime) -> Response:
        seconds = max(1, round(wait + 0.5))
        headers = {
            "none": {},
            "seconds": {"retry-after": str(seconds)},
            "date": {"retry-after": format_datetime(now + timedelta(seconds=seconds), usegmt=True)},
        }[self.options.retry_after]
        return self._message(429, "Too many requests.", headers)

    def _message(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        return self._respond(status, {"Message": text}, headers)

    def _respond(self, status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
        body = b"" if value is None else encoded(value, self.options)
        return Response(status, {"content-type": _JSON, **(headers or {})}, body)

    def advance(self, now: datetime) -> Sequence[NoticeDue]:
        """Lets everything happen that is due by ``now`` and returns the webhooks to be sent."""
        self._catch_up(now)
        return self._workshop.outbox.due(now)

    def _catch_up(self, now: datetime) -> None:
        for when, happening in self._workshop.timers.due(now):
            happening(when)

    def notice_answered(self, notice: NoticeDue, status: int | None) -> None:
        """Any 2xx ends a webhook's attempts; by default there is one only, as always of a ping."""
        taken = status is not None and 200 <= status < 300
        self._workshop.outbox.answered(notice, status, self.clock.now(), self.options.webhook_pauses, taken=taken)

    def artwork_arrived(self, item: str, artwork: bytes | ArtworkFailure) -> None:
        """An item's picture was fetched, or could not be; changes nothing when it is not waited for any more.

        ``item`` is an OrderItemId for all its pictures, or with ``.0``, ``.1`` behind it for one of several.
        """
        self._catch_up(self.clock.now())
        number, _, index = item.partition(".")
        order, found = controls.find_item(self._workshop, number)
        if isinstance(artwork, bytes) and (artwork.startswith(_PICTURES) or not self.options.look_at_files):
            progress.image_arrived(self._workshop, order, found, self.clock.now(), int(index) if index.isdecimal() else None)
        else:
            progress.image_failed(self._workshop, order, found, self.clock.now())

    def serve_artwork(self, shown_at: str | None, fetches: Callable[[str], bool]) -> None:
        """From now on pictures at these URLs are really fetched. Nothing is ever shown."""
        self._workshop.messenger.fetches = fetches

    def artwork_wanted(self) -> Sequence[ArtworkWanted]:
        """The pictures of new items, and of those in ``ReadyForImageDl``, that are to be fetched now, each told once."""
        wanted, self._workshop.messenger.wanted = self._workshop.messenger.wanted, []
        return wanted

    def artwork_shown(self, name: str) -> bytes | None:
        """None: this shop makes no pictures; the URLs of its previews lead nowhere."""
        return None

    def control(self, words: tuple[str, ...], members: Mapping[str, object]) -> Mapping[str, object]:
        """The control calls, as listed in ``controls``."""
        self._catch_up(self.clock.now())
        return controls.control(self._workshop, words, members)

    def reset(self) -> None:
        """Closes this shop and opens one like it, with the same clock and options and empty books."""
        old = self._workshop
        old.ledger.clear()
        self._workshop = _open(old.options, old.clock)
        self._workshop.ledger, self._workshop.messenger.fetches = old.ledger, old.messenger.fetches


def _open(options: Options, clock: Clock) -> Workshop:
    return Workshop(options, clock, Outbox(options.webhook_url, options.webhook_post))


def _below(prefix: str, segments: Sequence[str]) -> list[str] | None:
    """The segments below the prefix; None when the path is not below it."""
    outer = [segment.lower() for segment in prefix.split("/") if segment]
    if [segment.lower() for segment in segments[: len(outer)]] != outer:
        return None
    return list(segments[len(outer) :])


def _text(value: object) -> str:
    """A query value; of a repeated one the last."""
    if isinstance(value, list):
        return str(cast(list[object], value)[-1])
    return value if isinstance(value, str) else ""


def _keyed(route: Route, account: str, query: Mapping[str, object], options: Options) -> bool:
    """Whether a right billing key stands in the query.

    Raises:
        RefusedError: it is wrong, or it is needed and missing.
    """
    key = _text(query.get("partnerbillingkey"))
    if route.key == "none" or (route.key == "optional" and not key):
        return False
    accounts.check_key(options, account, key)
    return True


def _body(request: Request, options: Options) -> Body | BadBody:
    """The body: JSON under whatever name, unless the options want its own."""
    if options.media_types == "any" and isinstance(request.body, bytes):
        try:
            return body_of(msgspec.json.decode(request.body.strip() or b"null"))
        except (ValueError, RecursionError):
            return read_body(request)
    return read_body(request)


def _success(route: Route, value: object, options: Options) -> int:
    if isinstance(value, dict) and cast(Mapping[str, object], value).get("HadError") is True:
        return options.cancel_refusal_status if route.path == "ordercancel" else 200
    return options.created_status if route.created else 200


def _status(refusal: RefusedError, options: Options) -> int:
    return {
        "validation": options.validation_status,
        "duplicate": options.duplicate_status,
        "status": options.status_refusal_status,
        "unknown id": options.unknown_gooten_id_status,
        "unknown order": 404 if options.unknown_order == "404" else 200,
        "billing key": options.validation_status,
    }[refusal.kind]
