"""Changes as text: JSON, JSON Lines and CSV. Nothing is guessed and nothing left out silently; sends nothing and knows no shop."""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeGuard, TypeVar, get_args, get_origin

import attrs
import cattrs
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

from .changes import CHANGES, Change
from .errors import FieldProblem, InvalidRequestError
from .model import Artwork, ArtworkStatus, Order, OrderRef, OrderStatus, Payment, Sizing
from .provider import OrderLike

T = TypeVar("T")


def _is_object(given: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(given, dict)


# ── As JSON ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def to_dict(change: Change) -> dict[str, Any]:
    """A change as what ``json.dumps`` writes; ``change`` names its kind. An order at hand becomes its reference."""
    return {"change": change.tag, **_JSON.unstructure(change)}


def from_dict(given: Any) -> Change:
    """Read what ``to_dict`` made, or anybody wrote. Nothing is guessed: no member is left out silently, no number taken for text.

    Raises:
        InvalidRequestError: lists every problem with its path.
    """
    if not _is_object(given):
        raise InvalidRequestError([FieldProblem("change", f"is a {type(given).__name__}: give an object, such as {_EXAMPLE}")])
    members = dict(given)
    tag = members.pop("change", None)
    kind = CHANGES.get(tag) if isinstance(tag, str) else None
    if kind is None:
        text = f"{tag!r} is no kind of change" if tag is not None else "is missing"
        raise InvalidRequestError([FieldProblem("change", f"{text}: give one of {', '.join(CHANGES)}")])
    try:
        return _JSON.structure(members, kind)
    except cattrs.BaseValidationError as error:
        problems = [_problem(text) for text in cattrs.transform_error(error, path="", format_exception=_in_words)]
    except (ValueError, TypeError, RecursionError):
        problems = [FieldProblem("change", "has a form that no change has")]
    raise InvalidRequestError(problems)


def to_json(change: Change) -> str:
    """One line of JSON."""
    return json.dumps(to_dict(change), ensure_ascii=False)


_EXAMPLE = '{"change": "submit", "order": "pwinty:1065"}'


def _problem(text: str) -> FieldProblem:
    words, _, path = text.rpartition(" @ ")
    return FieldProblem(path.lstrip(".") or "change", words)


def _in_words(error: BaseException, kind: type | None) -> str:
    match error:
        case KeyError():
            return f"{error.args[0]} is missing"
        case cattrs.ForbiddenExtraKeysError(extra_fields=extra, cl=cls):
            known = ", ".join(each.name for each in attrs.fields(cls) if each.init and each.name not in _NOT_JSON)
            return f"unknown member {', '.join(sorted(map(str, extra)))}; known are {known}"
        case ValueError() | TypeError() if error.args:
            return str(error.args[0])
        case _:
            return "has another form"


_NOT_JSON = ("path", "data", "stream")
"""Artwork that is a file of this machine: a change may be carried out by another one, and on another day."""
_LEFT_OUT: dict[str, Any] = {name: override(omit=True) for name in _NOT_JSON}


def _exactly(kind: type, form: str) -> Callable[[object, object], Any]:
    def structure(given: Any, _: object) -> Any:
        if type(given) is not kind:
            raise ValueError(f"is not {form}")
        return given

    return structure


def _structure_order(given: Any, _: object) -> OrderRef:
    if isinstance(given, OrderRef):
        return given
    try:
        if isinstance(given, str):
            return OrderRef.parse(given)
    except ValueError:
        pass
    raise ValueError("is not an order reference such as pwinty:1065")


def _structure_status(given: Any, _: object) -> OrderStatus | str:
    if not isinstance(given, str) or not given:
        raise ValueError("is not a status")
    return OrderStatus(given) if given in set(OrderStatus) else given


def _structure_enum(given: Any, kind: Any) -> Any:
    if isinstance(given, str) and given in set(kind):
        return kind(given)
    raise ValueError(f"is not one of {', '.join(kind)}")


def _structure_decimal(given: Any, _: object) -> Decimal:
    try:
        if isinstance(given, (str, int, float)) and not isinstance(given, bool):
            return Decimal(str(given))
    except ArithmeticError:
        pass
    raise ValueError("is not an amount: give it as text, such as 12.92")


def _structure_time(given: Any, _: object) -> datetime:
    try:
        if isinstance(given, str):
            return datetime.fromisoformat(given)
    except ValueError:
        pass
    raise ValueError("is not a time such as 2026-01-31T09:30+00:00")


def _structure_mapping(given: Any, kind: Any) -> Mapping[str, Any]:
    if not _is_object(given):
        raise ValueError("is not an object")
    values = given
    texts = get_args(kind)[1] is str
    wrong = [name for name, value in values.items() if texts and not isinstance(value, str)]
    if wrong:
        raise ValueError(f"{', '.join(wrong)}: is not text")
    return values


def _structure_artwork(converter: cattrs.Converter) -> Callable[[object, Any], Artwork]:
    members = make_dict_structure_fn(Artwork, converter, _cattrs_forbid_extra_keys=True, **_LEFT_OUT)

    def structure(given: Any, kind: Any) -> Artwork:
        if isinstance(given, str):
            return Artwork(url=given)
        if not _is_object(given):
            raise ValueError("is not a URL, nor an object with one")
        files = [name for name in _NOT_JSON if name in given]
        if files:
            raise ValueError(f"{files[0]}: a change holds its pictures by URL; upload files with kit.add_photos")
        return members(given, kind)

    return structure


def _unstructure_artwork(converter: cattrs.Converter) -> Callable[[Any], Callable[[Artwork], dict[str, Any]]]:
    members = make_dict_unstructure_fn(Artwork, converter, _cattrs_omit_if_default=True, **_LEFT_OUT)
    return lambda _: members


def _structure_object(converter: cattrs.Converter) -> Callable[[type[T]], Callable[[object, Any], T]]:
    """Only an object makes one of ours: cattrs would also look for members in text and in lists."""

    def hook(cls: type[T]) -> Callable[[object, Any], T]:
        members = make_dict_structure_fn(cls, converter, _cattrs_forbid_extra_keys=True)

        def structure(given: Any, kind: Any) -> T:
            if not _is_object(given):
                raise ValueError(f"is not an object with the members of {cls.__name__}")
            return members(given, kind)

        return structure

    return hook


def _structure_several(converter: cattrs.Converter) -> Callable[[Any], Callable[[object, Any], tuple[Any, ...]]]:
    def hook(kind: Any) -> Callable[[object, Any], tuple[Any, ...]]:
        of: Any = get_args(kind)[0]
        kinds: Any = list[of]
        several: Any = converter.get_structure_hook(kinds)

        def structure(given: Any, _: Any) -> tuple[Any, ...]:
            is_picture = of is Artwork and isinstance(given, (str, dict))
            if not is_picture and not isinstance(given, list):
                raise ValueError("is not a list")
            return tuple(several([given] if is_picture else given, kinds))

        return structure

    return hook


def _is(wanted: Any) -> Callable[[Any], bool]:
    return lambda kind: kind == wanted


def _is_mapping(kind: Any) -> bool:
    return get_origin(kind) is Mapping


def _is_several(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(omit_if_default=True, forbid_extra_keys=True)
    converter.register_unstructure_hook(OrderRef, str)
    converter.register_unstructure_hook(Order, lambda order: str(order.ref))
    converter.register_unstructure_hook(datetime, lambda moment: moment.isoformat())
    converter.register_unstructure_hook(Decimal, str)
    converter.register_unstructure_hook(Path, str)
    converter.register_unstructure_hook_func(_is_mapping, dict)
    converter.register_unstructure_hook_factory(_is(Artwork), _unstructure_artwork(converter))
    for kind, form in ((str, "text"), (int, "a whole number"), (bool, "true or false")):
        converter.register_structure_hook(kind, _exactly(kind, form))
    converter.register_structure_hook(Decimal, _structure_decimal)
    converter.register_structure_hook(datetime, _structure_time)
    for words in (ArtworkStatus, Payment, Sizing):  # by name: they are text too, and would be read as any text
        converter.register_structure_hook(words, _structure_enum)
    converter.register_structure_hook_func(_is(OrderLike), _structure_order)
    converter.register_structure_hook_func(_is(OrderStatus | str), _structure_status)
    converter.register_structure_hook_func(_is_mapping, _structure_mapping)
    converter.register_structure_hook_factory(_is_several, _structure_several(converter))
    converter.register_structure_hook_factory(attrs.has, _structure_object(converter))
    converter.register_structure_hook(Artwork, _structure_artwork(converter))
    return converter


_JSON = _converter()


# ── Files ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

LONGEST_LINE = 1024 * 1024
"""Bytes of one line of JSON Lines."""
MOST_PROBLEMS = 50
"""A file with more wrong lines than these is not read to its end."""


def read(path: str | Path) -> Iterator[Change]:
    """The changes in a file: CSV when its name ends so, else JSON Lines, one object a line. Reads as it goes, in constant memory.

    Lines end with a line feed and nothing else. In CSV the first row names the members: ``change``, ``order``, ``sku``,
    ``recipient.name``, ``attributes.finish``, ``photos.0.sku``; an empty cell is a member that is not there, and the ids in
    ``items`` stand apart by blanks.

    Raises:
        InvalidRequestError: when the file is at its end, or has too many wrong lines: lists them all, with their numbers. What came
            before is then not to be used.
        OSError: the file cannot be read.
    """
    return _read(Path(path), "change", from_dict)


def read_orders(path: str | Path) -> Iterator[OrderRef]:
    """The order references in a file: the column ``order`` of a CSV, or JSON Lines of objects with it, or of texts. As ``read``.

    Raises:
        InvalidRequestError: as from ``read``.
        OSError: the file cannot be read.
    """
    return _read(Path(path), "order", _order_in)


def _order_in(given: Any) -> OrderRef:
    found = given.get("order") if _is_object(given) else given
    try:
        return _structure_order(found, None)
    except ValueError as error:
        problem = FieldProblem("order", str(error))
    raise InvalidRequestError([problem])


def _read(path: Path, column: str, make: Callable[[Any], T]) -> Iterator[T]:
    lines = _rows(path, column) if path.suffix.lower() == ".csv" else _objects(path)
    problems: list[FieldProblem] = []
    for number, given in lines:
        try:
            found = make(given())
        except InvalidRequestError as error:
            problems += (FieldProblem(f"line {number}: {each.path}", each.text) for each in error.problems)
            if len(problems) >= MOST_PROBLEMS:
                break
            continue
        if not problems:
            yield found
    if problems:
        raise InvalidRequestError(problems, operation="bulk")


def _objects(path: Path) -> Iterator[tuple[int, Callable[[], Any]]]:
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST_LINE + 1):
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                yield number, _parsing(line)
                if len(line) > LONGEST_LINE:
                    return  # what follows is no line


def _parsing(line: bytes) -> Callable[[], Any]:
    def parse() -> Any:
        problem = f"is longer than {LONGEST_LINE} bytes" if len(line) > LONGEST_LINE else "is not JSON"
        try:
            if len(line) <= LONGEST_LINE:
                return json.loads(line.decode(), object_pairs_hook=_once, parse_constant=_refuse_constant)
        except InvalidRequestError:
            raise
        except (ValueError, RecursionError) as error:
            problem += f": {error.msg} at column {error.colno}" if isinstance(error, json.JSONDecodeError) else ""
        raise InvalidRequestError([FieldProblem("the line", problem)])

    return parse


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for place, (name, _) in enumerate(pairs) if name in {other for other, _ in pairs[:place]})
        raise InvalidRequestError([FieldProblem(twice, "is there twice")])
    return found


def _refuse_constant(name: str) -> Any:
    raise InvalidRequestError([FieldProblem("the line", f"{name} is not JSON")])


_WHOLE = frozenset({"copies", "width", "height"})
_TRUTH = {"true": True, "false": False}


def _rows(path: Path, column: str) -> Iterator[tuple[int, Callable[[], Any]]]:
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        rows = csv.reader(file, strict=True)
        names = [name.strip() for name in next(rows, list[str]())]
        twice = sorted({name for name in names if names.count(name) > 1 or not name})
        if twice or column not in names:
            text = f"{twice[0]!r} is there twice, or empty" if twice else f"has no column {column!r}"
            raise InvalidRequestError([FieldProblem("line 1", text)], operation="bulk")
        while True:
            number = rows.line_num + 1  # where the row begins: a quoted cell may hold line feeds
            try:
                row = next(rows, None)
            except csv.Error as error:
                yield number, _failing(f"is not CSV: {error}")
                return
            if row is None:
                return
            if any(row):
                yield number, _reading(names, row)


def _failing(text: str) -> Callable[[], Any]:
    def fail() -> Any:
        raise InvalidRequestError([FieldProblem("the line", text)])

    return fail


def _reading(names: list[str], row: list[str]) -> Callable[[], Any]:
    def nest() -> Any:
        if len(row) != len(names):
            raise InvalidRequestError([FieldProblem("the line", f"has {len(row)} cells, and the first line {len(names)}")])
        if any("\udc80" <= sign <= "\udcff" or sign == "\0" for cell in row for sign in cell):
            raise InvalidRequestError([FieldProblem("the line", "is not UTF-8, or holds a NUL")])
        tree: dict[str, Any] = {}
        for name, cell in zip(names, row, strict=True):
            if cell:
                *above, last = name.split(".")
                at: dict[str, Any] = tree
                for part in above:
                    below: Any = at.setdefault(part, {})
                    if not _is_object(below):
                        raise InvalidRequestError([FieldProblem(name, f"{part!r} has a value of its own")])
                    at = below
                at[last] = _cell(last, cell)
        return _with_lists(tree)

    return nest


def _cell(name: str, text: str) -> Any:
    if name in _WHOLE and text.isascii() and text.isdigit() and len(text) < 10:
        return int(text)
    if name == "test":
        return _TRUTH.get(text.lower(), text)
    return text.split() if name == "items" else text


def _with_lists(given: Any) -> Any:
    """Members that are called 0, 1, 2 … are a list."""
    if not _is_object(given):
        return given
    members = given
    if members and all(name.isascii() and name.isdigit() for name in members):
        return [_with_lists(members[name]) for name in sorted(members, key=int)]
    return {name: _with_lists(value) for name, value in members.items()}
