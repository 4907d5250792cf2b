"""What no shop could make sense of: checked before any request, every problem listed with its path. Knows no shop's own rules."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from .errors import FieldProblem, InvalidRequestError
from .model import Artwork, Money, NewOrder, Payment, Photo, Recipient, Sizing

_COUNTRY = re.compile(r"[A-Z]{2}")
_MD5 = re.compile(r"[0-9a-fA-F]{32}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def refuse(problems: Iterable[FieldProblem], *, provider: str | None = None, operation: str | None = None) -> None:
    """Raise all problems as one error, if there are any.

    Raises:
        InvalidRequestError: there is at least one.
    """
    found = tuple(problems)
    if found:
        raise InvalidRequestError(found, provider=provider, operation=operation)


def of_new_order(new: NewOrder) -> Iterator[FieldProblem]:
    """Problems of an order to create."""
    if new.reference is not None:
        yield from of_text("reference", new.reference, required=True)
    if new.payment is not None and not isinstance(new.payment, Payment):
        yield FieldProblem("payment", "give Payment.MERCHANT or Payment.RECIPIENT")
    yield from of_text("shipping", new.shipping)
    yield from _of_texts("metadata", new.metadata)
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
        yield from of_text(f"{path}.{name}", getattr(recipient, name))
    country = recipient.country
    if country is not None and (not isinstance(country, str) or _COUNTRY.fullmatch(country) is None):
        yield FieldProblem(f"{path}.country", f"{country!r} is not an ISO 3166 code: give two capital letters, such as GB")


def of_photos(photos: Sequence[Photo]) -> Iterator[FieldProblem]:
    """Problems of photos to add; an empty list is one."""
    if not photos:
        yield FieldProblem("photos", "is empty: give at least one Photo")
    for place, photo in enumerate(photos):
        path = f"photos[{place}]"
        if not isinstance(photo, Photo):
            yield FieldProblem(path, f"is a {type(photo).__name__}: give a Photo")
            continue
        yield from of_text(f"{path}.sku", photo.sku, required=True)
        if type(photo.copies) is not int or not 0 < photo.copies <= 1_000_000:
            yield FieldProblem(f"{path}.copies", f"{photo.copies!r} is not a number of copies: give a whole number from 1 to 1000000")
        yield from _of_wishes(photo, path)
        if not photo.artwork:
            yield FieldProblem(f"{path}.artwork", "is empty: give a URL, a path, bytes or an Artwork")
        for number, artwork in enumerate(photo.artwork):
            yield from of_artwork(artwork, f"{path}.artwork" if len(photo.artwork) == 1 else f"{path}.artwork[{number}]")


def _of_wishes(photo: Photo, path: str) -> Iterator[FieldProblem]:
    if photo.sizing is not None and not isinstance(photo.sizing, Sizing):
        yield FieldProblem(f"{path}.sizing", f"give one of {', '.join(map(str, Sizing.__members__.values()))} as a Sizing")
    if photo.price_to_recipient is not None and not isinstance(photo.price_to_recipient, Money):
        yield FieldProblem(f"{path}.price_to_recipient", f"is a {type(photo.price_to_recipient).__name__}: give Money")
    yield from of_text(f"{path}.reference", photo.reference)
    yield from _of_texts(f"{path}.attributes", photo.attributes)


def of_artwork(artwork: Artwork, path: str = "artwork") -> Iterator[FieldProblem]:
    """Problems of one picture: exactly one source, an absolute http(s) URL, a well-formed md5."""
    sources = [name for name in ("url", "path", "data", "stream") if getattr(artwork, name) is not None]
    if len(sources) != 1:
        yield FieldProblem(path, f"has {' and '.join(sources) or 'no source'}: give exactly one of url, path, data and stream")
    if artwork.url is not None:
        yield from _of_url(path, artwork.url)
    if artwork.path is not None and not artwork.path.is_file():
        what = "is a folder" if artwork.path.is_dir() else "is not there"
        yield FieldProblem(path, f"the file {str(artwork.path)!r} {what}")
    if artwork.md5 is not None and (not isinstance(artwork.md5, str) or _MD5.fullmatch(artwork.md5) is None):
        yield FieldProblem(f"{path}.md5", "is not an md5: give 32 hexadecimal digits")


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


def _of_texts(path: str, texts: Mapping[str, str]) -> Iterator[FieldProblem]:
    for name, text in texts.items():
        if not isinstance(text, str):
            yield FieldProblem(f"{path}[{name!r}]", f"is a {type(text).__name__}: give text, or leave it out")
        else:
            yield from (*of_text(path, name, required=True), *of_text(f"{path}[{name!r}]", text))[:1]


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
