"""What is sent again may be interrupted at any moment: it happens once in the end, and until then some handle of it is remembered."""

import asyncio

import pytest

from printkit import Applied, OutcomeUnknownError
from printkit.emulator.faults import ResetAfterCommit, ResetBeforeCommit
from tests.matrix import cells
from tests.matrix.faults import Struck

LOST = Struck(ResetAfterCommit(), acts=1)


@pytest.mark.parametrize(
    ("interrupt", "struck"),
    [(cells.cancel, None), (cells.cancel, LOST), (cells.close, None)],
    ids=["cancelled", "cancelled, lost", "closed"],
)
@pytest.mark.parametrize(("kind", "verb"), [("gooten", "cancel_items, one"), ("pwinty", "add_photos, one")])
def test_interrupted_at_any_moment(
    kind: str, verb: str, interrupt: cells.Interrupt, struck: Struck | None, caplog: pytest.LogCaptureFixture
) -> None:
    shop = cells.SHOPS[kind]
    turns = 0
    while cells.run(_interrupted(shop, verb, interrupt, struck, turns)):
        turns += 1
    assert turns > 5
    assert caplog.messages == []


async def _interrupted(shop: cells.Shop, verb: str, interrupt: cells.Interrupt, struck: Struck | None, turns: int) -> bool:
    deed = shop.deeds[verb]
    async with cells._watched(shop, deed) as (watch, kit, before, had):

        def effect() -> int:
            return (watch.ledger() - had)[deed.effect]

        watch.strike(Struck(ResetBeforeCommit()))
        first = await cells._ended(asyncio.ensure_future(deed.call(kit, before)))
        assert isinstance(first, OutcomeUnknownError)
        watch.heal()
        watch.world.now.advance(61)
        if struck is not None:
            watch.strike(struck)
        task = asyncio.ensure_future(kit.reconcile(first.handle, send_again=True))
        await cells._turn(turns)
        is_early = not task.done()
        if is_early:
            await interrupt(task, kit)
        came = await cells._ended(task)
        await cells._turn(60)
        assert effect() <= 1, f"after {turns} turns: happened twice"
        assert isinstance(came, Applied) or kit.unresolved, f"after {turns} turns: {came!r}, and nothing is remembered"
        watch.heal()
        watch.world.now.advance(400)
        elsewhere = await watch.world.kit()
        for handle in (first.handle, *kit.unresolved):
            assert isinstance(await elsewhere.reconcile(handle, send_again=True), Applied)
        assert effect() == 1
        return is_early
