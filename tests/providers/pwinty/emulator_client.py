"""A small client of the emulated shop for tests: speaks the wire, knows nothing of the SDK's adapter."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from attrs import frozen

from printkit.emulator.clock import ManualClock
from printkit.exchange import Effect, Part, Request
from printkit.providers.pwinty.emulator import Options, Shop

SAMPLES = Path(__file__).parents[2] / "samples" / "pwinty"
CREDENTIALS = (("X-Pwinty-MerchantId", "merchant"), ("X-Pwinty-REST-API-Key", "key"))
ADDRESS = {
    "recipientName": "Alex Example",
    "address1": "12 Example Street",
    "addressTownOrCity": "Cardiff",
    "postalOrZipCode": "CF11 1AB",
}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_bytes())


@frozen
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    def __init__(self, options: Options | None = None) -> None:
        self.clock = ManualClock()
        self.shop = Shop(options, self.clock)
        self.credentials: tuple[tuple[str, str], ...] = CREDENTIALS

    def send(
        self,
        method: str,
        path: str,
        body: bytes | tuple[Part, ...] = b"",
        content_type: str | None = None,
        query: dict[str, str] | None = None,
    ) -> Answer:
        request = Request(method, path, Effect.WRITES, query=query or {}, headers=self.credentials, body=body, content_type=content_type)
        response = self.shop.answer(request)
        assert response.headers["content-type"] == "application/json; charset=utf-8"
        return Answer(response.status, dict(response.headers), response.body)

    def get(self, path: str, **query: str) -> Answer:
        return self.send("GET", f"/v2.5{path}", query=query)

    def post(self, path: str, value: Any = None) -> Answer:
        return self.send("POST", f"/v2.5{path}", json.dumps(value).encode() if value is not None else b"", "application/json")

    def put(self, path: str, value: Any) -> Answer:
        return self.send("PUT", f"/v2.5{path}", json.dumps(value).encode(), "application/json; charset=utf-8")

    def delete(self, path: str) -> Answer:
        return self.send("DELETE", f"/v2.5{path}")

    def form(self, path: str, method: str = "POST", **fields: str) -> Answer:
        return self.send(method, f"/v2.5{path}", urlencode(fields).encode(), "application/x-www-form-urlencoded")

    def order(self, **members: Any) -> int:
        answer = self.post("/Orders", {"countryCode": "GB", **ADDRESS, **members})
        assert answer.status == 200, answer.body
        number: int = answer.json["id"]
        return number

    def photo(self, order: int, **members: Any) -> int:
        answer = self.post(f"/Orders/{order}/Photos", {"type": "4x6", "url": "https://images.example.com/a.jpg", "copies": 1, **members})
        assert answer.status == 200, answer.body
        number: int = answer.json["id"]
        return number

    def status(self, order: int, word: str) -> Answer:
        return self.post(f"/Orders/{order}/Status", {"status": word})

    def state(self, order: int) -> str:
        word: str = self.get(f"/Orders/{order}").json["status"]
        return word

    def submitted(self, **members: Any) -> int:
        order = self.order(**members)
        self.photo(order)
        assert self.status(order, "Submitted").status == 200
        return order
