"""Which URLs may be fetched and which addresses connected to: everything that was not said is refused."""

import ipaddress
import socket

import pytest
from hypothesis import given, strategies as st

from printkit.server.addresses import ANYWHERE, Place, guarded, is_global, place_of, places

NOT_GLOBAL = (
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.0.1",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::",
    "2002:a00:1::1",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "2001:db8::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)
GLOBAL = ("93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101", "2002:101:101::1")
NO_ADDRESS = (
    "localhost",
    "127.1",
    "0x7f000001",
    "2130706433",
    "0177.0.0.1",
    "127.0.0.1.",
    "①②⑦.0.0.1",
    "1.1.1.1\n",
    "",
    None,
    2130706433,
    b"1.1.1.1",
)


class TestAddress:
    @pytest.mark.parametrize("address", NOT_GLOBAL)
    def test_not_global(self, address: str) -> None:
        assert not is_global(ipaddress.ip_address(address))
        assert not Place(ANYWHERE).admits(address)

    @pytest.mark.parametrize("address", GLOBAL)
    def test_global(self, address: str) -> None:
        assert Place(ANYWHERE).admits(address)

    @pytest.mark.parametrize("address", NO_ADDRESS)
    def test_what_is_no_plain_address_is_refused(self, address: object) -> None:
        assert not Place(ANYWHERE).admits(address)

    @given(st.ip_addresses(v=4, network="127.0.0.0/8") | st.ip_addresses(v=4, network="10.0.0.0/8"))
    def test_in_every_disguise(self, address: ipaddress.IPv4Address) -> None:
        number = int(address)
        for disguise in (number | 0xFFFF << 32, number | 0x64FF9B << 96, 0x2002 << 112 | number << 80, number):
            assert not is_global(ipaddress.IPv6Address(disguise))

    @pytest.mark.parametrize("address", NOT_GLOBAL)
    def test_no_socket_is_opened(self, address: str) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with pytest.raises(OSError, match="may not be connected to"):
            guarded(Place(ANYWHERE))((family, socket.SOCK_STREAM, 6, "", (address, 80)))

    def test_a_socket_to_a_global_address(self) -> None:
        with guarded(Place(ANYWHERE))((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("1.1.1.1", 80))) as opened:
            assert opened.family == socket.AF_INET


class TestPlaces:
    def test_an_address_is_that_very_address(self) -> None:
        [place] = places(["127.0.0.1:8000"])

        assert place.admits("127.0.0.1")
        for other in ("127.0.0.2", "::1", "::ffff:127.0.0.1", "1.1.1.1"):
            assert not place.admits(other)

    def test_localhost_is_this_machine(self) -> None:
        [place] = places(["localhost:8000"])

        assert place.admits("127.0.0.1")
        assert place.admits("::1")
        assert not place.admits("10.0.0.1")

    def test_a_name_is_not_this_machine(self) -> None:
        [place] = places(["images.example.com"])

        assert place.admits("1.1.1.1")
        assert not place.admits("127.0.0.1")

    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("http://images.example.com/a.jpg", True),
            ("https://images.example.com/a.jpg", True),
            ("HTTPS://IMAGES.EXAMPLE.COM/a.jpg", True),
            ("https://user:password@images.example.com/a.jpg", True),
            ("http://images.example.com:8080/a.jpg", False),
            ("http://127.0.0.1:8000/a.jpg", True),
            ("http://127.0.0.1/a.jpg", False),
            ("http://127.0.0.1:8001/a.jpg", False),
            ("http://[::1]:8000/a.jpg", True),
            ("http://[0:0:0:0:0:0:0:1]:8000/a.jpg", True),
            ("http://[::ffff:127.0.0.1]:8000/a.jpg", False),
            ("http://localhost:8000/a.jpg", False),
            ("http://127.0.0.1:8000@evil.example/a.jpg", False),
            ("http://evil.example/?http://images.example.com/", False),
            ("http://evil.example#@images.example.com/", False),
            ("http://evil.example\\@images.example.com/", False),
            ("http://images.example.com.evil.example/", False),
            ("http://evilimages.example.com/", False),
            ("ftp://images.example.com/a.jpg", False),
            ("file:///etc/passwd", False),
            ("//images.example.com/a.jpg", False),
            ("images.example.com/a.jpg", False),
            ("http://", False),
            ("http://[::1", False),
            ("http://images.example.com:99999/", False),
            ("", False),
        ],
    )
    def test_what_may_be_fetched(self, url: str, expected: bool) -> None:
        allowed = places(["images.example.com", "127.0.0.1:8000", "[::1]:8000"])

        assert (place_of(allowed, url) is not None) is expected

    def test_nothing_unless_it_was_said(self) -> None:
        assert place_of((), "http://images.example.com/a.jpg") is None

    def test_every_name(self) -> None:
        assert place_of(places(["*"]), "http://whoever.example:8080/a.jpg") is not None
        assert place_of(places(["*"]), "ftp://whoever.example/a.jpg") is None

    @pytest.mark.parametrize(
        "entry",
        [
            "",
            " ",
            "http://a.example",
            "a.example/",
            "a.example/b",
            "a.example?b",
            "a.example#b",
            "u@a.example",
            "u:p@a.example",
            "a b",
            ":80",
            "a.example:x",
            "a.example:99999",
            "[::1",
            "*.example.com",
            "a*",
            "\n",
        ],
    )
    def test_an_entry_that_cannot_be_read(self, entry: str) -> None:
        with pytest.raises(ValueError, match="no place to fetch from"):
            places([entry])

    @given(st.text(max_size=30))
    def test_no_text_breaks_it(self, text: str) -> None:
        allowed = places(["*"])
        place_of(allowed, text)
        place_of(allowed, f"http://{text}/")
