"""Case ``decode``: a shop's JSON to the unified model, beside hand-written code, msgspec and pydantic that fill the same model."""

from collections.abc import Callable

from printkit import Order, Response
from printkit.providers import gooten, pwinty
from printkit.providers.gooten import translate as gooten_translate
from printkit.providers.pwinty import translate as pwinty_translate

from . import orders
from .by_hand import gooten_by_hand, pwinty_by_hand
from .measure import Bench, Contender, Contest, Run
from .with_msgspec import gooten_with_msgspec, pwinty_with_msgspec
from .with_pydantic import gooten_with_pydantic, pwinty_with_pydantic

Decode = Callable[[bytes], Order]
FLOOR = "hand-written, to the model"


def _ignore(table: str, word: str) -> None:
    """Nobody is told of unknown words."""


def pwinty_decode(body: bytes) -> Order:
    """What printkit does with an answer."""
    return pwinty_translate.read_order(Response(200, {}, body), _PWINTY)


def gooten_decode(body: bytes) -> Order:
    """What printkit does with an answer."""
    return gooten_translate.read_order(Response(200, {}, body), _GOOTEN)


_PWINTY = pwinty_translate.Scope(pwinty.INFO.kind, "GBP", False, _ignore, str)
_GOOTEN = gooten_translate.Scope(gooten.INFO.kind, _ignore, str)

SHOPS: dict[str, tuple[Callable[[int], str], dict[str, Decode]]] = {
    "Pwinty": (
        orders.pwinty_order,
        {FLOOR: pwinty_by_hand, "printkit": pwinty_decode, "msgspec": pwinty_with_msgspec, "pydantic": pwinty_with_pydantic},
    ),
    "Gooten": (
        orders.gooten_order,
        {FLOOR: gooten_by_hand, "printkit": gooten_decode, "msgspec": gooten_with_msgspec, "pydantic": gooten_with_pydantic},
    ),
}


def _run(decode: Decode, body: bytes) -> Run:
    async def run(times: int) -> None:
        for _ in range(times):
            assert decode(body).items  # printkit makes them when they are looked at

    return run


async def measured(bench: Bench) -> None:
    """Both shops, three sizes. All ways lead to equal orders; that is looked at first."""
    for shop, (make, ways) in SHOPS.items():
        for items in (1, 10, 100):
            body = make(items).encode()
            read = [way(body) for way in ways.values()]
            assert all(order == read[0] for order in read), f"{shop}: not the same model"
            times = bench.of(20_000, 10_000, 20) // (items + 9) + 1
            contenders = [
                Contender(
                    name,
                    _run(way, body),
                    times,
                    at_most={"cpu": 1.5} if name == "printkit" else {},
                    at_least={"cpu": 1.0} if name == "pydantic" else {},
                )
                for name, way in ways.items()
            ]
            size = "1 item" if items == 1 else f"{items} items"
            await bench.compare(Contest(f"{shop}, {size}", "order", contenders, rounds=bench.of(25, 9, 1)))
