"""Counts what each verb of a shop asks: the requests, and the effects in the emulated shop's ledger. Knows no shop."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from attrs import frozen

from printkit import Order, OrderRef, PrintKit, Request, Response
from printkit.emulator.shop import Shop
from printkit.exchange import Effect

Call = Callable[[PrintKit, Any, Order], Awaitable[Any]]
Open = Callable[[PrintKit, "Counting"], Awaitable[Order]]


@frozen
class Verb:
    """A verb, and the requests it makes given an ``Order`` that is the newest, and given an ``OrderRef``."""

    name: str
    with_order: str
    """Methods in the order in which they are sent."""
    with_ref: str | None
    """None for a verb without an order."""
    call: Call
    """Given the kit, the order or its reference as the verb is to get it, and the order."""
    on: str = "draft"
    """What there is before: a name in ``Counted.before``."""


class Counting:
    """A shop in this process that keeps what it was asked."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Response:
        self.asked.append(request)
        return self.shop.answer(request)


@frozen
class Counted:
    """One kind of shop, and what its verbs cost."""

    title: str
    shop: Callable[[], Shop]
    kit_on: Callable[[Any], PrintKit]
    before: dict[str, Open]
    """By name: how an order comes to be what a verb is called on."""
    verbs: Sequence[Verb]


def effects(shop: Shop) -> int:
    """How much has really happened."""
    return sum(entry.count for entry in shop.ledger.entries())


async def counted(kind: Counted, verb: Verb, *, whole: bool) -> str:
    """The methods that were asked. Looks at the ledger as well: whatever only reads has no effect there, and what writes has."""
    shop = Counting(kind.shop())
    async with kind.kit_on(shop) as kit:
        order = await kind.before[verb.on](kit, shop)
        shop.asked.clear()
        happened = effects(shop.shop)
        await verb.call(kit, order if whole else OrderRef(order.ref.provider, order.id), order)
    wrote = any(request.effect is Effect.WRITES for request in shop.asked)
    assert (effects(shop.shop) > happened) == wrote
    return " ".join(request.method for request in shop.asked)
