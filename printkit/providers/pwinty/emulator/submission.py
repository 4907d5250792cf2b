"""Whether an order may be printed, and which status it may take next. Reads an order; changes nothing.

Rules: seed 004 ("Validate an order", "Submit an order / update status"); reference/pwinty-api.md sections 8 and 9.
"""

from typing import Final, Literal, final

from attrs import frozen

from .options import Options
from .refusals import bad, forbidden
from .state import Order, OrderState, Photo
from .values import one_of

_NEEDED: Final = ("address1", "addressTownOrCity", "postalOrZipCode")
_ERROR: Final = {
    "AwaitingUrlOrData": ("NoImageFile",),
    "FileNotFoundAtUrl": ("FileCouldNotBeDownloaded",),
    "Invalid": ("InvalidImageFile",),
}
_UNSEEN: Final = ("CouldNotValidateImageSize", "CouldNotValidateAspectRatio")

Target = Literal["Submitted", "AwaitingPayment", "Cancelled"]
TARGETS: Final[tuple[Target, ...]] = ("Submitted", "AwaitingPayment", "Cancelled")


@final
@frozen
class Finding:
    """What is to be said of one photo."""

    photo_id: int
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


@final
@frozen
class Report:
    """What is to be said of an order: warnings never make it invalid."""

    general: tuple[str, ...]
    findings: tuple[Finding, ...]

    @property
    def photo_errors(self) -> bool:
        """Whether a photo has an error."""
        return any(finding.errors for finding in self.findings)

    @property
    def valid(self) -> bool:
        """No general error and no photo error."""
        return not self.general and not self.photo_errors


def validate(order: Order, options: Options) -> Report:
    """All that stands against printing this order."""
    findings = tuple(finding for photo in order.photos.values() if (finding := _finding(photo)).errors or finding.warnings)
    general: list[str] = []
    if not order.photos:
        general.append("NoItemsInOrder")
    if not _addressed(order):
        general.append("PostalAddressNotSet")
    if any(finding.errors for finding in findings):
        general.append("ItemsContainingErrors")
    if options.balance_insufficient:
        general.append("AccountBalanceInsufficient")
    return Report(tuple(general), findings)


def _addressed(order: Order) -> bool:
    return all((order.address[name] or "").strip() for name in _NEEDED)


def _finding(photo: Photo) -> Finding:
    warnings: tuple[str, ...] = ()
    if photo.state in {"NotYetDownloaded", "FileNotFoundAtUrl"}:
        warnings = _UNSEEN
    elif photo.state == "Ok" and photo.pixels is not None:
        warnings = _of_picture(photo, photo.pixels)
    return Finding(photo.id, _ERROR.get(photo.state, ()), warnings)


def _of_picture(photo: Photo, pixels: tuple[int, int]) -> tuple[str, ...]:
    """Size and aspect ratio are compared after the better rotation (seed 004, "Rotation")."""
    short, long = sorted(pixels)
    wanted_short, wanted_long = sorted(photo.item.resolution)
    warnings: list[str] = []
    if short < wanted_short or long < wanted_long:
        warnings.append("PictureSizeTooSmall")
    ratio, wanted = long / max(short, 1), max(photo.item.image) / min(photo.item.image)
    if photo.sizing in {"Crop", "ShrinkToExactFit"} and abs(ratio / wanted - 1) > 0.01:
        warnings.append("CroppingWillOccur")
    return tuple(warnings)


def next_status(order: Order, given: str, options: Options) -> Target:
    """The status that this order may now take.

    The order of the checks is that of reference section 8: a known value, the payment option, the present state, then validity.

    Raises:
        RefusedError: 400 or 403, in that order of checks.
    """
    target = one_of(TARGETS, given)
    if target is None:
        raise bad(f"Status {given} is not valid")
    wanted: Target = next(word for word in TARGETS if word == target)
    refusal = f"Transition to state {wanted} from status {order.state} with payment option {order.payment} is not valid"
    payment = {"Submitted": "InvoiceMe", "AwaitingPayment": "InvoiceRecipient"}.get(wanted, order.payment)
    if payment != order.payment:
        raise bad(refusal)
    if order.state not in _from(wanted, options):
        raise forbidden(refusal)
    if not _printable(order, wanted, options):
        raise forbidden("Order is not valid for submission")
    return wanted


def _from(target: Target, options: Options) -> set[OrderState]:
    if target != "Cancelled":
        return {"NotYetSubmitted"}
    allowed: set[OrderState] = {"NotYetSubmitted", "AwaitingPayment"}
    if options.cancel_submitted == "allowed":
        allowed.add("Submitted")
    return allowed


def _printable(order: Order, target: Target, options: Options) -> bool:
    """``AwaitingPayment`` wants photos without errors but no address: the payment page asks for it (reference section 8)."""
    if target == "Cancelled":
        return True
    report = validate(order, options)
    if report.photo_errors and options.submit_with_photo_error == "refused":
        return False
    if options.submit_before_download == "refused" and any(photo.state == "NotYetDownloaded" for photo in order.photos.values()):
        return False
    against = set(report.general) - {"ItemsContainingErrors"}
    if target == "AwaitingPayment":
        against -= {"PostalAddressNotSet"}
    return not against
