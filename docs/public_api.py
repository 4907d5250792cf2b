"""Writes the list of the public API, read from the source and never by importing it: `python docs/public_api.py`.

Public is what `reference.md` lists, and the names that its signatures are made of. A test compares the list with the source.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import griffe

ROOT = Path(__file__).parents[1]
FILE = Path(__file__).parent / "public-api.txt"
DIRECTIVE = re.compile(r"^\.\. auto(?:class|exception|function):: ([\w.]+)(\(\))?\n((?:   :.*\n)*)", re.MULTILINE)
PROTOCOLS = frozenset({"__init__", "__aenter__", "__aexit__", "__aiter__", "__await__", "__bool__", "__call__", "__str__"})
"""The special methods that callers reach by what they write."""


class Entry(NamedTuple):
    """One entry of the reference."""

    path: str
    given: bool
    """Callers are given one and make none: how it is made is not public."""
    hidden: frozenset[str]
    """Members that are not public."""
    closed: bool
    """No member is public but how it is made."""


def entries(reference: str) -> Iterator[Entry]:
    """The entries of the reference, by name."""
    for path, given, options in sorted(DIRECTIVE.findall(reference)):
        hidden = re.search(r":exclude-members: (.*)", options)
        yield Entry(path, bool(given), frozenset(hidden[1].split(", ") if hidden else ()), ":no-members:" in options)


def text(root: Path = ROOT) -> str:
    """As the file has it."""
    package = griffe.load("printkit", search_paths=[str(root)], try_relative_path=False, allow_inspection=False)
    found = {entry: _at(package, entry.path) for entry in entries((root / "docs/reference.md").read_text(encoding="utf-8"))}
    public = {each.path for each in found.values()}
    parts = [_in_words(entry, each, public) for entry, each in found.items()]
    met = {path: _at(package, path) for entry, each in found.items() for path in _met(entry, each, public) if path not in public}
    named = {path: each for path, each in sorted(met.items()) if each.is_class or each.is_attribute}
    parts += [_in_words(Entry(path, given=True, hidden=frozenset(), closed=True), each, public) for path, each in named.items()]
    return "\n".join(parts)


def _at(package: griffe.Object | griffe.Alias, path: str) -> griffe.Object:
    found = package[path.removeprefix("printkit.")]
    return found.final_target if isinstance(found, griffe.Alias) else found


def _in_words(entry: Entry, found: griffe.Object, public: set[str]) -> str:
    match found:
        case griffe.Class():
            bases = ", ".join(str(base) for base in found.bases)
            made = "".join(f"@{each.value}\n" for each in found.decorators if not entry.given)
            members = "".join(f"    {line}\n" for each in _members(entry, found, public) for line in _line(each).splitlines())
            return f"{made}class {entry.path}({bases})\n{members}"
        case _:
            return f"{_line(found, entry.path)}\n"


def _members(entry: Entry, found: griffe.Class, public: set[str]) -> list[griffe.Object]:
    """Its own members and those of bases that are not public themselves, as they stand in the source."""
    own = [each for each in reversed(found.mro()) if each.path.startswith("printkit.") and each.path not in public]
    every = {name: each for holder in (*own, found) for name, each in holder.members.items()}
    return [each for name, each in every.items() if isinstance(each, griffe.Object) and _is_public(name, each, entry)]


def _is_public(name: str, member: griffe.Object, entry: Entry) -> bool:
    if name == "__init__":
        return not entry.given
    return not entry.closed and name not in entry.hidden and _is_open(name, member)


def _is_open(name: str, member: griffe.Object) -> bool:
    private = member.docstring is not None and ":meta private:" in member.docstring.value
    return not private and (not name.startswith("_") or name in PROTOCOLS)


def _line(found: griffe.Object, name: str | None = None) -> str:
    called = name or found.name
    match found:
        case griffe.Function():
            marks = "".join(f"@{each.value}\n" for each in found.decorators)
            return f"{marks}{'async ' if 'async' in found.labels else ''}def {found.signature(name=called)}"
        case griffe.Attribute() if "property" in found.labels:
            return f"{called}: {found.annotation} (read only)"
        case griffe.Attribute():
            return f"{called}{f': {found.annotation}' if found.annotation else ''}{_default(found)}"
        case _:
            return f"{found.kind.value} {called}"


def _default(found: griffe.Attribute) -> str:
    """What a member is when it is not given. How a field is checked and shown is no signature; what its converter takes is."""
    match found.value:
        case griffe.ExprCall(function=griffe.ExprName(name="field"), arguments=arguments):
            said = {each.name: each.value for each in arguments if isinstance(each, griffe.ExprKeyword)}
            default = f" = {said['default']}" if "default" in said else " = made anew" if "factory" in said else ""
            return _taken(found, said.get("converter")) + default + (" (keyword only)" if said.get("kw_only") else "")
        case None:
            return ""
        case value:
            only_in_functions = found.labels & {"class-attribute", "instance-attribute"} == {"instance-attribute"}
            return "" if only_in_functions else f" = {value}"


def _taken(found: griffe.Attribute, converter: griffe.Expr | str | None) -> str:
    if not isinstance(converter, griffe.ExprName):
        return ""
    function = found.modules_collection[converter.canonical_path]
    return f" (given as {function.parameters[0].annotation})" if isinstance(function, griffe.Function) else ""


def _met(entry: Entry, found: griffe.Object, public: set[str]) -> Iterator[str]:
    """The project's own names in the signatures."""
    shown = _members(entry, found, public) if isinstance(found, griffe.Class) else [found]
    for each in shown:
        for expression in _expressions(each):
            for name in expression.iterate(flat=True):
                if isinstance(name, griffe.ExprName) and name.canonical_path.startswith("printkit."):
                    yield name.canonical_path


def _expressions(found: griffe.Object) -> Iterable[griffe.Expr]:
    match found:
        case griffe.Function():
            every = [found.returns, *(each.annotation for each in found.parameters)]
        case griffe.Attribute():
            every = [found.annotation]
        case _:
            every = []
    return [each for each in every if isinstance(each, griffe.Expr)]


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
