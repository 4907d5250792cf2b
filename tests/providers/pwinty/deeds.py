"""Every verb of Pwinty's adapter that goes over the wire, each of its requests on its own, for whoever strikes them."""

import json

from printkit import (
    Effect,
    Issue,
    NewOrder,
    Order,
    OrderStatus,
    Payment,
    Photo,
    PrintKit,
    Request,
    Response,
)
from tests.matrix.deeds import Deed, Here, Reading, asked
from tests.matrix.faults import SENSELESS
from tests.providers.pwinty.shops import ANN, TOM, URL, World, draft, photo

ORDERS, ORDER, STATUS = "/v2.5/Orders", "/v2.5/Orders/{id}", "/v2.5/Orders/{id}/Status"
PHOTOS, BATCH, ONE_PHOTO = "/v2.5/Orders/{id}/Photos", "/v2.5/Orders/{id}/Photos/Batch", "/v2.5/Orders/{id}/Photos/{photo}"
ISSUES, ISSUE = "/v2.5/Orders/{id}/Issues", "/v2.5/Orders/{id}/Issues/{issue}"
JPEG = b"\xff\xd8\xff and so on"
THREE = [photo("a"), photo("b", "8x12", copies=2), photo("a")]


# ── What there is before ──────────────────────────────────────────────────────────────────────────────────────────────


async def nothing(shop: World, kit: PrintKit) -> None:
    return None


async def empty(shop: World, kit: PrintKit) -> Order:
    return await draft(kit)


async def with_photo(shop: World, kit: PrintKit) -> Order:
    return await draft(kit, photo("a"))


async def paid_by_recipient(shop: World, kit: PrintKit) -> Order:
    return await draft(kit, photo("a"), payment=Payment.RECIPIENT)


async def with_issue(shop: World, kit: PrintKit) -> Issue:
    return await kit.report_issue(await draft(kit, photo("a")), "DamagedOrder", "Reprint", detail="torn")


# ── Writes ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def skus(order: Order) -> list[str]:
    return [item.provider_sku for item in order.items]


def urls(order: Order) -> list[str | None]:
    return [item.artwork[0].url for item in order.items]


def place(kit: PrintKit, nothing: None) -> object:
    return kit.place_order(NewOrder(TOM, reference="R1"), [photo("a")])


def own_request(kit: PrintKit, order: Order) -> object:
    body = json.dumps({"status": "Cancelled"}).encode()
    return kit.request(Request("POST", f"/Orders/{order.id}/Status", Effect.WRITES, body=body, content_type="application/json"))


DEEDS: dict[str, Deed] = {
    "create_order": Deed(
        "POST",
        ORDERS,
        nothing,
        lambda kit, _: kit.create_order(NewOrder(TOM, reference="R1")),
        "order created",
        shows=lambda order: order.reference == "R1" and order.recipient == TOM,
    ),
    "add_photos, one": Deed(
        "POST",
        PHOTOS,
        empty,
        lambda kit, order: kit.add_photos(order, [photo("a")]),
        "photo added",
        shows=lambda order: urls(order) == [URL.format("a")],
    ),
    "add_photos, batch": Deed(
        "POST",
        BATCH,
        empty,
        lambda kit, order: kit.add_photos(order, THREE),
        "photo added",
        shows=lambda order: sorted(skus(order)) == ["4x6", "4x6", "8x12"],
    ),
    "add_photos, file": Deed(
        "POST",
        PHOTOS,
        empty,
        lambda kit, order: kit.add_photos(order, [Photo("4x6", JPEG)]),
        "photo added",
        shows=lambda order: len(order.items) == 1,
        heals=False,
    ),
    "place_order, creating": Deed("POST", ORDERS, nothing, place, "order created"),  # type: ignore[arg-type]
    "place_order, adding": Deed("POST", PHOTOS, nothing, place, "photo added"),  # type: ignore[arg-type]
    "place_order, submitting": Deed(
        "POST",
        STATUS,
        nothing,
        place,  # type: ignore[arg-type]
        "order submitted",
        shows=lambda order: order.status is OrderStatus.SUBMITTED,
    ),
    "update_recipient": Deed(
        "PUT",
        ORDER,
        empty,
        lambda kit, order: kit.update_recipient(order, ANN),
        "order updated",
        shows=lambda order: order.recipient is not None and order.recipient.name == "Ann Jones",
    ),
    "cancel_items": Deed(
        "DELETE",
        ONE_PHOTO,
        with_photo,
        lambda kit, order: kit.cancel_items(order, [order.items[0]]),
        "photo deleted",
        shows=lambda order: order.items == (),
    ),
    "swap_sku, adding": Deed(
        "POST",
        PHOTOS,
        with_photo,
        lambda kit, order: kit.swap_sku(order, order.items[0], "8x12"),
        "photo added",
        shows=lambda order: skus(order) in (["8x12"], ["4x6", "8x12"]),
    ),
    "swap_sku, deleting": Deed(
        "DELETE",
        ONE_PHOTO,
        with_photo,
        lambda kit, order: kit.swap_sku(order, order.items[0], "8x12"),
        "photo deleted",
        shows=lambda order: skus(order) == ["8x12"],
    ),
    "replace_artwork, adding": Deed(
        "POST",
        PHOTOS,
        with_photo,
        lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b")),
        "photo added",
        shows=lambda order: URL.format("b") in urls(order),
    ),
    "replace_artwork, deleting": Deed(
        "DELETE",
        ONE_PHOTO,
        with_photo,
        lambda kit, order: kit.replace_artwork(order, order.items[0], URL.format("b")),
        "photo deleted",
        shows=lambda order: urls(order) == [URL.format("b")],
    ),
    "submit": Deed(
        "POST",
        STATUS,
        with_photo,
        lambda kit, order: kit.submit(order),
        "order submitted",
        shows=lambda order: order.status is OrderStatus.SUBMITTED,
    ),
    "submit, recipient pays": Deed(
        "POST",
        STATUS,
        paid_by_recipient,
        lambda kit, order: kit.submit(order),
        "payment requested",
        shows=lambda order: order.status is OrderStatus.AWAITING_PAYMENT,
    ),
    "set_status, cancelled": Deed(
        "POST",
        STATUS,
        with_photo,
        lambda kit, order: kit.set_status(order, OrderStatus.CANCELLED),
        "order cancelled",
        shows=lambda order: order.status is OrderStatus.CANCELLED,
    ),
    "set_status, awaiting payment": Deed(
        "POST",
        STATUS,
        paid_by_recipient,
        lambda kit, order: kit.set_status(order, OrderStatus.AWAITING_PAYMENT),
        "payment requested",
        shows=lambda order: order.status is OrderStatus.AWAITING_PAYMENT,
    ),
    "report_issue": Deed(
        "POST",
        ISSUES,
        with_photo,
        lambda kit, order: kit.report_issue(order, "DamagedOrder", "Reprint", detail="bent", items=[order.items[0]]),
        "issue created",
        shows=lambda issue: issue.detail == "bent",
        proves_absence=False,
    ),
    "update_issue, comment": Deed(
        "PUT",
        ISSUE,
        with_issue,
        lambda kit, issue: kit.update_issue(issue.order, issue.id, comment="very torn"),
        "issue commented",
        shows=lambda issue: "very torn" in (issue.commentary or ""),
        heals=False,
    ),
    "update_issue, cancel": Deed(
        "PUT",
        ISSUE,
        with_issue,
        lambda kit, issue: kit.update_issue(issue.order, issue.id, cancel=True),
        "issue cancelled",
        shows=lambda issue: issue.state.lower() == "cancelled",
        heals=False,
    ),
    "request that writes": Deed(
        "POST",
        STATUS,
        with_photo,
        own_request,  # type: ignore[arg-type]
        "order cancelled",
        shows=lambda answer: isinstance(answer, Response),
        finds=False,
    ),
}


# ── Reads ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


async def all_orders(kit: PrintKit, order: Order) -> list[Order]:
    return [each async for each in kit.list_orders()]


READINGS: dict[str, Reading] = {
    "get_order": Reading("GET", ORDER, with_photo, lambda kit, order: kit.get_order(order.ref)),
    "get_item": Reading("GET", ORDER, with_photo, lambda kit, order: kit.get_item(order.ref, order.items[0].id)),
    "list_orders": Reading(
        "GET", ORDERS, with_photo, all_orders, {"status 200 `[]`": lambda found: found == [], "status 404": lambda found: found == []}
    ),
    "validate": Reading("GET", f"{ORDER}/SubmissionStatus", with_photo, lambda kit, order: kit.validate(order.ref)),
    "list_products": Reading(
        "GET", "/v2.5/Catalogue/{country}/{quality}", nothing, lambda kit, _: kit.list_products(quality="Pro", country="GB")
    ),
    "list_countries": Reading(
        "GET", "/v2.5/Country", nothing, lambda kit, _: kit.list_countries(), {"status 200 `[]`": lambda found: found == ()}
    ),
    "list_issues": Reading("GET", ISSUES, with_issue, lambda kit, issue: kit.list_issues(issue.order)),
    "get_issue": Reading("GET", ISSUE, with_issue, lambda kit, issue: kit.get_issue(issue.order, issue.id)),
    "request that reads": Reading(
        "GET",
        ORDER,
        with_photo,
        lambda kit, order: asked(kit, f"/Orders/{order.id}"),
        dict.fromkeys(SENSELESS, lambda answer: isinstance(answer, Response)),
    ),
}

HERE: dict[str, Here] = {}
