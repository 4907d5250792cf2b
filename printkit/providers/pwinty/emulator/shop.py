"""Pwinty v2.5, emulated: takes requests, knows its callers, routes, and answers in the shop's own form. Refuses to do I/O.

Transport, credentials and errors: reference/pwinty-api.md sections 2, 3 and 4.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, final
from urllib.parse import unquote

import msgspec

from printkit.emulator.bodies import BadBody, Body, gather, media_type, read_body
from printkit.emulator.clock import Clock, SystemClock
from printkit.emulator.ledger import EffectLedger
from printkit.emulator.notices import NoticeDue, Outbox
from printkit.emulator.shop import ArtworkFailure, ArtworkWanted
from printkit.exchange import Request, Response
from printkit.secret import Secret

from . import answers, controls, pictures, progress, routes
from .calls import Call
from .options import Options
from .refusals import RefusedError
from .routes import Route
from .state import Workshop

_JSON: Final = "application/json; charset=utf-8"
_DENIED: Final = "Authorization has been denied for this request."
_BROKEN: Final = "An error occurred : Something unexpected happened while processing this request"


@final
class Shop:
    """One Pwinty with its own orders. With a ``ManualClock`` the same requests give the same bytes."""

    name = "pwinty"

    def __init__(self, options: Options | None = None, clock: Clock | None = None) -> None:
        self._workshop = _open(Options() if options is None else options, SystemClock() if clock is None else clock)

    @property
    def options(self) -> Options:
        """The choices; may be replaced while the shop is open."""
        return self._workshop.options

    @options.setter
    def options(self, options: Options) -> None:
        self._workshop.options = options
        self._workshop.outbox.to, self._workshop.outbox.post = options.callback_url, options.callback_post

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Where the shop's paths begin."""
        return (self._workshop.options.prefix,)

    @property
    def clock(self) -> Clock:
        """The shop's clock."""
        return self._workshop.clock

    @property
    def ledger(self) -> EffectLedger:
        """What really happened.

        Kinds and keys: ``order created`` (reference, id), ``order updated`` (id), ``photo added`` (order id, type, URL or else the
        file's md5), ``photo deleted`` (order id, photo id), ``order submitted``, ``payment requested``, ``payment received``,
        ``order cancelled``, ``order completed`` (id), ``shipment shipped`` (order id, id), ``issue created`` (order id, type, id),
        ``issue commented`` and ``issue cancelled`` (order id, id).
        """
        return self._workshop.ledger

    def answer(self, request: Request) -> Response:
        """Answers one request. Never raises: what goes wrong in here is the shop's 500."""
        try:
            self._catch_up(self.clock.now())
            return self._answer(request)
        except Exception:  # noqa: BLE001 - a shop does not fall over
            return _respond(500, {"errorMessage": _BROKEN})

    def _answer(self, request: Request) -> Response:
        workshop = self._workshop
        segments = _below(workshop.options.prefix, request.path)
        found = [] if segments is None else routes.of_path(segments, older=workshop.options.older_routes)
        if not found:
            return self._framework(404, "No HTTP resource was found that matches the request URI.")
        method = request.method.upper()
        fitting = [(route, words) for route, words in found if route.method == method]
        if not fitting:
            allowed = ", ".join(sorted({route.method for route, _ in found}))
            return self._framework(405, f"The requested resource does not support http method '{method}'.", {"allow": allowed})
        route, words = fitting[0]
        merchant = self._caller(request)
        if merchant is None:
            return self._framework(401, _DENIED)
        body = Body(empty=True) if method in {"GET", "DELETE"} else read_body(request)
        if isinstance(body, BadBody):
            return self._bad_body(body, request)
        if body.entries is not None and route.empty != "batch":
            return self._framework(400, "The request is invalid.")
        return self._operate(route, self._call(merchant, words, request, body))

    def _call(self, merchant: str, words: Mapping[str, str], request: Request, body: Body) -> Call:
        query = gather(request.query)
        members = query if body.empty and self._workshop.options.query_as_body else body.members
        return Call(merchant, words, query, members, body, self.clock.now())

    def _operate(self, route: Route, call: Call) -> Response:
        try:
            return _respond(200, route.operation(self._workshop, call))
        except RefusedError as refusal:
            return _respond(refusal.status, answers.empty(route.empty, refusal.text, self._workshop.options))

    def _caller(self, request: Request) -> str | None:
        """The merchant id of a pair of credentials that is known, or None."""
        headers = {name.lower(): value.strip() for name, value in request.headers}
        merchant, key = headers.get("x-pwinty-merchantid", ""), headers.get("x-pwinty-rest-api-key", "")
        if not merchant or not key:
            return None
        known = self._workshop.options.credentials
        if known is not None and not any(merchant == id_ and Secret(key) == secret for id_, secret in known):
            return None
        return merchant

    def _bad_body(self, body: BadBody, request: Request) -> Response:
        if body.why == "unreadable":
            return self._framework(400, "The request is invalid.")
        kind = media_type(request)[0]
        return self._framework(415, f"The request entity's media type '{kind}' is not supported for this resource.")

    def _framework(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
        return _respond(status, {self._workshop.options.framework_message_member: text}, headers)

    def advance(self, now: datetime) -> Sequence[NoticeDue]:
        """Lets everything happen that is due by ``now`` and returns the callbacks to be sent."""
        self._catch_up(now)
        return self._workshop.outbox.due(now)

    def _catch_up(self, now: datetime) -> None:
        for when, happening in self._workshop.timers.due(now):
            happening(when)

    def notice_answered(self, notice: NoticeDue, status: int | None) -> None:
        """Only 200 ends a callback's attempts (seed 004, "Retries"); a ping is sent once."""
        self._workshop.outbox.answered(notice, status, self.clock.now(), self._workshop.options.callback_pauses, taken=status == 200)

    def artwork_arrived(self, item: str, artwork: bytes | ArtworkFailure) -> None:
        """A photo's picture was fetched, or could not be."""
        photo = controls.photo(self._workshop, item)
        if isinstance(artwork, bytes):
            progress.photo_fetched(self._workshop, photo, artwork)
        else:
            progress.photo_failed(photo, "FileNotFoundAtUrl" if artwork is ArtworkFailure.NOT_FOUND else "Invalid")

    def serve_artwork(self, shown_at: str | None, fetches: Callable[[str], bool]) -> None:
        """From now on previews are shown below this URL, and pictures at these URLs are really fetched."""
        self._workshop.darkroom.shown_at, self._workshop.darkroom.fetches = shown_at, fetches

    def artwork_wanted(self) -> Sequence[ArtworkWanted]:
        """The pictures of URL photos that are to be fetched now, each told once."""
        return pictures.wanted(self._workshop)

    def artwork_shown(self, name: str) -> bytes | None:
        """``{photo id}-preview`` or ``{photo id}-thumbnail``: how the product would be printed. Needs Pillow."""
        return pictures.shown(self._workshop, name)

    def control(self, words: tuple[str, ...], members: Mapping[str, object]) -> Mapping[str, object]:
        """The control calls, as listed in ``controls``."""
        self._catch_up(self.clock.now())
        return controls.control(self._workshop, words, members)

    def reset(self) -> None:
        """Closes this shop and opens one like it, with the same clock and options and empty books."""
        old = self._workshop
        old.ledger.clear()
        self._workshop = _open(old.options, old.clock)
        self._workshop.ledger = old.ledger
        self.serve_artwork(old.darkroom.shown_at, old.darkroom.fetches)

    def photo_fetched(self, photo_id: int, content: bytes | None = None, *, pixels: tuple[int, int] | None = None) -> None:
        """The picture of a URL photo is there: ``Ok``, or ``Invalid`` when bytes are given that are no JPEG or miss the md5.

        With ``pixels`` (width, height) validation warns of pictures that are too small or will be cropped.
        """
        photo = progress.find_photo(self._workshop, photo_id)
        progress.photo_fetched(self._workshop, photo, content)
        if pixels is not None:
            photo.pixels = pixels

    def photo_failed(self, photo_id: int, state: str = "FileNotFoundAtUrl") -> None:
        """The picture of a URL photo did not come (``FileNotFoundAtUrl``) or was none (``Invalid``)."""
        progress.photo_failed(progress.find_photo(self._workshop, photo_id), state)

    def pay(self, order_id: int) -> None:
        """The recipient pays: ``AwaitingPayment`` becomes ``Submitted``."""
        progress.pay(self._workshop, progress.find_order(self._workshop, order_id), self.clock.now())

    def allocate_shipments(self, order_id: int) -> None:
        """First step after submission: every shipment gets its id."""
        progress.allocate(self._workshop, progress.find_order(self._workshop, order_id), self.clock.now())

    def ship(self, order_id: int, shipment: int | None = None) -> None:
        """Second step: a shipment (counted from 0), or all, leave; tracked ones get a number."""
        progress.ship_some(self._workshop, progress.find_order(self._workshop, order_id), shipment, self.clock.now())

    def complete(self, order_id: int) -> None:
        """Last step: the order is ``Complete``; shipments that had not left leave before."""
        progress.complete(self._workshop, progress.find_order(self._workshop, order_id), self.clock.now())

    def print_and_ship(self, order_id: int) -> None:
        """All three steps at once, one callback for each thing that changes."""
        self.allocate_shipments(order_id)
        self.ship(order_id)
        self.complete(order_id)


def _open(options: Options, clock: Clock) -> Workshop:
    return Workshop(options, clock, Outbox(options.callback_url, options.callback_post))


def _below(prefix: str, path: str) -> list[str] | None:
    """The path's segments below the prefix, percent-decoded, without empty ones; None when it is not below."""
    segments = [unquote(segment) for segment in path.split("/") if segment]
    outer = [segment.lower() for segment in prefix.split("/") if segment]
    if [segment.lower() for segment in segments[: len(outer)]] != outer:
        return None
    return segments[len(outer) :]


def _respond(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, {"content-type": _JSON, **(headers or {})}, _encode(value))


def _encode(value: object) -> bytes:
    try:
        return msgspec.json.encode(value)
    except ValueError:  # half a surrogate pair, which only JSON's escapes can say
        return json.dumps(value).encode("ascii")
