"""What clients written by others put on the wire: odd forms, multipart bodies, headers. Each is understood as the shop understood it."""

import asyncio
import gzip
import json
import re
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import pytest

from printkit.providers.pwinty.emulator import Shop
from printkit.server.emulator import EmulatorServer
from tests.pictures import JPEG
from tests.providers.pwinty.emulator_client import SAMPLES, Client, sample

URL = "https://images.example.com/a.jpg"
FORM = "application/x-www-form-urlencoded"
KEYS = ("X-Pwinty-MerchantId: m", "x-pwinty-rest-api-KEY: k")


REQUESTS = {entry["file"]: entry for entry in sample("index.json") if entry["kind"] == "request"}


@pytest.mark.parametrize("file", REQUESTS)
def test_every_sample_of_a_request_is_accepted(file: str) -> None:
    client = Client()
    order = client.order()
    client.photo(order)
    issue = client.post(f"/Orders/{order}/Issues", {"issue": "Unspecified", "action": "NoAction"}).json["id"]
    path = re.sub(r"(?<=/Orders/)[0-9]+", str(order), re.sub(r"(?<=/Issues/)[0-9]+", issue, REQUESTS[file]["path"]))
    answer = client.send(REQUESTS[file]["method"], path, (SAMPLES / file).read_bytes(), "application/json")

    assert answer.status == 200, answer.json
    assert answer.json["errorMessage"] is None


def test_the_samples_that_are_no_json() -> None:
    client = Client()
    for file in SAMPLES.glob("*.request.*.txt"):
        head, _, body = file.read_text().partition("\n\n")
        method, path, _ = head.split("\n")[0].split(" ")
        kind = head.partition("Content-Type: ")[2].partition("\n")[0]
        written = body.replace("\n", "\r\n").replace("(bytes of a JPEG file)", "{}").encode().replace(b"{}", JPEG)
        answer = client.send(method, re.sub("[0-9]{4}", str(client.order()), path), written, kind)

        assert answer.status == 200, (file, answer.json)


@pytest.mark.parametrize(("number", "word"), [(0, "Crop"), (1, "ShrinkToExactFit"), (2, "ShrinkToFit")])
def test_a_sizing_by_its_number(number: int, word: str) -> None:
    """The vendor's .NET client writes the number of its enumeration into JSON, beside members that no photo has."""
    client = Client()
    order = client.order()
    answer = client.post(
        f"/Orders/{order}/Photos",
        {"Id": 0, "Type": "4x6", "Url": URL, "Copies": 1, "Sizing": number, "OrderId": order, "PriceToUser": None, "Md5Hash": None},
    )

    assert (answer.status, answer.json["sizing"]) == (200, word)


@pytest.mark.parametrize("number", [3, -1, "1.5"])
def test_a_sizing_that_has_no_such_number(number: object) -> None:
    client = Client()

    assert client.post(f"/Orders/{client.order()}/Photos", {"type": "4x6", "url": URL, "sizing": number}).status == 400


@pytest.mark.parametrize(
    "spelling", ["{index}[{name}]", "[{index}][{name}]", "[{index}].{name}"], ids=["http_build_query", "brackets", "web api"]
)
def test_a_batch_as_a_form(spelling: str) -> None:
    """Requests are JSON or forms (seed 004, "Request format"); these are the forms of a list."""
    client = Client()
    photos = [
        {"type": "5x5", "url": f"{URL}?1", "copies": "2", "sizing": "ShrinkToFit"},
        {"type": "4x6", "url": f"{URL}?2", "copies": "1", "sizing": "Crop"},
    ]
    fields = [(spelling.format(index=index, name=name), value) for index, photo in enumerate(photos) for name, value in photo.items()]
    fields.append((spelling.format(index=0, name="attributes") + "[finish]", "matte"))
    answer = client.send("POST", f"/v2.5/Orders/{client.order()}/Photos/Batch", urlencode(fields).encode(), FORM)

    assert answer.status == 200, answer.json
    assert [(item["type"], item["copies"], item["sizing"], item["attributes"]) for item in answer.json["items"]] == [
        ("5x5", 2, "ShrinkToFit", {"finish": "matte"}),
        ("4x6", 1, "Crop", {}),
    ]


@pytest.fixture
async def server() -> AsyncIterator[EmulatorServer]:
    async with EmulatorServer([Shop()], tick=None) as server:
        yield server


async def say(server: EmulatorServer, first: str, *headers: str, body: bytes = b"", waits: bool = False) -> tuple[int, Any]:
    """Writes these very bytes to a connection of its own and reads what comes until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = [first, f"Host: 127.0.0.1:{server.port}", "Connection: close", *KEYS, *headers]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    if waits:
        assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert await reader.readline() == b"\r\n"
    writer.write(body)
    head, _, content = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head.split()[1]), json.loads(content)


async def order(server: EmulatorServer, fields: str = "countryCode=GB&qualityLevel=Standard") -> Any:
    body = fields.encode()
    status, made = await say(server, "POST /v2.5/Orders HTTP/1.1", f"Content-Type: {FORM}", f"Content-Length: {len(body)}", body=body)
    assert status == 200
    return made


async def test_fields_without_a_value_and_its_sign(server: EmulatorServer) -> None:
    """So the Java client writes what is not known."""
    made = await order(
        server, "recipientName&address1&countryCode=GB&mobileTelephone&payment&qualityLevel=Standard&useTrackedShipping=false"
    )

    assert (made["payment"], made["qualityLevel"], made["photos"]) == ("InvoiceMe", "Standard", [])


def part(headers: str, content: bytes, boundary: str = "Boundary_3_15") -> bytes:
    return f"--{boundary}\r\n{headers}\r\n\r\n".encode() + content + b"\r\n"


FIELDS = (("type", b"4x6"), ("sizing", b"Crop"), ("copies", b"1"))
JERSEY = [part(f'Content-Type: text/plain\r\nContent-Disposition: form-data; name="{name}"', value) for name, value in FIELDS]
BODIES = {
    "file with its date and size": (
        "multipart/form-data;boundary=Boundary_3_15",
        b"".join(
            [
                *JERSEY,
                part(
                    "Content-Type: application/octet-stream\r\nContent-Disposition: form-data; "
                    'filename="a.jpg"; modification-date="Wed, 31 May 2017 09:32:31 GMT"; size=640; name="file"',
                    JPEG,
                ),
                b"--Boundary_3_15--\r\n",
            ]
        ),
    ),
    "stream, and nothing after the last boundary": (
        'multipart/form-data; boundary="Boundary_3_15"',
        b"".join(
            [
                *JERSEY,
                part('Content-Disposition: form-data; name="image"; filename="/photos/a b.jpg"\r\nContent-Type: image/jpeg', JPEG),
                b"--Boundary_3_15--",
            ]
        ),
    ),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("way", ["length", "chunks", "gzip", "100-continue", "HTTP/1.0"])
async def test_a_file_however_it_is_sent(server: EmulatorServer, name: str, way: str) -> None:
    kind, body = BODIES[name]
    headers = [f"Content-Type: {kind}", "MIME-Version: 1.0", "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2"]
    match way:
        case "chunks":
            headers.append("Transfer-Encoding: chunked")
            body = b"".join(b"%x\r\n%b\r\n" % (len(body[i : i + 97]), body[i : i + 97]) for i in range(0, len(body), 97)) + b"0\r\n\r\n"
        case "gzip":
            body = gzip.compress(body)
            headers += ["Content-Encoding: gzip", f"Content-Length: {len(body)}"]
        case "100-continue":
            headers += ["Expect: 100-continue", f"Content-Length: {len(body)}"]
        case _:
            headers.append(f"Content-Length: {len(body)}")
    first = f"POST /v2.5//Orders/{(await order(server))['id']}/Photos HTTP/{'1.0' if way == 'HTTP/1.0' else '1.1'}"
    status, photo = await say(server, first, *headers, body=body, waits=way == "100-continue")

    assert (status, photo["status"]) == (200, "Ok")


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (("Content-Type: application/json", "Transfer-Encoding: chunked", "Expect: 100-continue"), b"0\r\n\r\n"),
        (("Content-Type: application/json", "Content-Length: 9"), b'{"id": 1}'),
        ((f"Content-Type: {FORM}", "Content-Length: 0"), b""),
    ],
    ids=["PHP puts nothing", "Node's last body again", "Java's empty form"],
)
async def test_a_body_where_none_is_due(server: EmulatorServer, headers: tuple[str, ...], body: bytes) -> None:
    id_ = (await order(server))["id"]
    fields = f"type=4x6&url={URL}".encode()
    added = (f"Content-Type: {FORM}", f"Content-Length: {len(fields)}")
    _, photo = await say(server, f"POST /v2.5/Orders/{id_}/Photos/ HTTP/1.1", *added, body=fields)

    waits = any("100" in header for header in headers)
    gone = await say(server, f"DELETE /v2.5/Orders/{id_}/Photos/{photo['id']}? HTTP/1.1", *headers, body=body, waits=waits)
    assert gone == (200, {"errorMessage": None})
    assert await say(server, f"GET /v2.5/Orders/{id_}/Photos/? HTTP/1.1", *headers, body=body, waits=waits) == (200, [])
