"""An emulated Kiosk: stateful and without I/O, the same knowledge from the other side. Nothing of the adapter is used here."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from printkit.emulator.clock import Clock, SystemClock
from printkit.emulator.ledger import EffectLedger
from printkit.emulator.notices import NoticeDue, Outbox, Pauses
from printkit.emulator.shop import ArtworkFailure, UnknownControlError
from printkit.exchange import Request, Response

PREFIX = "/kiosk/v1"
PATH = re.compile(rf"{PREFIX}/orders(?:/(?P<order>[^/]+)(?:/(?P<part>prints|state))?)?/?")
NEXT = {"open": ("ordered", "cancelled"), "ordered": ("cancelled",)}
ON_A_PAGE = 50


class Refusal(Exception):  # noqa: N818 - it is an answer, not a mistake
    """An answer that is not 2xx."""


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
                return 201, self._create(_members(request))
            case "PUT", dict(), "prints":
                return 200, self._set_prints(order, _members(request))
            case "PUT", dict(), "state":
                return 200, self._set_state(order, _members(request))
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
        every = [each for each in reversed(self._orders.values()) if wanted in {None, each["reference"]}]
        start = (page - 1) * ON_A_PAGE
        return {"orders": every[start : start + ON_A_PAGE], "next": page + 1 if start + ON_A_PAGE < len(every) else None}

    def _create(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        reference, to = given.get("reference"), given.get("to")
        if not (
            isinstance(reference, str)
            and reference
            and isinstance(to, dict)
            and all(isinstance(each, str) for each in to.values())
            and to.get("name")
        ):
            raise Refusal(400, "an order has a reference and an address")
        if any(each["reference"] == reference for each in self._orders.values()):
            raise Refusal(409, "there is an order of this reference")
        order_id = f"k{len(self._orders) + 1}"
        created = self.clock.now().isoformat()
        self._orders[order_id] = {"id": order_id, "reference": reference, "state": "open", "to": to, "prints": [], "created": created}
        self.ledger.record("order created", reference, order_id)
        return self._orders[order_id]

    def _set_prints(self, order: dict[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
        if order["state"] != "open":
            raise Refusal(409, f"the order is {order['state']}")
        prints = given.get("prints")
        if not (isinstance(prints, list) and all(_is_print(each) for each in prints)):
            raise Refusal(400, "a print has a size, an image and a count from 1")
        order["prints"] = [{**each, "id": f"{order['id']}-{place}"} for place, each in enumerate(prints, 1)]
        self.ledger.record("prints set", order["id"])
        return order

    def _set_state(self, order: dict[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
        state = given.get("state")
        if state not in NEXT.get(order["state"], ()):
            raise Refusal(409, f"the order is {order['state']}")
        if state == "ordered" and not (order["prints"] and order["to"].get("street") and order["to"].get("town")):
            raise Refusal(422, "the order lacks prints or an address")
        self.ledger.record(f"order {state}", order["id"])
        return self._moved(order, state)

    def _moved(self, order: dict[str, Any], state: str) -> Mapping[str, Any]:
        order["state"] = state
        if self.outbox.to:
            self.outbox.put(self.outbox.to, json.dumps({"order": order["id"], "state": state}).encode(), self.clock.now())
        return order

    # ── What only the shop's own people could do ──────────────────────────────────────────────────────────────────────

    def control(self, words: tuple[str, ...], members: Mapping[str, object]) -> Mapping[str, object]:
        """``orders/{id}/print`` and ``orders/{id}/post``, beside what all shops have."""
        found = self.outbox.control(words, members, self.clock.now())
        if found is not None:
            return found
        match words:
            case ("orders", order_id, "print" | "post" as deed) if order_id in self._orders:
                return self._moved(self._orders[order_id], {"print": "printing", "post": "posted"}[deed])
            case _:
                raise UnknownControlError("there is no such control call, or no such order")

    def advance(self, now: datetime) -> Sequence[NoticeDue]:
        """The notices to be sent now."""
        return self.outbox.due(now)

    def notice_answered(self, notice: NoticeDue, status: int | None) -> None:
        """Tried again three times."""
        if status is not None and 200 <= status < 300:
            self.outbox.accepted(notice)
        else:
            self.outbox.failed(notice, self.clock.now(), Pauses(attempts=3))

    def artwork_arrived(self, item: str, artwork: bytes | ArtworkFailure) -> None:
        """Kiosk looks at no pictures."""

    def reset(self) -> None:
        """Forgets every order and effect."""
        self._orders.clear()
        self.ledger.clear()


def _members(request: Request) -> Mapping[str, Any]:
    try:
        given = json.loads(request.body) if isinstance(request.body, bytes) else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise Refusal(400, "that is no JSON object")
    return given


def _is_print(given: Any) -> bool:
    return (
        isinstance(given, dict)
        and given.keys() == {"size", "image", "count"}
        and isinstance(given["size"], str)
        and isinstance(given["image"], str)
        and type(given["count"]) is int
        and given["count"] > 0
    )
