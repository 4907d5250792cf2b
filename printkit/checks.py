"""What no shop could make sense of: checked before any request, every problem listed with its path. Knows no shop's own rules."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from .errors import FieldProblem, InvalidRequestError
from .model import Artwork, Item, Money, NewOrder, Payment, Photo, Recipient, Sizing

T = TypeVar("T")

_COUNTRY = re.compile(r"[A-Z]{2}")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_USUAL_URL = re.compile(r"https?://[A-Za-z0-9.\-]+(:[0-9]+)?(/[!-~]*)?")
"""A URL that is absolute and printable ASCII: nearly all of them."""
_LONGEST_SHOWN = 120
_MOST_COPIES = 1_000_000
_DEEPEST = 32
"""Levels of a caller's own members: what refers to itself ends here."""


def refuse(problems: Iterable[FieldProblem], *, provider: str | None = None, operation: str | None = None) -> None:
    """Raise all problems as one error, if there are any.

    Raises:
        InvalidRequestError: there is at least one.
    """
    found = tuple(problems)
    if found:
        raise InvalidRequestError(found, provider=provider, operation=operation)


def shown(value: object) -> str:
    """Something a caller gave, for a message: never longer than a line, whatever it is."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - a repr of somebody else's, or of a number with more digits than Python prints
        return f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


# ── Arguments of verbs ────────────────────────────────────────────────────────────────────────────────────────────────


def listed(path: str, given: Iterable[T], what: str) -> tuple[T, ...]:
    """Several of something, as a tuple. Text is not several: its characters would be taken for ids.

    Raises:
        InvalidRequestError: it is a single one, or nothing that can be walked through.
    """
    odd: object = given
    if isinstance(odd, (str, bytes, bytearray, memoryview, Mapping, Item, Photo, Artwork)) or not isinstance(odd, Iterable):
        raise InvalidRequestError([FieldProblem(path, f"is a single {type(given).__name__}: give a list of {what}")])
    return tuple(given)


def of_kind(path: str, value: object, kind: type[object] | tuple[type[object], ...], fix: str) -> Iterator[FieldProblem]:
    """Problem of a value that is of another type. ``fix`` says what to give."""
    if not isinstance(value, kind):
        yield FieldProblem(path, f"is a {type(value).__name__}: give {fix}")


def of_flag(path: str, value: object) -> Iterator[FieldProblem]:
    """Problem of what is neither True nor False: ``"no"`` would count as a yes."""
    yield from of_kind(path, value, bool, "True or False")


def of_item(item: object, path: str = "item") -> Iterator[FieldProblem]:
    """Problems of an item, or of its id."""
    if isinstance(item, (Item, str)):
        yield from of_text(path, item.id if isinstance(item, Item) else item, required=True)
    else:
        yield FieldProblem(path, f"is a {type(item).__name__}: give an Item, or its id as text")


def of_items(items: Sequence[object]) -> Iterator[FieldProblem]:
    """Problems of several items."""
    for place, item in enumerate(items):
        yield from of_item(item, f"items[{place}]")


def of_seconds(path: str, value: object) -> Iterator[FieldProblem]:
    """Problem of what is no length of time."""
    if type(value) not in {int, float} or not _is_length(value):
        yield FieldProblem(path, f"{shown(value)} is not a number of seconds: give 0 or more")


def of_count(path: str, value: object) -> Iterator[FieldProblem]:
    """Problem of what is no number of things."""
    if type(value) is not int or value < 1:
        yield FieldProblem(path, f"{shown(value)} is not a number of 1 or more")


def of_rate(path: str, value: object) -> Iterator[FieldProblem]:
    """Problem of what is no number of requests a second."""
    if type(value) not in {int, float} or not _is_length(value) or value == 0:
        yield FieldProblem(path, f"{shown(value)} is not a number of requests a second: give one above 0")


def _is_length(value: Any) -> bool:
    try:
        return not math.isnan(value) and float(value) >= 0
    except OverflowError:
        return False


# ── Orders and photos ─────────────────────────────────────────────────────────────────────────────────────────────────


def of_form(new: NewOrder) -> Iterator[FieldProblem]:
    """All problems of an order to create, if any of them is so bad that a shop's own rules could not be asked."""
    if not (
        isinstance(new, NewOrder)
        and isinstance(new.recipient, Recipient)
        and (new.reference is None or isinstance(new.reference, str))
        and (new.payment is None or isinstance(new.payment, Payment))
        and (new.extra == {} or not any(True for _ in of_extra("extra", new.extra)))
    ):
        yield from of_new_order(new)


def of_new_order(new: NewOrder) -> Iterator[FieldProblem]:
    """Problems of an order to create."""
    if not isinstance(new, NewOrder):
        yield FieldProblem("new", f"is a {type(new).__name__}: give a NewOrder")
        return
    if new.reference is not None and not is_plain(new.reference):
        yield from of_text("reference", new.reference, required=True)
    if new.payment is not None and not isinstance(new.payment, Payment):
        yield FieldProblem("payment", "give Payment.MERCHANT or Payment.RECIPIENT")
    yield from of_text("shipping", new.shipping)
    if new.test is not None:
        yield from of_flag("test", new.test)
    if new.metadata != {}:
        yield from of_texts("metadata", new.metadata)
    if new.extra != {}:
        yield from of_extra("extra", new.extra)
    if isinstance(new.recipient, Recipient):
        yield from of_recipient(new.recipient)
    else:
        yield FieldProblem("recipient", f"is a {type(new.recipient).__name__}: give a Recipient")


def of_recipient(recipient: Recipient, path: str = "recipient") -> Iterator[FieldProblem]:
    """Problems of a recipient. A name is required: a parcel without one does not arrive."""
    if not isinstance(recipient, Recipient):
        yield FieldProblem(path, f"is a {type(recipient).__name__}: give a Recipient")
        return
    yield from of_text(f"{path}.name", recipient.name, required=True)
    for name in ("line1", "line2", "city", "state", "postal_code", "email", "phone"):
        text = getattr(recipient, name)
        if text is not None and not is_plain(text):
            yield from of_text(f"{path}.{name}", text)
    country = recipient.country
    if country is not None and (not isinstance(country, str) or _COUNTRY.fullmatch(country) is None):
        yield FieldProblem(f"{path}.country", f"{shown(country)} is not an ISO 3166 code: give two capital letters, such as GB")


def of_photos(photos: Sequence[Photo]) -> Iterator[FieldProblem]:
    """Problems of photos to add; an empty list is one."""
    if not photos:
        yield FieldProblem("photos", "is empty: give at least one Photo")
    for place, photo in enumerate(photos):
        if _is_usual(photo):
            continue
        path = f"photos[{place}]"
        if not isinstance(photo, Photo):
            yield FieldProblem(path, f"is a {type(photo).__name__}: give a Photo")
            continue
        yield from of_text(f"{path}.sku", photo.sku, required=True)
        if type(photo.copies) is not int or not 0 < photo.copies <= _MOST_COPIES:
            yield FieldProblem(
                f"{path}.copies", f"{shown(photo.copies)} is not a number of copies: give a whole number from 1 to {_MOST_COPIES}"
            )
        yield from _of_wishes(photo, path)
        if not photo.artwork:
            yield FieldProblem(f"{path}.artwork", "is empty: give a URL, a path, bytes or an Artwork")
        yield from of_pictures(photo.artwork, f"{path}.artwork")


def _is_usual(photo: object) -> bool:
    """Whether nothing is wrong with a photo, as can be said at once: a picture at a usual URL, no wish but a sizing. Nearly all are so."""
    return (
        isinstance(photo, Photo)
        and is_plain(photo.sku)
        and type(photo.copies) is int
        and 0 < photo.copies <= _MOST_COPIES
        and (photo.sizing is None or isinstance(photo.sizing, Sizing))
        and photo.price_to_recipient is None
        and photo.reference is None
        and photo.attributes == {}
        and photo.extra == {}
        and len(photo.artwork) == 1
        and _is_usual_picture(photo.artwork[0])
    )


def _is_usual_picture(picture: object) -> bool:
    return (
        isinstance(picture, Artwork)
        and isinstance(picture.url, str)
        and _USUAL_URL.fullmatch(picture.url) is not None
        and picture.path is None
        and picture.data is None
        and picture.stream is None
        and picture.space is None
        and picture.md5 is None
    )


def of_pictures(pictures: Sequence[Artwork], path: str = "artwork") -> Iterator[FieldProblem]:
    """Problems of the pictures of one print; whether there must be one is not asked."""
    for number, artwork in enumerate(pictures):
        yield from of_artwork(artwork, path if len(pictures) == 1 else f"{path}[{number}]")


def _of_wishes(photo: Photo, path: str) -> Iterator[FieldProblem]:
    if photo.sizing is not None and not isinstance(photo.sizing, Sizing):
        yield FieldProblem(f"{path}.sizing", f"give one of {', '.join(map(str, Sizing.__members__.values()))} as a Sizing")
    if isinstance(photo.price_to_recipient, Money):
        yield from of_text(f"{path}.price_to_recipient.currency", photo.price_to_recipient.currency)
    elif photo.price_to_recipient is not None:
        yield FieldProblem(f"{path}.price_to_recipient", f"is a {type(photo.price_to_recipient).__name__}: give Money")
    yield from of_text(f"{path}.reference", photo.reference)
    yield from of_texts(f"{path}.attributes", photo.attributes)
    yield from of_extra(f"{path}.extra", photo.extra)


def of_artwork(artwork: Artwork, path: str = "artwork") -> Iterator[FieldProblem]:
    """Problems of one picture: exactly one source, an absolute http(s) URL, a well-formed md5."""
    if not isinstance(artwork, Artwork):
        yield FieldProblem(path, f"is a {type(artwork).__name__}: give a URL, a path, bytes or an Artwork")
        return
    sources = [name for name in ("url", "path", "data", "stream") if getattr(artwork, name) is not None]
    if len(sources) != 1:
        yield FieldProblem(path, f"has {' and '.join(sources) or 'no source'}: give exactly one of url, path, data and stream")
    if artwork.url is not None:
        yield from _of_url(path, artwork.url)
    if artwork.path is not None and not isinstance(artwork.path, Path):
        yield FieldProblem(path, f"its path is a {type(artwork.path).__name__}: give a pathlib.Path")
    elif artwork.path is not None and not _is_file(artwork.path):
        what = "is a folder" if artwork.path.is_dir() else "is not there"
        yield FieldProblem(path, f"the file {shown(str(artwork.path))} {what}")
    if artwork.data is not None and not isinstance(artwork.data, bytes):
        yield FieldProblem(path, f"its data is a {type(artwork.data).__name__}: give bytes")
    if artwork.stream is not None and not callable(artwork.stream):
        yield FieldProblem(path, f"its stream is a {type(artwork.stream).__name__}: give a function that opens the bytes anew")
    yield from of_text(f"{path}.space", artwork.space)
    if artwork.md5 is not None and (not isinstance(artwork.md5, str) or _MD5.fullmatch(artwork.md5) is None):
        yield FieldProblem(f"{path}.md5", "is not an md5: give 32 hexadecimal digits")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _of_url(path: str, url: object) -> Iterator[FieldProblem]:
    problem = FieldProblem(path, "is not an absolute http or https URL; for a file give a pathlib.Path")
    if not isinstance(url, str) or not _is_unicode(url):
        yield problem
        return
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and _CONTROL.search(url) is None and " " not in url
    except ValueError:
        fine = False
    if not fine:
        yield problem


def of_text(path: str, text: object, *, required: bool = False, many_lines: bool = False) -> Iterator[FieldProblem]:
    """Problems of one text: not text, empty where it is required, control characters, halves of surrogate pairs."""
    if text is None and not required:
        return
    if not isinstance(text, str):
        yield FieldProblem(path, f"is a {type(text).__name__}: give text")
    elif required and not text.strip():
        yield FieldProblem(path, "is empty")
    elif _CONTROL.search(text.replace("\n", "").replace("\t", "") if many_lines else text):
        yield FieldProblem(path, "holds a control character, such as a line break")
    elif not _is_unicode(text):
        yield FieldProblem(path, "holds half a surrogate pair, which cannot be sent")


def is_plain(text: object) -> bool:
    """Whether ``of_text`` would find nothing, as can be said at once: printable ASCII, and not blank."""
    return isinstance(text, str) and text.isascii() and text.isprintable() and not text.isspace() and text != ""


def of_texts(path: str, texts: Mapping[str, str]) -> Iterator[FieldProblem]:
    """Problems of texts by name."""
    if not isinstance(texts, Mapping):
        yield FieldProblem(path, f"is a {type(texts).__name__}: give a dict of texts")
        return
    for name, text in texts.items():
        if not isinstance(text, str):
            yield FieldProblem(f"{path}[{shown(name)}]", f"is a {type(text).__name__}: give text, or leave it out")
        else:
            yield from (*of_text(path, name, required=True), *of_text(f"{path}[{shown(name)}]", text))[:1]


def of_extra(path: str, extra: Mapping[str, Mapping[str, Any]]) -> Iterator[FieldProblem]:
    """Problems of members to merge into requests: they are by kind of shop, and plain JSON."""
    if not isinstance(extra, Mapping) or not all(isinstance(kind, str) for kind in extra):
        yield FieldProblem(path, "give a dict of members by kind of shop")
        return
    for kind, given in extra.items():
        if not isinstance(given, Mapping):
            yield FieldProblem(f"{path}.{kind}", f"is a {type(given).__name__}: give a dict of members")
        elif not _is_json(dict(given), _DEEPEST):
            fix = "give text, numbers, truth values, None, lists and dicts with text keys"
            yield FieldProblem(f"{path}.{kind}", f"is not plain JSON: {fix}")


def _is_json(value: object, depth: int) -> bool:
    inside: Any = value
    match value:
        case None | bool():
            return True
        case str():
            return _is_unicode(value)
        case int():
            return -(2**63) <= value < 2**64
        case float():
            return math.isfinite(value)
        case dict():
            return depth > 0 and all(
                isinstance(name, str) and _is_unicode(name) and _is_json(each, depth - 1) for name, each in inside.items()
            )
        case list() | tuple():
            return depth > 0 and all(_is_json(each, depth - 1) for each in inside)
        case _:
            return False


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
