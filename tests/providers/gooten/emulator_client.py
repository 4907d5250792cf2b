"""A small client of the emulated shop for tests: speaks the wire, knows nothing of the SDK's adapter."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from attrs import frozen

from printkit.emulator.clock import ManualClock
from printkit.exchange import Effect, Part, Request
from printkit.providers.gooten.emulator import Options, Shop

SAMPLES = Path(__file__).parents[2] / "samples" / "gooten"
RECIPE = "00000000-0000-4000-8000-000000000001"
KEY = "Zm9vYmFy+RXhhbXBsZU9ubHk/Tm90QVJlYWxLZXk="
CANVAS = "CanvsWrp-BlkWrp-18x24"
FRAME = "Framed_12x18_Black_Lustre"
PILLOW = "ThrowPillow-Zipper-16x16"
ADDRESS = {
    "FirstName": "Gooten",
    "LastName": "Test",
    "Line1": "222 Broadway",
    "City": "New York",
    "State": "NY",
    "PostalCode": "10038",
    "CountryCode": "US",
    "Email": "test@gooten.com",
    "Phone": "1234567890",
}
LINE: dict[str, Any] = {
    "SKU": CANVAS,
    "Quantity": 1,
    "ShipType": "standard",
    "Images": [{"Url": "https://assets.example.com/a.png", "Index": 0}],
}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_bytes(), parse_float=Decimal)


def order_body(*lines: dict[str, Any], **members: Any) -> dict[str, Any]:
    return {
        "ShipToAddress": ADDRESS,
        "BillingAddress": {name: ADDRESS[name] for name in ("FirstName", "LastName", "PostalCode", "CountryCode")},
        "Items": list(lines) or [LINE],
        "Payment": {"PartnerBillingKey": KEY, "CurrencyCode": "USD"},
        **members,
    }


@frozen
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body, parse_float=Decimal)


class Client:
    def __init__(self, options: Options | None = None) -> None:
        self.clock = ManualClock()
        self.shop = Shop(options, self.clock)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | tuple[Part, ...] = b"",
        content_type: str | None = "application/json",
        query: dict[str, str] | None = None,
    ) -> Answer:
        request = Request(method, path, Effect.WRITES, query=query or {}, body=body, content_type=content_type if body else None)
        response = self.shop.answer(request)
        return Answer(response.status, dict(response.headers), response.body)

    def call(self, method: str, name: str, value: Any = None, *, keyed: bool = True, **query: Any) -> Answer:
        credentials = {"recipeid": RECIPE, **({"partnerBillingKey": KEY} if keyed else {})}
        body = b"" if value is None else json.dumps(value, default=float).encode()
        return self.send(method, f"/api/{name}", body, query={**credentials, **query})

    def get(self, name: str, **query: Any) -> Answer:
        return self.call("GET", name, **query)

    def post(self, name: str, value: Any = None, **query: Any) -> Answer:
        return self.call("POST", name, value, **query)

    def put(self, name: str, value: Any = None, **query: Any) -> Answer:
        return self.call("PUT", name, value, **query)

    def submit(self, *lines: dict[str, Any], **members: Any) -> Any:
        """A new order as ``GET orders`` has it."""
        answer = self.post("orders", order_body(*lines, **members))
        assert answer.status == 201, answer.body
        return self.order(answer.json["Id"])

    def order(self, id_: str) -> Any:
        return self.get("orders", id=id_, withImages="true").json

    def statuses(self, id_: str) -> list[str]:
        return [item["Status"] for item in self.order(id_)["Items"]]

    def make(self, order: Any, *statuses: str) -> None:
        """Gives the items these statuses, one after the other."""
        for item, status in zip(order["Items"], statuses, strict=True):
            self.shop.control(("items", str(item["OrderItemId"]), "status"), {"status": status})

    def in_status(self, *statuses: str) -> Any:
        """A new order whose items have these statuses, each in a parcel of its own."""
        skus = [CANVAS, FRAME, "Mug-11oz-White", PILLOW]
        lines = [{**LINE, "SKU": sku} for sku in skus[: len(statuses)]]
        order = self.submit(*lines)
        self.make(order, *statuses)
        return self.order(order["Id"])
