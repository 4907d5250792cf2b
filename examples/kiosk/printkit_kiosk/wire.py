"""What Kiosk sends, as typed structs. Says nothing about what it means."""

from datetime import datetime
from typing import Any

import msgspec
from printkit.decoding import reader


class Recipient(msgspec.Struct):
    """Where an order goes."""

    name: str
    street: str = ""
    town: str = ""
    postcode: str = ""
    country: str = ""


class Print(msgspec.Struct):
    """One line of an order."""

    id: str
    size: str
    image: str
    count: int


class Order(msgspec.Struct):
    """One order, in a list too."""

    id: str
    reference: str
    state: str
    to: Recipient
    prints: tuple[Print, ...] = ()
    created: datetime | None = None


class Listed(msgspec.Struct):
    """A page of orders, newest first; ``next`` is the number of the page after it."""

    orders: tuple[Order, ...]
    next: int | None = None


class Refused(msgspec.Struct):
    """What every answer holds that is not 2xx. Typed leniently: an odd one is no reason to fail."""

    error: Any = None


read_order = reader(Order, "Kiosk")
read_listed = reader(Listed, "Kiosk")
read_refused = reader(Refused, "Kiosk")
write = msgspec.json.encode
