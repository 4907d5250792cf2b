"""An emulated Kiosk: stateful and without I/O, the same knowledge from the other side. Nothing of the adapter is used here."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from printkit.emulator.clock import Clock, SystemClock
from printkit.emulator.ledger import EffectLedger
from printkit.emulator.notices import NoticeDue, Outbox, Pauses
from printkit.emulator.shop import ArtworkFailure, UnknownControlError
from printkit.exchange import Request, Response

PREFIX = "/kiosk/v1"
PATH = re.compile(rf"{PREFIX}/orders(?:/(?P<order>[^/]+)(?:/(?P<part>prints|state))?)?/?")
NEXT = {"open": ("ordered", "cancelled"), "ordered": ("cancelled",)}
ON_A_PAGE = 50

T = TypeVar("T")


class Refusal(Exception):  # noqa: N818 - it is an answer, not a mistake
    """An answer that is not 2xx."""


class Address(msgspec.Struct):
    """Where an order goes."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    street: str = ""
    town: str = ""
    postcode: str = ""
    country: str = ""


class NewOrder(msgspec.Struct):
    """The body of ``POST /orders``."""

    reference: Annotated[str, msgspec.Meta(min_length=1)]
    to: Address


class Print(msgspec.Struct):
    """One line of an order."""

    size: str
    image: str
    count: Annotated[int, msgspec.Meta(ge=1)]


class Prints(msgspec.Struct):
    """The body of ``PUT /orders/{id}/prints``."""

    prints: tuple[Print, ...]


class State(msgspec.Struct):
    """The body of ``PUT /orders/{id}/state``."""

    state: str


class Shop:
    """One emulated Kiosk."""

    name = "kiosk"
    prefixes = (PREFIX,)

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock: Clock = SystemClock() if clock is None else clock
        self.ledger = EffectLedger()
        self.outbox = Outbox()
        self._orders: dict[str, dict[str, Any]] = {}

    def answer(self, request: Request) -> Response:
        """As the real shop would. Never raises."""
        try:
            status, said = self._answered(request)
        except Refusal as refusal:
            (status, text) = refusal.args
            said = {"error": text}
        return Response(status, {"Content-Type": "application/json"}, json.dumps(said).encode())

    def _answered(self, request: Request) -> tuple[int, Any]:
        headers = {name.lower(): value for name, value in request.headers}
        if not (headers.get("x-kiosk-number") and headers.get("x-kiosk-key")):
            raise Refusal(401, "who are you?")
        found = PATH.fullmatch(request.path)
        if found is None:
            raise Refusal(404, "there is no such path")
        order = self._order(found["order"]) if found["order"] else None
        match request.method, order, found["part"]:
            case "GET", None, _:
                return 200, self._listed(dict(request.query))
            case "GET", dict(), None:
                return 200, order
            case "POST", None, _:
                return 201, self._create(_read(request, NewOrder))
            case "PUT", dict(), "prints":
                return 200, self._set_prints(order, _read(request, Prints))
            case "PUT", dict(), "state":
                return 200, self._set_state(order, _read(request, State))
            case _:
                raise Refusal(405, "not that way")

    def _order(self, order_id: str) -> dict[str, Any]:
        if order_id not in self._orders:
            raise Refusal(404, f"there is no order {order_id}")
        return self._orders[order_id]

    def _listed(self, query: Mapping[str, str]) -> Mapping[str, Any]:
        given = query.get("page", "1")
        page = int(given) if given.isdecimal() and len(given) < 9 else 1
        wanted = query.get("reference")
        every = [
            each for each in reversed(self._orders.values()) if wanted in {None, each["reference"]}
        ]
        start = (page - 1) * ON_A_PAGE
        return {
            "orders": every[start : start + ON_A_PAGE],
            "next": page + 1 if start + ON_A_PAGE < len(every) else None,
        }

    def _create(self, given: NewOrder) -> Mapping[str, Any]:
        if any(each["reference"] == given.reference for each in self._orders.values()):
            raise Refusal(409, "there is an order of this reference")
        order_id, to = f"k{len(self._orders) + 1}", msgspec.to_builtins(given.to)
        created = self.clock.now().isoformat()
        order: dict[str, Any] = {
            "id": order_id,
            "reference": given.reference,
            "state": "open",
            "to": to,
            "prints": [],
            "created": created,
        }
        self._orders[order_id] = order
        self.ledger.record("order created", given.reference, order_id)
        return order

    def _set_prints(self, order: dict[str, Any], given: Prints) -> Mapping[str, Any]:
        if order["state"] != "open":
            raise Refusal(409, f"the order is {order['state']}")
        order["prints"] = [
            {**msgspec.to_builtins(each), "id": f"{order['id']}-{place}"}
            for place, each in enumerate(given.prints, 1)
        ]
        self.ledger.record("prints set", order["id"])
        return order

    def _set_state(self, order: dict[str, Any], given: State) -> Mapping[str, Any]:
        if given.state not in NEXT.get(order["state"], ()):
            raise Refusal(409, f"the order is {order['state']}")
        if given.state == "ordered" and not (
            order["prints"] and order["to"]["street"] and order["to"]["town"]
        ):
            raise Refusal(422, "the order lacks prints or an address")
        self.ledger.record(f"order {given.state}", order["id"])
        return self._moved(order, given.state)

    def _moved(self, order: dict[str, Any], state: str) -> Mapping[str, Any]:
        order["state"] = state
        if self.outbox.to:
            self.outbox.put(
                self.outbox.to,
                json.dumps({"order": order["id"], "state": state}).encode(),
                self.clock.now(),
            )
        return order

    # ── What only the shop's own people could do ──────────────────────────────────────────────────────────────────────

    def control(
        self, words: tuple[str, ...], members: Mapping[str, object]
    ) -> Mapping[str, object]:
        """``orders/{id}/print`` and ``orders/{id}/post``, beside what all shops have."""
        found = self.outbox.control(words, members, self.clock.now())
        if found is not None:
            return found
        match words:
            case ("orders", order_id, "print" | "post" as deed) if order_id in self._orders:
                return self._moved(
                    self._orders[order_id], {"print": "printing", "post": "posted"}[deed]
                )
            case _:
                raise UnknownControlError("there is no such control call, or no such order")

    def advance(self, now: datetime) -> Sequence[NoticeDue]:
        """The notices to be sent now."""
        return self.outbox.due(now)

    def notice_answered(self, notice: NoticeDue, status: int | None) -> None:
        """Tried three times."""
        taken = status is not None and 200 <= status < 300
        self.outbox.answered(notice, status, self.clock.now(), Pauses(attempts=3), taken=taken)

    def artwork_arrived(self, item: str, artwork: bytes | ArtworkFailure) -> None:
        """Kiosk looks at no pictures."""

    def reset(self) -> None:
        """Forgets every order and effect."""
        self._orders.clear()
        self.ledger.clear()


def _read(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(
            request.body if isinstance(request.body, bytes) else b"", type=kind
        )
    except (ValueError, RecursionError) as error:
        raise Refusal(400, f"that is not what is documented: {error}") from None
