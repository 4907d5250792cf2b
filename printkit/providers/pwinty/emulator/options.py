"""Every matter on which the vendor is silent, as one switch with its default. Knows no behaviour, only the choice.

Defaults: reference/pwinty-api.md section 13. Where a fixed clock is wanted, give the shop a ``ManualClock``.
"""

from typing import Literal, final

from attrs import field, frozen

from printkit.emulator.notices import Pauses, Post
from printkit.secret import Secret


@final
@frozen
class Automatic:
    """What happens by itself, in seconds of the shop's clock after what went before. None: only by control call."""

    fetch_after: float | None = None
    """From a photo's URL given to its download. None: at once where the server that serves the shop may really fetch it."""
    pay_after: float | None = None
    """From ``AwaitingPayment`` to the recipient's payment."""
    allocate_after: float | None = None
    """From ``Submitted`` to shipments having an id."""
    ship_after: float | None = None
    """From there to the first shipment on its way, and from each to the next."""
    complete_after: float | None = None
    """From the last shipment to ``Complete``."""

    @classmethod
    def every(cls, seconds: float) -> "Automatic":
        """All steps by themselves, each after the same pause."""
        return cls(seconds, seconds, seconds, seconds, seconds)


@final
@frozen
class Options:
    """How this Pwinty behaves where its document leaves it open."""

    prefix: str = "/v2.5"
    credentials: tuple[tuple[str, Secret], ...] | None = None
    """Pairs of merchant id and API key; None: any pair that is not empty. Each merchant id has its own orders."""
    framework_message_member: Literal["message", "Message"] = "message"
    """Of answers that do not come from an operation: 401, unknown route or method, unreadable body, unknown media type."""
    bad_id_status: Literal[400, 404] = 404
    """Of an id in the path that is no number."""
    empty_item: Literal["null", "defaults"] = "null"
    """The members beside ``errorMessage`` on errors."""
    error_message_on_success: bool = True
    submission_status_id: Literal["integer", "string"] = "integer"
    issues_member: Literal["both", "Issues", "issues"] = "both"
    issue_ids: Literal["string", "integer"] = "string"
    copies: Literal["integer", "string"] = "integer"

    currency: Literal["GBP", "USD"] = "GBP"
    """In which of the catalogue's two prices the account is charged."""
    environment: Literal["live", "sandbox"] = "sandbox"
    carrier: str | None = "UK NonLiveShippingInfoService Postal Service"
    """Of every shipment, as the sandbox says it; None: a real carrier by shipping band."""
    payment_url: str = "https://checkout.pwinty.com/Pay?paymentRef={reference}"

    callback_url: str | None = None
    """One per account, set in the vendor's dashboard; None: no callbacks."""
    callback_id: Literal["id", "orderId"] = "id"
    callback_status: Literal["lower", "camel"] = "lower"
    callback_environment: Literal["lower", "upper"] = "lower"
    callback_on_creation: bool = True
    callback_pauses: Pauses = field(factory=Pauses)
    callback_post: Post = field(factory=Post)

    left_out: Literal["defaults", "refused"] = "defaults"
    """Missing ``payment``, ``qualityLevel`` and ``destinationCountryCode``: InvoiceMe, Pro and ``countryCode``; or 400."""
    left_out_recipient_name: Literal["accepted", "refused"] = "accepted"
    unknown_shipping_method: Literal["echoed", "refused"] = "echoed"
    no_route_to: frozenset[str] = frozenset()
    """Destinations that no shipping rate reaches: creating an order there is a 400."""
    largest_count: int = 250
    count_too_large: Literal["capped", "refused"] = "capped"
    thin_lists: bool = True
    """List entries of orders that are not submitted have no shipping and price 0."""
    lookup_lag: float = 0.0
    """Seconds until a new order appears in lists."""

    empty_order_price: Literal["zero", "prints rate"] = "zero"
    shipping_price: Literal["highest rate", "sum of rates"] = "highest rate"
    photo_price: Literal["unit", "line"] = "unit"

    put_left_out: Literal["keeps", "null"] = "keeps"
    query_as_body: bool = True
    """A POST or PUT without a body takes its values from the query string."""
    bad_batch_entry: Literal["refuses all", "adds the rest"] = "refuses all"
    batch_stops_after: int | None = None
    """A batch adds only so many photos and then fails with 500."""
    price_to_user_without_invoice: Literal["ignored", "refused"] = "ignored"
    """``priceToUser`` on an InvoiceMe order."""

    not_found_urls: frozenset[str] = frozenset()
    """Photos of these URLs become ``FileNotFoundAtUrl`` when they are fetched."""
    invalid_urls: frozenset[str] = frozenset()
    """Photos of these URLs become ``Invalid`` when they are fetched."""
    look_at_files: bool = True
    """A file that is no readable JPEG becomes ``Invalid`` (without Pillow: that does not begin as one); False: every file is ``Ok``."""

    submit_before_download: Literal["allowed", "refused"] = "allowed"
    submit_with_photo_error: Literal["refused", "allowed"] = "refused"
    cancel_submitted: Literal["refused", "allowed"] = "refused"
    balance_insufficient: bool = False
    older_routes: bool = True
    """``GET /Orders/{id}/Logs`` and ``DELETE /Orders/{id}``."""

    automatic: Automatic = field(factory=Automatic)
