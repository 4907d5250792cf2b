"""The printable form of an exchange, by allow-list, and known secrets taken out of foreign text; knows not where either comes from."""

import base64
import html
import json
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import lru_cache
from typing import NoReturn, final
from urllib.parse import quote

from printkit.exchange import Request
from printkit.secret import MASK, Secret

SHOWN_QUERY = frozenset({"count", "limit", "offset", "page", "pagesize"})
"""Query names (in lower case) whose values are shown; every other one is left out."""

_SHOWN_VALUE = re.compile(r"[A-Za-z0-9_.-]{1,32}")
_METHOD = re.compile(r"[A-Z]{1,16}")


def printable(request: Request, status: int | None = None, *, shown: Collection[str] = SHOWN_QUERY) -> str:
    """Method, URL template, allow-listed query items and status: ``GET /Orders?count=100 -> 503``. Never a path, header or body."""
    method = request.method if _METHOD.fullmatch(request.method) else "?"
    query = "&".join(f"{name}={value}" for name, value in request.query if name.lower() in shown and _SHOWN_VALUE.fullmatch(value))
    line = f"{method} {request.template or '(path not shown)'}{'?' + query if query else ''}"
    return line if status is None else f"{line} -> {status}"


@final
class Redactor:
    """Takes an account's secrets out of text that came from elsewhere, such as a shop's error message that echoes the URL.

    Found are the secret itself in any case, percent-encoded in whole or in part (up to four times over, ``+`` for a blank),
    JSON-, HTML- and backslash-escaped, as composed and decomposed Unicode, its UTF-8 read as Latin-1,
    in base64 (both alphabets, at any alignment inside a longer text) and in hexadecimal.
    Not found: a secret that was cut in two, reversed or encrypted.
    """

    __slots__ = ("__finders", "__known", "__reach")

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        given = {secret.reveal() for secret in secrets if secret}
        self.__known = {piece for value in given for way in _ways_to_write(value) for piece in _pieces(way)}
        self.__reach = max((_LONGEST_SPELLING * len(piece.encode("utf-8", "surrogatepass")) for piece in self.__known), default=0)
        self.__finders: tuple[_Find, ...] | None = None

    def clean(self, text: str, limit: int = 200) -> str:
        """``text`` without secrets and control characters, at most ``limit`` characters long (plus an ellipsis).

        Control characters, line ends, lone surrogates and direction marks become backslash escapes, so that the text cannot
        forge a line in a log or steer a terminal.
        """
        window = 4 * limit + 2 * self.__reach
        masked = self._mask(text[:window])
        if len(text) > window and self.__reach:
            masked = masked[: -self.__reach]
        escaped = "".join(each if each.isprintable() else _escape(each) for each in masked[: limit + 1])
        return escaped if len(text) <= window and len(escaped) <= limit else escaped[:limit] + "…"

    def exchange(self, request: Request, status: int | None = None) -> str:
        """The printable form of an exchange, cleaned once more."""
        return self.clean(printable(request, status))

    def _mask(self, text: str) -> str:
        if self.__finders is None:  # made when first needed: most programs never see a secret echoed
            forms = {form for piece in self.__known for form in _forms(piece)}
            self.__finders = tuple(re.compile(form).search for form in forms)
        found = sorted({span for find in self.__finders for span in _spans(find, text)})
        pieces: list[str] = []
        end = 0
        for start, stop in found:
            if start >= end:
                pieces += (text[end:start], MASK)
            end = max(end, stop)
        return "".join((*pieces, text[end:]))

    def __repr__(self) -> str:
        return "Redactor()"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Redactor knows secrets and cannot be pickled")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        self.__reduce__()


_Find = Callable[[str, int], re.Match[str] | None]


def _spans(find: _Find, text: str) -> Iterator[tuple[int, int]]:
    """Where it stands, also where it overlaps itself."""
    match = find(text, 0)
    while match is not None:
        yield match.span()
        match = find(text, match.start() + 1)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


_LONGEST_SPELLING = 16
"""No spelling of a character takes more characters than this for each of its octets in UTF-8."""

_PIECE, _STEP = 64, 48
"""A longer secret is looked for in overlapping pieces, so that the work grows with the text alone and not with its square."""

_SHORTEST_ENCODED = 6
"""Shorter stretches of base64 or hexadecimal would be found in innocent text."""


def _ways_to_write(value: str) -> set[str]:
    """The same secret as other programs have it: normalised otherwise, and its UTF-8 read as Latin-1, as servers read headers."""
    same = {value, unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)}
    return same | {each.encode("utf-8", "surrogatepass").decode("latin-1") for each in same}


def _pieces(value: str) -> Iterator[str]:
    if len(value) <= _PIECE:
        yield value
        return
    for start in range(0, len(value) - _PIECE, _STEP):
        yield value[start : start + _PIECE]
    yield value[-_PIECE:]


def _forms(value: str) -> list[str]:
    raw = value.encode("utf-8", "surrogatepass")
    encoded = [*_base64_forms(raw), raw.hex()]
    plain = _ways_to_escape(value) if "\\" in value else ()
    return [
        f"(?i:{_any_spelling(value)})",
        *(f"(?i:{re.escape(form)})" for form in plain),
        *(_encoded_form(form) for form in encoded if len(form) >= _SHORTEST_ENCODED),
    ]


def _ways_to_escape(value: str) -> set[str]:
    """Of a secret that itself reads like an escaped one, in which ``_any_spelling`` would see fewer characters than there are."""
    quoted = json.dumps(value)[1:-1]
    once = {value, value.replace("\\", "\\\\"), quoted, html.escape(value), quote(value), quote(value, safe="")}
    return once | {json.dumps(quoted)[1:-1], html.escape(html.escape(value)), quote(quote(value, safe=""), safe="")}


def _any_spelling(value: str) -> str:
    """A text as it may stand in a URL, in JSON, in HTML or in a Python repr.

    Backslashes in a row are one element, for however many there are is a matter of how often the text was escaped; whoever
    tried all ways to share them out would not come to an end.
    """
    pattern, lead = "", _BACKSLASHES
    for run in re.findall(r"\\+|[^\\]", value):
        if run[0] == "\\":
            pattern += rf"{'' if pattern else _NO_MORE_BEFORE}(?:{_spellings(run[0], _BACKSLASHES)})++"
            lead = ""  # the row has them all
        else:
            pattern += f"(?:{_spellings(run, lead)})"
            lead = _BACKSLASHES
    return pattern


_BACKSLASHES = r"\\{1,8}"
"""Before an escaped character: one, and more where the text was escaped more than once."""


@lru_cache(maxsize=256)
def _spellings(character: str, lead: str) -> str:
    """One character in all its forms, the longest first; ``lead`` stands for the backslashes before an escape."""
    code = ord(character)
    octets = character.encode("utf-8", "surrogatepass")
    spellings = {
        re.escape(character),
        re.escape(html.escape(character)),
        re.escape(html.escape(html.escape(character))),
        "".join(rf"%(?:25){{0,3}}{octet:02x}" for octet in octets),
        rf"&\#(?:0{{0,4}}{code}|x0{{0,4}}{code:x});",
        rf"{lead}u{{?0{{0,4}}{code:x}}}?",
        "".join(rf"{lead}x{octet:02x}" for octet in octets),
        rf"{lead}x{code:02x}",
    }
    if character != "\\":
        escaped = json.dumps(character)[1:-1]
        letter = escaped[1] if len(escaped) == 2 else character
        spellings.add(lead + re.escape(letter))
    if code > 0xFFFF:
        spellings.add("".join(rf"{lead}u{unit:04x}" for unit in _utf16(character)))
    if character == " ":
        spellings.add(r"\+")
    return "|".join(sorted(spellings, key=len, reverse=True))


_NO_MORE_BEFORE = r"(?<!\\)(?<!%5c)(?<!%255c)(?<!\\x5c)(?<!\\u005c)(?<!&\#92;)(?<!&\#x5c;)"
"""Backslashes are looked for from the first one on, or a long row of them would be gone through once for each."""


def _utf16(character: str) -> list[int]:
    octets = character.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(octets[at : at + 2], "big") for at in range(0, len(octets), 2)]


def _base64_forms(raw: bytes) -> list[str]:
    """What base64 makes of ``raw`` at each of the three alignments, without the characters that its neighbours decide."""
    forms: list[str] = []
    for shift, first in ((0, 0), (1, 2), (2, 3)):
        text = base64.b64encode(bytes(shift) + raw).decode("ascii")
        forms.append(text[first : (shift + len(raw)) * 8 // 6])
    return forms


def _encoded_form(form: str) -> str:
    if re.fullmatch("[0-9a-f]+", form):
        return f"(?i:{form})"
    swaps = {"+": r"(?:[+\-]|%2[bB])", "/": r"(?:\\?/|_|%2[fF])"}
    return "".join(swaps.get(each, re.escape(each)) for each in form)
