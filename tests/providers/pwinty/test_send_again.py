"""A write that is proven not to have happened is sent once more when that is asked for, and never twice."""

import pytest

from printkit import Applied, OutcomeUnknownError, Request, Response, Unknown
from printkit.emulator.faults import CloseBeforeRead, CommitLate, Fault, ResetAfterCommit
from printkit.providers.pwinty.emulator.options import Options
from tests.providers.pwinty.deeds import DEEDS
from tests.providers.pwinty.shops import URL, added, draft, photo, world
from tests.providers.pwinty.test_lost_answers import what_became


async def test_sent_again_and_lost_again_is_unknown_again() -> None:
    async with world() as shop:
        kit = await shop.kit()
        order = await draft(kit, photo("a"))
        for _ in range(2):
            shop.server.faults.add(Fault(CloseBeforeRead(), method="POST", path="/v2.5/Orders/{id}/Status"))
        with pytest.raises(OutcomeUnknownError) as first:
            await kit.submit(order)
        shop.now.advance(61)
        with pytest.raises(OutcomeUnknownError) as second:
            await kit.reconcile(first.value.handle, send_again=True)
        assert [handle.id for handle in kit.unresolved] == [second.value.handle.id]
        shop.now.advance(61)
        assert isinstance(await kit.reconcile(second.value.handle, send_again=True), Applied)
        assert shop.shop.ledger.count("order submitted") == 1


async def test_of_a_batch_only_the_missing_photos_are_sent_again() -> None:
    async with world(Options(batch_stops_after=3)) as shop:
        kit = await shop.kit()
        order = await draft(kit)
        shop.server.faults.add(Fault(ResetAfterCommit(), method="POST", path="/v2.5/Orders/{id}/Photos/Batch"))
        with pytest.raises(OutcomeUnknownError) as lost:
            await kit.add_photos(order, [photo(name) for name in "abcda"])
        assert sum(added(shop.shop, order).values()) == 3
        shop.now.advance(61)
        kept = await kit.reconcile(lost.value.handle)
        assert isinstance(kept, Unknown)
        assert kept.not_before is None

        done = await kit.reconcile(lost.value.handle, send_again=True)

        assert isinstance(done, Applied)
        assert sorted(str(item.artwork[0].url) for item in done.value.items) == [URL.format(name) for name in "aabcd"]
        assert sum(added(shop.shop, order).values()) == 5


@pytest.mark.parametrize("verb", ["submit", "submit, recipient pays", "set_status, cancelled", "set_status, awaiting payment"])
async def test_what_is_overtaken_by_the_first_one_is_done(verb: str) -> None:
    """The shop acts on the lost request in the moment in which it is asked once more, and refuses the second: that is no failure."""
    async with world() as shop:
        deed, kit = DEEDS[verb], await shop.kit()
        order = await deed.before(shop, kit)
        shop.server.faults.add(Fault(CommitLate(3600), method=deed.method, path=deed.path))
        error = await what_became(deed.call(kit, order))
        assert type(error) is OutcomeUnknownError
        shop.now.advance(61)
        answer = shop.shop.answer

        def overtaken(request: Request) -> Response:
            if request.method == deed.method:
                shop.shop.answer = answer  # type: ignore[method-assign]
                answer(request)
            return answer(request)

        shop.shop.answer = overtaken  # type: ignore[method-assign]
        found = await kit.reconcile(error.handle, send_again=True)
        assert isinstance(found, Applied)
        assert deed.shows(found.value)
        assert shop.shop.ledger.count(deed.effect) == 1
        assert kit.unresolved == ()
