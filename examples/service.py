"""A web service that orders prints: places orders, hears of changes, and finds out later what it could not know at once.

    python -m pip install fastapi uvicorn
    NOTICE_TOKEN=... uvicorn service:app

Which shop it orders from stands in printkit.toml or in the environment; no line here names one.
"""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel

import printkit
from printkit import Applied, NewOrder, NotApplied, Order, Photo, PrintKit, Recipient, ReconcileHandle
from printkit.inbox import Inbox
from printkit.receiving import Receiver

UNKNOWN = Path(os.environ.get("UNKNOWN_FOLDER", "unknown"))
"""A file for each write of which nobody knows yet whether it happened."""


class Address(BaseModel):
    """Where an order goes."""

    name: str
    line1: str
    city: str
    postal_code: str
    country: str


class Line(BaseModel):
    """One picture, printed as one product."""

    sku: str
    url: str
    copies: int = 1


class Wanted(BaseModel):
    """What a customer has paid for. The reference is yours and names this order for ever."""

    reference: str
    to: Address
    lines: list[Line]


async def changed(order: Order) -> None:
    """Called once for each real change of an order: tell the customer, the stock, the books."""
    print(order.reference, order.status)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """One kit for the whole service, and a receiver that loses no notice."""
    UNKNOWN.mkdir(exist_ok=True)
    async with printkit.connect() as kit:
        receiver = Receiver(kit, changed, token=os.environ["NOTICE_TOKEN"], inbox=Inbox("inbox.db"))
        async with receiver:
            app.state.kit, app.state.receiver = kit, receiver
            yield


app = FastAPI(lifespan=lifespan)


def kit_of(request: Request) -> PrintKit:
    """The kit of this service."""
    kit: PrintKit = request.app.state.kit
    return kit


# ── Orders ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@app.post("/orders", status_code=201)
async def place(wanted: Wanted, request: Request) -> dict[str, str]:
    """Create, fill and submit an order."""
    new = NewOrder(Recipient(**wanted.to.model_dump()), reference=wanted.reference)
    order = await kit_of(request).place_order(new, [Photo(line.sku, line.url, copies=line.copies) for line in wanted.lines])
    return {"order": str(order.ref), "status": order.status}


@app.get("/orders/{ref}")
async def look(ref: str, request: Request) -> dict[str, str | None]:
    """An order as the shop has it now."""
    order = await kit_of(request).get_order(ref)
    return {"reference": order.reference, "status": order.status, "said": order.provider_status}


# ── When something goes wrong ─────────────────────────────────────────────────────────────────────────────────────────


@app.exception_handler(printkit.OutcomeUnknownError)
async def unknown(request: Request, error: printkit.OutcomeUnknownError) -> JSONResponse:
    """It may have happened. Keep the handle before anything else; the caller must not ask again."""
    (UNKNOWN / f"{error.handle.id}.json").write_text(error.handle.to_json(), encoding="utf-8")
    return JSONResponse({"unknown": error.handle.id, "order": str(error.order or ""), "settled": error.settle_until.isoformat()}, 202)


@app.exception_handler(printkit.PrintKitError)
async def failed(request: Request, error: printkit.PrintKitError) -> JSONResponse:
    """Nothing happened. What may succeed later is a 503, all else is the caller's to mend. An order that was begun is named."""
    status = 503 if error.retryable else 404 if isinstance(error, printkit.NotFoundError) else 422
    return JSONResponse({"error": error.message, "order": str(error.order or "")}, status)


@app.post("/reconcile")
async def reconcile(request: Request) -> dict[str, str]:
    """Ask what became of every write that is unknown: call it every few minutes."""
    found: dict[str, str] = {}
    for file in sorted(UNKNOWN.glob("*.json")):
        handle = ReconcileHandle.from_json(file.read_text(encoding="utf-8"))
        match await kit_of(request).reconcile(handle):
            case Applied():
                found[handle.id] = f"{handle.operation} happened"
            case NotApplied(why):
                found[handle.id] = f"{handle.operation} did not happen: {why}"
            case later:
                found[handle.id] = f"still unknown: {later.why}"
                continue
        file.unlink()
    return found


# ── Notices ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@app.api_route("/notices/{token}/{connection}", methods=["GET", "POST"])
async def notice(token: str, connection: str, request: Request) -> Response:
    """What the shops call; ``receiver.urls("https://…/notices")`` says with which URLs."""
    receiver: Receiver = request.app.state.receiver
    answer = await receiver.receive(
        token=token,
        connection=connection,
        method=request.method,
        headers=request.headers,
        query=request.query_params,
        body=request.stream(),
    )
    if answer.status == 404:
        raise HTTPException(404)  # as for a path that there is not
    return Response(answer.text, answer.status)
