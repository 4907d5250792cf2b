"""Where requests go: the shop's address and nowhere else."""

import pytest
from hypothesis import given, strategies as st

from printkit.errors import ConfigError, InvalidRequestError
from printkit.exchange import Effect, Request, fill
from printkit.transport.address import Address, parse_base_url

API = parse_base_url("https://api.example.com/v2.5/")


def get(path: str, **members) -> Request:
    return Request("GET", path, Effect.READS, **members)


@pytest.mark.parametrize(
    ("base_url", "origin", "prefix"),
    [
        ("https://api.example.com", "https://api.example.com", ""),
        ("https://api.example.com/", "https://api.example.com", ""),
        ("https://api.example.com:8443/v/5/", "https://api.example.com:8443", "/v/5"),
        ("https://192.0.2.1/api", "https://192.0.2.1", "/api"),
        ("http://localhost:8900/v2.5", "http://localhost:8900", "/v2.5"),
        ("http://127.0.0.1:8900", "http://127.0.0.1:8900", ""),
        ("http://127.8.9.1", "http://127.8.9.1", ""),
        ("http://[::1]:8900", "http://[::1]:8900", ""),
    ],
)
def test_base_urls(base_url, origin, prefix):
    assert parse_base_url(base_url) == Address(origin, prefix)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.com",
        "ftp://api.example.com",
        "HTTPS:api.example.com",
        "http://api.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://0.0.0.0",
        "http://[::]",
        "http://2130706433",
        "https://user:HUNTER2@api.example.com",
        "https://api.example.com?key=HUNTER2",
        "https://api.example.com/#HUNTER2",
        "https://api.example.com/..",
        "https://api.example.com/a/%2e%2e/b",
        "https://api.example.com//b",
        "https://api.example.com/a b",
        "https://api.example.com/\r\nX: y",
        "https://äpi.example.com",
        "https://api.example.com:0",
        "https://api.example.com:65536",
        "https://api.example.com:",
        "https:///path",
        "https://api.example.com/\n",
    ],
)
def test_settings_that_cannot_be_a_base_url(base_url):
    with pytest.raises(ConfigError, match="base_url") as refused:
        parse_base_url(base_url)
    assert "HUNTER2" not in str(refused.value)


def test_path_and_query_are_joined_and_encoded_once():
    url = API.url(get("/Orders/1"), [("a b", "k+/=&%2B é"), ("a b", ""), ("", "x")])
    assert url == "https://api.example.com/v2.5/Orders/1?a%20b=k%2B%2F%3D%26%252B%20%C3%A9&a%20b=&=x"


@pytest.mark.parametrize(
    "path", ["@evil.example/x", ".evil.example/x", ":1@evil.example/", "//evil.example/x", "/x?y=1", "/x#y", "/a b", "", "x"]
)
def test_a_path_that_got_past_the_first_check_leads_nowhere_else(path):
    request = get("/Orders")
    object.__setattr__(request, "path", path)
    for address in (API, parse_base_url("https://api.example.com")):
        try:
            url = address.url(request, [])
        except InvalidRequestError:
            continue
        assert url.startswith(address.origin + "/")


IDS = [
    "",
    ".",
    "..",
    "../Catalogue",
    "..\\Catalogue",
    "%2e%2e",
    "%2E.",
    "a/../b",
    "x/..",
    "\r\nX-Evil: 1",
    "1\n",
    "\x00",
    "%252e%252e",
    "%00",
    "%0d%0a",
]


@pytest.mark.parametrize("bad", IDS)
def test_an_id_that_names_something_else_is_refused(bad):
    def build() -> str:
        return API.url(get(fill("/Orders/{id}/Photos", id=bad)), [])

    with pytest.raises(InvalidRequestError):
        build()


@pytest.mark.parametrize("bad", ["..", "../Catalogue", "1?x", "1#f", "１０", "1\r\nX: y", "1 2", "%2e%2e", "%zz/..", "a//../b"])
def test_a_path_written_by_hand_is_refused(bad):
    with pytest.raises(InvalidRequestError):
        get(f"/Orders/{bad}")


@pytest.mark.parametrize("odd", ["1?x", "1#f", "１０", "a/b", "a b", "x" * 10_000, "...", "..a", "%41"])
def test_an_odd_id_stays_one_segment(odd):
    url = API.url(get(fill("/Orders/{id}/Photos", id=odd)), [])
    assert url.count("/") == "https://api.example.com/v2.5/Orders/1/Photos".count("/")
    assert "?" not in url
    assert "#" not in url


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_id_is_refused_or_stays_one_segment(given_id):
    try:
        url = API.url(get(fill("/Orders/{id}/Photos", id=given_id)), [("q", given_id)])
    except InvalidRequestError:
        return
    path, _, query = url.partition("?")
    assert path.startswith("https://api.example.com/v2.5/Orders/")
    assert path.count("/") == 6
    assert query.count("=") == 1
    assert url.isascii()
