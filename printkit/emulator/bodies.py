"""Reads a request's body, JSON, form or multipart, into members without regard to their case. Refuses to know what the members mean."""

import importlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, cast, final
from urllib.parse import parse_qsl

import msgspec
from attrs import field, frozen

from printkit.exchange import Part, Request

if TYPE_CHECKING:
    from collections.abc import Iterable


@final
@frozen(repr=False)
class UploadedFile:
    """One file of a multipart body."""

    name: str
    filename: str
    content_type: str | None
    content: bytes


@final
@frozen(repr=False)
class Body:
    """What a request said. Names of members are in lower case; JSON values as JSON has them, form values as text."""

    members: Mapping[str, object] = field(factory=dict[str, object])
    entries: tuple[object, ...] | None = None
    """Of a JSON array; None where the body was none."""
    files: tuple[UploadedFile, ...] = ()
    empty: bool = False


@final
@frozen
class BadBody:
    """A body that cannot be read, or whose media type the service does not take."""

    why: Literal["unreadable", "media-type"]


_JSON = frozenset({"application/json", "text/json"})
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_ENCODINGS = re.compile(r"(?i)(utf-?(8|16|32)(-?[lb]e)?|us-ascii|ascii|iso-8859-1|latin-?1|windows-1252)")


def read_body(request: Request) -> Body | BadBody:
    """The body of a request, by its content type."""
    if isinstance(request.body, tuple):
        return _from_parts(request.body)
    if not request.body:
        return Body(empty=True)
    kind, parameters = media_type(request)
    if kind in _JSON:
        return _from_json(request.body, parameters.get("charset", "utf-8"))
    if kind == _FORM:
        return _from_form(request.body)
    if kind == _MULTIPART:
        return _from_multipart(request.body, parameters.get("boundary", ""))
    return BadBody("media-type")


_PARAMETER = re.compile(r";\s*([^\s=;]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^\s;]*)")


def media_type(request: Request) -> tuple[str, Mapping[str, str]]:
    """The request's content type in lower case, and its parameters."""
    header = request.content_type
    if header is None:
        header = next((value for name, value in request.headers if name.lower() == "content-type"), "")
    kind = header.partition(";")[0].strip().lower()
    parameters = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(header)}
    return kind, parameters


def _from_json(body: bytes, charset: str) -> Body | BadBody:
    if _ENCODINGS.fullmatch(charset) is None:
        return BadBody("media-type")
    try:
        text = body.decode(charset).removeprefix("\ufeff").strip()
        value: object = msgspec.json.decode(text) if text else None
    except (ValueError, LookupError, RecursionError):
        return BadBody("unreadable")
    return body_of(value)


def body_of(value: object) -> Body | BadBody:
    """The body that a decoded JSON value stands for; a bare word or number stands for none."""
    if value is None:
        return Body(empty=True)
    if isinstance(value, dict):
        return Body(lower_names(cast(Mapping[object, object], value)))
    if isinstance(value, list):
        return Body(entries=tuple(cast(list[object], value)))
    return BadBody("unreadable")


def lower_names(members: Mapping[object, object]) -> dict[str, object]:
    """The members with their names in lower case; of two that differ only in case the last counts."""
    return {str(name).lower(): value for name, value in members.items()}


def _from_form(body: bytes) -> Body:
    pairs = parse_qsl(body.decode("latin-1").strip("\r\n"), keep_blank_values=True, encoding="utf-8", errors="replace")
    return _from_fields(gather(pairs))


def _from_fields(members: dict[str, object], files: tuple[UploadedFile, ...] = ()) -> Body:
    """A body of form fields; of fields that are all named by their place, such as ``[0][type]``, an array."""
    listed = _listed(members)
    return Body(entries=tuple(cast(list[object], listed)), files=files) if isinstance(listed, list) else Body(members, files=files)


_FIELD = re.compile(r"[^\[\].]*(?:\[[^\[\]]*\]|\.[^\[\].]+)*")
_STEP = re.compile(r"\[([^\[\]]*)\]|([^\[\].]+)")
_PLACE = re.compile(r"[0-9]{1,6}", re.ASCII)
_DEEPEST = 8


def gather(pairs: "Iterable[tuple[str, str]]") -> dict[str, object]:
    """Form fields as members: ``a[b]=c`` and ``a.b=c`` become an object, ``a[0]=c``, ``a[]=c`` and a repeated ``a=c`` a list."""
    found: dict[str, object] = {}
    for name, value in pairs:
        outer, *inner = _steps(name)
        _place(found, [outer.lower(), *inner], value)
    return {name: _listed(value) for name, value in found.items()}


def _steps(name: str) -> list[str]:
    """The names on the way to a field, from outside to inside; the name itself where it shows none."""
    steps = [step[1] or step[2] or "" for step in _STEP.finditer(name)] if _FIELD.fullmatch(name) else []
    return steps if 0 < len(steps) <= _DEEPEST else [name]


def _place(members: dict[str, object], steps: list[str], value: str) -> None:
    name, *inner = steps
    had = members.get(name)
    if inner:
        below = cast(dict[str, object], had) if isinstance(had, dict) else {}
        members[name] = below
        _place(below, [inner[0] or str(len(below)), *inner[1:]], value)
    elif had is None:
        members[name] = value
    else:
        members[name] = [*cast(list[object], had), value] if isinstance(had, list) else [had, value]


def _listed(value: object) -> object:
    """What stands below numbers, in their order, is a list."""
    if not isinstance(value, dict):
        return value
    below = {name: _listed(each) for name, each in cast(dict[str, object], value).items()}
    if below and all(_PLACE.fullmatch(name) for name in below):
        return [below[name] for name in sorted(below, key=int)]
    return below


def _from_parts(parts: tuple[Part, ...]) -> Body | BadBody:
    pairs: list[tuple[str, str]] = []
    files: list[UploadedFile] = []
    for part in parts:
        if not isinstance(part.content, bytes):
            return BadBody("unreadable")
        if part.filename is not None:
            files.append(UploadedFile(part.name, part.filename, part.content_type, part.content))
        else:
            pairs.append((part.name, part.content.decode("utf-8", "replace")))
    return _from_fields(gather(pairs), tuple(files)) if parts else Body(empty=True)


def _from_multipart(body: bytes, boundary: str) -> Body | BadBody:
    parts = split_multipart(body, boundary)
    return BadBody("unreadable") if parts is None else _from_parts(parts)


def split_multipart(body: bytes, boundary: str) -> tuple[Part, ...] | None:
    """The parts of a ``multipart/form-data`` body (RFC 7578); None when it is not one.

    Needs the package ``multipart`` (``printkit[emulator]``); without it no body in bytes can be split.
    """
    try:
        multipart: Any = importlib.import_module("multipart")
    except ImportError:  # pragma: no cover - in process, parts come as parts
        return None
    found: list[tuple[Any, bytearray]] = []
    try:
        with multipart.PushMultipartParser(boundary, max_segment_count=100) as parser:
            for event in parser.parse(body):
                if isinstance(event, multipart.MultipartSegment):
                    found.append((event, bytearray()))
                elif event:
                    found[-1][1].extend(event)
    except (multipart.MultipartError, ValueError, LookupError):
        return None
    return tuple(Part(segment.name, bytes(content), segment.filename, segment.header("Content-Type")) for segment, content in found)
