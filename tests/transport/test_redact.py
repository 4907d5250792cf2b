"""What may be printed of an exchange, and that no known secret survives in foreign text, however it is spelt."""

import base64
import copy
import html
import json
import pickle
import re
import time
import unicodedata
from urllib.parse import quote, quote_plus, unquote

import pytest
from hypothesis import assume, given, settings, strategies as st

from printkit.exchange import Effect, Request
from printkit.secret import Secret
from printkit.transport import redact
from printkit.transport.redact import Redactor, printable

KEYS = ["4f9c-KEY/with+odd=signs&%2B é\\\"'", "Ab3dEf6hIj9k", "plain-uuid-4d36e96e-e325-11ce", "пароль☃😀key"]
SPELLINGS = {
    "raw": str,
    "upper": str.upper,
    "percent": lambda key: quote(key, safe=""),
    "percent-lower": lambda key: quote(key, safe="").lower(),
    "percent-with-slash": quote,
    "plus": quote_plus,
    "twice": lambda key: quote(quote(key, safe=""), safe=""),
    "every-octet": lambda key: "".join(f"%{octet:02x}" for octet in key.encode()),
    "json": lambda key: json.dumps(key)[1:-1],
    "json-utf8": lambda key: json.dumps(key, ensure_ascii=False)[1:-1],
    "json-in-json": lambda key: json.dumps(key)[1:-1].replace("/", "\\/"),
    "json-twice": lambda key: json.dumps(json.dumps(key)[1:-1])[1:-1],
    "html-twice": lambda key: html.escape(html.escape(key)),
    "utf8-read-as-latin1": lambda key: key.encode().decode("latin-1"),
    "percent-twice-lower": lambda key: quote(quote(key, safe=""), safe="").lower(),
    "nfc": lambda key: unicodedata.normalize("NFC", key),
    "nfd": lambda key: unicodedata.normalize("NFD", key),
    "repr": lambda key: repr(key)[1:-1],
    "bytes-repr": lambda key: repr(key.encode())[2:-1],
    "html": html.escape,
    "hex": lambda key: key.encode().hex(),
    "hex-upper": lambda key: key.encode().hex().upper(),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("spell", SPELLINGS.values(), ids=SPELLINGS)
def test_a_secret_is_masked_however_it_is_spelt(spell, key):
    spelt = spell(key)
    cleaned = Redactor([Secret(key)]).clean(f"before {spelt} after", 2000)
    assert cleaned == "before *** after"


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["std", "urlsafe"])
@pytest.mark.parametrize("before", range(7))
@pytest.mark.parametrize("after", range(4))
def test_a_secret_is_masked_inside_base64_at_any_alignment(encode, key, before, after):
    spelt = encode(b"m" * before + key.encode() + b"n" * after).decode()
    certain = spelt[-(-before * 8 // 6) : (before + len(key.encode())) * 8 // 6]
    for text in (spelt, quote(spelt, safe="")):
        cleaned = unquote(Redactor([Secret(key)]).clean(text, 2000))
        assert cleaned == spelt.replace(certain, "***")


@given(st.text(min_size=6), st.sampled_from(sorted(SPELLINGS)), st.text(), st.text())
def test_no_spelling_of_any_secret_survives(key, spelling, before, after):
    assume(not set(key) & set("*"))
    assume(len(key.upper()) == len(key) == len(key.lower()) == len(key.casefold()))
    assume(spelling != "upper" or key.upper().lower() == key.lower())
    spelt = SPELLINGS[spelling](key)
    cleaned = Redactor([Secret(key)]).clean(before + spelt + after, 10_000)
    assume(key not in before + after)
    assert spelt not in cleaned
    assert key not in cleaned


@given(st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=8), st.integers(0, 3000), st.integers(0, 300))
def test_a_secret_at_the_edge_is_not_cut_in_two(key, before, limit):
    cleaned = Redactor([Secret(key)]).clean("." * before + key + "." * 3000, limit)
    assert key[:4] not in cleaned


@given(st.integers(0, 60), st.integers(0, 200))
def test_masking_many_does_not_pull_half_a_secret_into_sight(count, filling):
    key = "Ab3dEf6hIj9k"
    cleaned = Redactor([Secret(key)]).clean(key * count + "." * filling + key * 100, 200)
    assert "Ab3" not in cleaned


@given(st.text())
def test_what_is_left_can_be_printed(text):
    cleaned = Redactor().clean(text)
    assert cleaned.isprintable()
    assert len(cleaned) <= 201
    cleaned.encode()


def test_control_characters_are_spelt_out():
    assert Redactor().clean("a\x1b[31m\r\nb\u202ec\u2028\ud800\x00") == r"a\x1b[31m\r\nb\u202ec\u2028\ud800\x00"


def test_plain_text_stays_as_it_is():
    assert Redactor([Secret("Ab3dEf6hIj9k")]).clean("Order 17 wasn't found: naïve ☃") == "Order 17 wasn't found: naïve ☃"


@pytest.mark.parametrize(("text", "cleaned"), [("abc", "abc"), ("abcd", "abc…"), ("ab\n", r"ab\…"), ("", "")])
def test_long_text_is_cut(text, cleaned):
    assert Redactor().clean(text, 3) == cleaned


def test_a_huge_text_costs_little():
    assert Redactor([Secret("%25" * 20)]).clean("%25" * 3_000_000).endswith("…")


@pytest.mark.parametrize("key", ["Ab3dEf6hIj9kLm2nOp5qRs8t" * 2, "ключ" * 12, "😀" * 12])
@pytest.mark.parametrize("escape", [r"\u{:04x}", r"\\u{:04x}", "&#{};", "&#x{:x};"])
def test_nearly_a_secret_costs_little(key, escape):
    nearly = "".join(escape.format(ord(each)) for each in key[:-1] + "#")
    assert "***" not in Redactor([Secret(key)]).clean(nearly, 2000)


@pytest.mark.parametrize("character", ["a", "é", "%", "\\", "&", "+", " ", '"'])
@pytest.mark.parametrize("length", [20, 64, 65, 700, 5000])
def test_a_long_key_of_one_character_costs_little(character, length):
    """Each of these once took longer the longer the key was, and one of backslashes for ever."""
    redactor = Redactor([Secret(character * length)])
    for text in (character * (length - 1) + "x", json.dumps(character * length), (character * 19 + "x") * 200):
        redactor.clean(text)
    assert redactor.clean(f"key:{character * length}.", 10_000) == "key:***."


@pytest.mark.parametrize("key", ["\\" * 64, "\\" * 63 + "a", "a" + "\\" * 63, "\\a" * 32, "a" * 64, "%" * 64, "&" * 64, "%25" * 21])
@pytest.mark.parametrize("run", ["\\", "\\\\a", "a", "%5c", "%25", "&amp;", "\\u005c"])
def test_the_work_grows_with_the_text_alone(key, run):
    """Twenty thousand backslashes once took two seconds, and escaped ones under a key of them for ever."""
    redactor = Redactor([Secret(key)])
    redactor.clean("x")
    text = run * (20_000 // len(run))
    began = time.process_time()
    redactor.clean(text, 50_000)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("key", [r"\x5cabcdef", r"\%5cabcdef", r"ab\u005c\%5c", r"ab\\&#92;cd", r"a\x5c\\x5c", r"\\\u{5c}"])
@pytest.mark.parametrize("spell", [str, quote, str.upper, lambda key: json.dumps(key)[1:-1]], ids=["raw", "percent", "upper", "json"])
def test_a_key_that_looks_like_an_escaped_one_is_masked_as_it_is(key, spell):
    assert Redactor([Secret(key)]).clean(f"<{spell(key)}>") == "<***>"


@settings(max_examples=200)
@given(
    st.text("\\\\\\aA%25cxu0&#;", min_size=3, max_size=60),
    st.sampled_from(["raw", "percent", "percent-with-slash", "twice", "json", "json-twice", "html", "html-twice", "repr", "hex"]),
    st.integers(0, 9),
)
def test_a_key_full_of_escapes_is_masked_however_it_is_spelt(key, spelling, before):
    assert Redactor([Secret(key)]).clean("." * before + SPELLINGS[spelling](key) + ".", 10_000) == "." * before + "***."


def test_what_is_looked_for_grows_with_the_key_and_not_with_its_square(monkeypatch):
    patterns: list[str] = []
    compiled = re.compile
    monkeypatch.setattr(redact.re, "compile", lambda pattern: patterns.append(pattern) or compiled(pattern))
    work = []
    for length in (1000, 2000):
        patterns.clear()
        Redactor([Secret("".join(chr(97 + each * each % 23) for each in range(length)))]).clean("x")
        work.append(sum(map(len, patterns)))
        assert max(map(len, patterns)) < 20_000, "no pattern is longer than that of a piece"
    assert work[1] < 2.2 * work[0]


@settings(max_examples=25)
@given(st.text(min_size=65, max_size=200), st.sampled_from(sorted(SPELLINGS)), st.integers(0, 100))
def test_nothing_of_a_long_secret_survives(key, spelling, before):
    assume(not set(key) & set("*."))
    assume(len(key.upper()) == len(key) == len(key.lower()) == len(key.casefold()))
    assume(spelling != "upper" or key.upper().lower() == key.lower())
    cleaned = Redactor([Secret(key)]).clean("." * before + SPELLINGS[spelling](key) + ".", 100_000)
    assert cleaned == "." * before + "***."


@pytest.mark.parametrize("before", range(3))
def test_of_a_long_secret_in_base64_only_the_edges_may_show(before):
    key = "".join(chr(33 + each * each % 89) for each in range(300))
    spelt = base64.b64encode(b"m" * before + key.encode()).decode().rstrip("=")
    assert len(Redactor([Secret(key)]).clean(spelt, 1000).replace("***", "")) <= 8


def test_nothing_is_made_before_it_is_needed(monkeypatch):
    monkeypatch.setattr(redact.re, "compile", None)
    Redactor([Secret(KEYS[0])])


def test_empty_secrets_mask_nothing():
    assert Redactor([Secret("")]).clean("abc") == "abc"


def test_the_longer_secret_goes_first():
    assert Redactor([Secret("abcdef"), Secret("abcdefghij")]).clean("abcdefghij") == "***"


@pytest.mark.parametrize("keys", [["abcdefgh", "abcdef"], ["abcdef", "abcdefgh"]])
@pytest.mark.parametrize("text", ["abcdefgh", "ABCDEFGH", "%61bcdefgh"])
def test_of_secrets_that_begin_alike_no_tail_is_left(keys, text):
    assert Redactor(map(Secret, keys)).clean(f"<{text}>") == "<***>"


@pytest.mark.parametrize(("keys", "text"), [(["abcdef", "cdefgh"], "abcdefgh"), (["abcabc"], "abcabcabc")])
def test_of_secrets_that_overlap_no_tail_is_left(keys, text):
    assert Redactor(map(Secret, keys)).clean(f"<{text}>") == "<***>"


def test_a_redactor_shows_and_lends_nothing():
    redactor = Redactor([Secret("Ab3dEf6hIj9k")])
    assert repr(redactor) == "Redactor()"
    assert "Ab3" not in repr([getattr(redactor, name) for name in dir(redactor) if "__r" in name and name != "__repr__"])
    for attempt in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            attempt(redactor)


def request(**members) -> Request:
    return Request(**({"method": "GET", "path": "/Orders/17", "effect": Effect.READS, "template": "/Orders/{id}"} | members))


@pytest.mark.parametrize(
    ("asked", "status", "line"),
    [
        (request(), None, "GET /Orders/{id}"),
        (request(), 404, "GET /Orders/{id} -> 404"),
        (request(template=""), 404, "GET (path not shown) -> 404"),
        (request(query=[("count", "10"), ("merchantOrderId", "ORD-1"), ("Page", "2")]), 200, "GET /Orders/{id}?count=10&Page=2 -> 200"),
        (request(query=[("count", "10 or more"), ("offset", "")]), 200, "GET /Orders/{id} -> 200"),
        (request(method="GET\r\nX: y"), None, "? /Orders/{id}"),
    ],
)
def test_what_is_printed_of_an_exchange(asked, status, line):
    assert printable(asked, status) == line
    assert Redactor().exchange(asked, status) == line


def test_a_secret_in_an_allowed_place_is_masked_too():
    redactor = Redactor([Secret("Ab3dEf6hIj9k")])
    assert redactor.exchange(request(query=[("page", "Ab3dEf6hIj9k")])) == "GET /Orders/{id}?page=***"
