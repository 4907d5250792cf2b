"""Every matter on which the vendor is silent, as one switch with its default. Knows no behaviour, only the choice.

Defaults: reference/gooten-api.md section 20. Where a fixed clock is wanted, give the shop a ``ManualClock``.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, final

from attrs import field, frozen

from printkit.emulator.notices import Pauses, Post
from printkit.secret import Secret

BodyForm = Literal["any", "array", "object", "items"]
"""An array of flat objects, one flat object, or ``{"Items": [...]}``."""


@final
@frozen
class Automatic:
    """What happens by itself, in seconds of the shop's clock after what went before. None: only by control call."""

    image_after: float | None = None
    """From ``New`` to ``ReadyForImageDl``, or ``AddressIssue``. A picture that is really fetched moves its item on besides."""
    pending_after: float | None = None
    """From there to ``Pending`` or ``NeedsManualApproval``, or ``ImageIssue``; and from approval to ``Pending``."""
    production_after: float | None = None
    """From ``Pending`` to ``InProduction``: the time for edits, two hours unless the account says otherwise."""
    print_after: float | None = None
    """From there to ``Printing``."""
    pack_after: float | None = None
    """From there to ``OutForDelivery``, which means packed."""
    ship_after: float | None = None
    """From there to ``Shipped``."""
    deliver_after: float | None = None
    """From there to ``Delivered``."""

    @classmethod
    def every(cls, seconds: float) -> "Automatic":
        """All steps by themselves, each after the same pause."""
        return cls(seconds, seconds, seconds, seconds, seconds, seconds, seconds)


@final
@frozen
class Coupon:
    """A discount, in US dollars or in parts of a hundred."""

    code: str
    dollars: Decimal = Decimal(0)
    percent: Decimal = Decimal(0)
    least: Decimal = Decimal(0)
    """The sum of items from which it counts."""


@final
@frozen
class ReadyMade:
    """A print-ready product: a SKU of the partner's own with the art attached."""

    sku: str
    product: str
    name: str
    base_sku: str
    """Gooten's SKU underneath."""
    images: tuple[tuple[str, str], ...] = ()
    """Pairs of print space and URL; an empty space means the first one."""
    preview: str = ""


@final
@frozen
class Options:
    """How this Gooten behaves where its documents leave it open."""

    prefix: str = "/api"
    accounts: tuple[tuple[str, Secret], ...] | None = None
    """Pairs of recipe id and billing key; None: any recipe that is not empty, and any key without a blank.

    Each recipe has its own orders.
    """
    bad_recipe_status: Literal[401, 400, 403, 200] = 401
    bad_billing_key: Literal["errors", "message"] = "errors"
    """400 with an error entry that echoes the key, or 401 with ``Message`` only."""
    unknown_route: Literal["redirect", "html"] = "redirect"
    """302 to an HTML page, or that page with 200."""
    media_types: Literal["any", "json"] = "any"
    """JSON is read whatever its media type says, or only under its own name."""
    products_call: Literal["answered", "405", "500"] = "answered"
    """``GET products``, which fails for some accounts (reference 5.2)."""
    rate_limit: int | None = None
    """Requests per ``rate_period`` seconds and recipe; those beyond get 429."""
    rate_period: float = 1.0
    retry_after: Literal["none", "seconds", "date"] = "seconds"

    created_status: Literal[201, 200] = 201
    """Of a successful ``POST orders``."""
    validation_status: Literal[400, 200] = 400
    """Of everything that is refused for what it says."""
    duplicate_status: Literal[400, 200, 409] = 400
    """Of a ``SourceId`` that shall be unique and is not."""
    status_refusal_status: Literal[400, 200] = 400
    """Of an operation that is refused by the status."""
    orderstatus_refusal: Literal["errors", "bare"] = "errors"
    """With the error body, or ``{"HadError": true}`` alone."""
    orderstatus_had_error: Literal["failure", "success"] = "failure"
    """What ``HadError: true`` means there; ``success`` as seed 002 has it in words."""
    orderstatus_property: Literal["Order.Status", "OrderStatusName"] = "Order.Status"
    unknown_order: Literal["errors", "empty", "404"] = "errors"
    """``GET orders`` with an unknown id: 200 with the error body and no ``Id``, ``{}``, or 404."""
    unknown_gooten_id_status: Literal[400, 404] = 400
    safe_id_for_gooten_id: Literal["refused", "accepted"] = "refused"
    update_answer: Literal["result", "bare"] = "result"
    """Of ``OrderCustomization``, ``shippingAddress`` and ``shippingMethod``: with ``Result.Id``, or ``HadError`` alone."""
    order_images_body: BodyForm = "any"
    order_items_body: BodyForm = "any"
    customization_body: BodyForm = "any"

    status_check: Literal["every item", "even cancelled items", "any item"] = "every item"
    """What ``orderstatus`` and the shipping calls look at; with ``every item`` a cancelled one has no say."""
    order_images: Literal["all or none", "per item"] = "all or none"
    """When some of the named items may be changed and others may not."""
    unknown_space: Literal["refused", "ignored"] = "refused"
    """``OrderImages`` for a print space that the item does not have; ignored: not listed among the updated."""
    order_cancel: Literal["per item", "all refused"] = "per item"
    cancel_refusal_status: Literal[200, 400] = 200
    """Of an ``orderCancel`` with ids that were not cancelled."""
    after_image_issue: Literal["moves on", "stays"] = "moves on"
    """An item in ``ImageIssue`` whose artwork was replaced goes to ``ReadyForImageDl``."""
    hold_by_orderstatus: Literal["every item", "refused"] = "every item"
    new_by_orderstatus: Literal["restarts", "stands"] = "restarts"
    """All items begin their life again, or take the word and wait."""

    item_price: Literal["line", "unit"] = "line"
    """``Items[].Price`` where the quantity is above 1."""
    gooten_id: bool = True
    """False: the older server, which says neither ``GootenId`` nor ``OrderItemId``."""
    nice_id: Literal["last name and id", "gooten id"] = "last name and id"
    first_gooten_id: int = 520_000
    first_order_item_id: int = 1_066_000
    first_partner: int = 7
    """The number that safe ids begin with; each recipe has its own."""

    lookup_lag: float = 0.0
    """Seconds until a new order appears in ``ordersearch``."""
    read_lag: float = 0.0
    """Seconds until ``GET orders`` finds a new order."""
    uniqueness_lag: float = 0.0
    """Seconds until a new order blocks its ``SourceId``."""
    search_finds_source_id: bool = True
    """``genericValues`` matches a ``SourceId``."""
    search_page: Literal["number", "skip"] = "number"
    """What ``page`` counts: pages from 1, or orders to leave out."""

    billing_method: bool = True
    """False: orders are accepted and end in ``PaymentIssue``."""
    paypal_confirms: bool = True
    """What ``paymentvalidation`` finds."""
    unknown_payment: Literal["refused", "invalid"] = "refused"
    """``paymentvalidation`` of an unknown order: 400, or ``{"IsValid": false}``; tests of two official clients disagree."""
    orders_to_approve: int = 0
    """So many first orders of an account stop at ``NeedsManualApproval``."""
    strict_addresses: bool = True
    """Lines over 35 characters or not in Latin letters lead to ``AddressIssue`` later."""
    address_patience: float = 40 * 24 * 3600.0
    """Seconds after submission until an order in ``AddressIssue`` is cancelled."""
    look_at_files: bool = True
    """Bytes that are no picture lead to ``ImageIssue``."""
    dead_links: frozenset[str] = frozenset()
    """URLs without a picture: orders with them end in ``ImageIssue``, ``OrderImages`` refuses them."""
    coupons: tuple[Coupon, ...] = (
        Coupon("5OFF", dollars=Decimal(5)),
        Coupon("10PERCENT", percent=Decimal(10)),
        Coupon("ANDROIDTEST1", dollars=Decimal(5)),
        Coupon("ANDROIDTEST2", dollars=Decimal(20)),
    )
    ready_made: tuple[ReadyMade, ...] = (
        ReadyMade(
            "MyShop-Mug-Sunrise-11oz",
            "Sunrise Mugs",
            "11 oz",
            "Mug-11oz-White",
            (("", "https://assets.example.com/art/sunrise.png"),),
            "https://assets.example.com/prp/mug-11.png",
        ),
        ReadyMade(
            "MyShop-Mug-Sunrise-15oz",
            "Sunrise Mugs",
            "15 oz",
            "Mug-15oz-White",
            (("", "https://assets.example.com/art/sunrise.png"),),
            "https://assets.example.com/prp/mug-15.png",
        ),
    )
    """What every account has from the beginning."""
    visitor_country: str = "US"
    """What ``userinfo`` takes the caller's country for."""

    webhook_url: str | None = None
    """One per account, set in the admin site; it must end with a query such as ``?orderid=``, or nothing is sent. None: no webhooks."""
    webhook_id: Literal["GootenId", "Id"] = "GootenId"
    webhook_pauses: Pauses = field(factory=lambda: Pauses(attempts=1))
    webhook_post: Post = field(factory=Post)

    had_error: Literal["boolean", "string"] = "boolean"
    errors_on_failure: Literal["list", "null"] = "list"
    order_item_id: Literal["integer", "string"] = "integer"
    prices: Literal["decimal", "shortest"] = "decimal"
    """With all digits of the currency, or without the zeros at the end."""
    spelling: Mapping[str, str] = field(factory=dict[str, str])
    """Other words for statuses in answers and webhooks, such as ``{"ReadyForImageDl": "ReadyForImageDI"}``."""
    unknown_members: bool = False
    """Every object has one member more that nobody knows."""

    automatic: Automatic = field(factory=Automatic)
