"""Which URLs the emulators' server may fetch, and which addresses a socket may then be opened to. Refuses everything it was not told of.

A name proves nothing: what counts is the address that is connected to, so that a name which answers with another address the second
time gains nothing.
"""

import errno
import ipaddress
import re
import socket
from collections.abc import Callable, Iterable
from typing import Final, final

from attrs import frozen
from yarl import URL

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInfo = tuple[int, int, int, str, tuple[object, ...]]
"""As ``socket.getaddrinfo`` gives it."""

ANYWHERE: Final = "*"
_LOOPBACK: Final = frozenset({ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")})
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""NAT64: the last 32 bits are an IPv4 address."""
_ENTRY: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s\[\]/?#@:*%\\]+)(:[0-9]{1,5})?")
_USUAL_PORTS: Final = frozenset({80, 443})


@final
@frozen
class Place:
    """One entry of the list: where a picture may be fetched."""

    host: str
    """In lower case, or ``*``."""
    ports: frozenset[int] = frozenset()
    """Empty: any."""
    addresses: frozenset[Address] = frozenset()
    """The only ones that may be connected to; empty: every global one."""

    def holds(self, host: str, port: int | None) -> bool:
        """Whether a URL of this host and port lies here."""
        return self.host in {ANYWHERE, host} and (not self.ports or port in self.ports)

    def admits(self, address: object) -> bool:
        """Whether this address, as a socket is told it, may be connected to. What is no plain address may not."""
        try:
            found = ipaddress.ip_address(address) if isinstance(address, str) else None
        except ValueError:
            return False
        if found is None:
            return False
        return found in self.addresses if self.addresses else is_global(found)


def is_global(address: Address) -> bool:
    """Whether an address is one of the public internet, also where it is an IPv4 address in an IPv6 one's clothes."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_global(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def places(entries: Iterable[str]) -> tuple[Place, ...]:
    """Reads a list of places.

    ``images.example.com`` and ``images.example.com:8443`` are names: their addresses have to be global, and without a port it is 80 or
    443. ``127.0.0.1:8000``, ``[::1]:8000`` and ``localhost:8000`` are these very addresses, global or not. ``*`` is every name.

    Raises:
        ValueError: an entry is none of these.
    """
    return tuple(_place(entry) for entry in entries)


def _place(entry: str) -> Place:
    if entry == ANYWHERE:
        return Place(ANYWHERE)
    try:
        url = URL(f"http://{entry}") if _ENTRY.fullmatch(entry) else URL()
        host, port = url.host, url.explicit_port
    except ValueError:
        host, port = None, None
    if not host:
        raise ValueError(f"{entry!r} is no place to fetch from: write a host or host:port, without http:// and without a path")
    ports = frozenset({port}) if port is not None else _USUAL_PORTS
    if host == "localhost":
        return Place(host, ports, _LOOPBACK)
    try:
        return Place(host, ports, frozenset({ipaddress.ip_address(host)}))
    except ValueError:
        return Place(host, ports)


def place_of(allowed: Iterable[Place], text: str) -> tuple[URL, Place] | None:
    """The URL and the place that it lies in; None when it lies in none and may not be fetched."""
    try:
        url = URL(text.strip())
        host, port = url.host, url.port
    except ValueError:
        return None
    if url.scheme not in {"http", "https"} or not host:
        return None
    found = next((place for place in allowed if place.holds(host, port)), None)
    return None if found is None else (url, found)


def guarded(place: Place) -> Callable[[AddressInfo], socket.socket]:
    """Opens sockets only to addresses that the place admits. It sees the very address that is then connected to."""

    def open_socket(info: AddressInfo) -> socket.socket:
        family, kind, protocol, _, address = info
        if not (address and place.admits(address[0])):
            raise OSError(errno.EACCES, "this address may not be connected to")
        return socket.socket(family, kind, protocol)

    return open_socket
