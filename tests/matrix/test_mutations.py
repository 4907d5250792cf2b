"""The matrix is worth something only if it fails when a rule of the policy is broken: here each rule is."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from printkit import Order, writes as writes_module
from printkit.locks import Locks
from printkit.outcomes import Applied, ReconcileHandle
from printkit.providers.pwinty import adapter as pwinty_adapter, writes as pwinty_writes
from printkit.transport import caller as caller_module, http as http_module
from printkit.writes import Writer
from tests.matrix import cells
from tests.matrix.faults import WRITES
from tests.test_writes import test_an_intent_is_told_before_the_first_byte_leaves as intents_come_first

Mutate = Callable[[pytest.MonkeyPatch], None]


# ── Sending ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def writes_are_repeated_like_reads(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(caller_module, "_write_may_be_repeated", caller_module._read_may_be_repeated)


def every_503_counts_as_a_throttle(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(caller_module, "throttled", lambda answer: answer.status in {429, 503})


def a_connection_for_whoever_asks(patch: pytest.MonkeyPatch) -> None:
    original = http_module._Watched.connect

    async def connect(self: Any, *asked: Any, **more: Any) -> Any:
        http_module._under_way.get().sent = False
        return await original(self, *asked, **more)

    patch.setattr(http_module._Watched, "connect", connect)


def nothing_marks_what_was_sent(patch: pytest.MonkeyPatch) -> None:
    async def connect(self: Any, *asked: Any, **more: Any) -> Any:
        return await self._watched.connect(*asked, **more)

    patch.setattr(http_module._Watched, "connect", connect)


def redirects_are_followed(patch: pytest.MonkeyPatch) -> None:
    """A redirect needs a second connection, which an attempt does not get: both guards have to go."""
    a_connection_for_whoever_asks(patch)
    original = aiohttp.ClientSession._request

    async def follow(self: aiohttp.ClientSession, *given: Any, **options: Any) -> aiohttp.ClientResponse:
        return await original(self, *given, **{**options, "allow_redirects": True})

    patch.setattr(aiohttp.ClientSession, "_request", follow)


# ── Deciding ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def a_500_counts_as_a_refusal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writes_module, "_REFUSED", writes_module._REFUSED | {500})


def every_409_counts_as_a_refusal(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(writes_module, "_is_json_object", lambda body: True)


def every_2xx_counts_as_done(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pwinty_adapter.translate, "read_done", lambda *_: None)


def the_look_up_believes(patch: pytest.MonkeyPatch) -> None:
    async def find_status(handle: ReconcileHandle, read: Callable[[str], Awaitable[Order]]) -> Applied[Order]:
        return Applied(await read(handle.order or ""))

    patch.setattr(pwinty_writes, "find_status", find_status)


def nothing_is_looked_for(patch: pytest.MonkeyPatch) -> None:
    async def not_sent(self: Writer, write: Any, handle: ReconcileHandle, deadline: Any, refusal: Any = None) -> None:
        raise refusal or self._not_sent(write, "nobody answered")

    patch.setattr(Writer, "_settled", not_sent)


def there_is_no_pre_image(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pwinty_writes, "photos_before", lambda handle: set())


# ── Certainty ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def the_settle_window_is_ignored(patch: pytest.MonkeyPatch) -> None:
    async def at_once(self: Writer, handle: ReconcileHandle, find: Any) -> Any:
        return await find(handle, self._caller.deadline())

    patch.setattr(Writer, "_weighed", at_once)


def there_are_no_locks(patch: pytest.MonkeyPatch) -> None:
    async def nothing(self: Locks, name: str, deadline: Any) -> bool:
        return True

    patch.setattr(Locks, "take_at_once", lambda *_: True)
    patch.setattr(Locks, "take_in_time", nothing)
    patch.setattr(Locks, "give_back", lambda *_: None)


def the_cancelled_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Writer, "_remember", lambda *_: None)


def the_handle_is_not_the_truth(patch: pytest.MonkeyPatch) -> None:
    """What was meant is lost on the way through text."""
    read = ReconcileHandle.from_json
    patch.setattr(ReconcileHandle, "from_json", lambda text: read(text.replace('"status": "Submitted"', '"status": "Cancelled"')))


MUTATIONS: list[tuple[Mutate, str, str, str, str]] = [
    (writes_are_repeated_like_reads, "pwinty", "add_photos, one", "acted, no answer", "reset-after-commit"),
    (writes_are_repeated_like_reads, "gooten", "submit", "acted, no answer", "status 500"),
    (every_503_counts_as_a_throttle, "pwinty", "add_photos, batch", "acted, no answer", "status 503"),
    (a_connection_for_whoever_asks, "gooten", "swap_sku", "acted, no answer", "reset-after-commit"),
    (a_connection_for_whoever_asks, "pwinty", "cancel_items", "did not act, no answer", "close-before-read"),
    (nothing_marks_what_was_sent, "pwinty", "create_order", "acted, no answer", "reset-after-commit"),
    (nothing_marks_what_was_sent, "gooten", "update_recipient", "did not act, no answer", "close-before-read"),
    (redirects_are_followed, "pwinty", "submit", "acted, no answer", "redirect 307"),
    (redirects_are_followed, "gooten", "replace_artwork", "acted, no answer", "redirect 303"),
    (a_500_counts_as_a_refusal, "gooten", "submit", "acted, no answer", "status 500"),
    (every_409_counts_as_a_refusal, "pwinty", "submit", "acted, no answer", "html 409"),
    (every_2xx_counts_as_done, "pwinty", "submit", "did not act, senseless 2xx", "html 200"),
    (the_look_up_believes, "pwinty", "submit", "did not act, no answer", "reset-before-commit"),
    (nothing_is_looked_for, "gooten", "submit", "acted, no answer", "reset-after-commit"),
    (there_is_no_pre_image, "pwinty", "swap_sku, adding", "acted, cannot be read then", "reset-after-commit"),
    (the_settle_window_is_ignored, "pwinty", "create_order", "acts later", "commit-late"),
    (the_settle_window_is_ignored, "gooten", "swap_sku", "acts later", "commit-late"),
    (there_are_no_locks, "pwinty", "add_photos, one", "did not act, no answer", "reset-before-commit"),
    (the_cancelled_are_forgotten, "gooten", "submit", "you cancel", "stall-after-commit while the task is cancelled"),
    (the_handle_is_not_the_truth, "pwinty", "submit", "did not act, no answer", "reset-before-commit"),
]


@pytest.mark.parametrize(("mutate", "kind", "verb", "column", "fault"), MUTATIONS)
def test_the_matrix_notices(mutate: Mutate, kind: str, verb: str, column: str, fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = cells.SHOPS[kind]
    deed, struck = shop.deeds[verb], WRITES[column][fault]
    normally = cells.run(cells.effects_without_faults(shop, deed))
    cells.run(cells.write(shop, deed, struck, normally))
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        cells.run(cells.write(shop, deed, struck, normally))


async def test_an_intent_that_is_told_after_sending_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A killed process would have sent what nobody knows of."""
    sent = Writer._sent

    async def told_too_late(self: Writer, write: Any, intent: Any, deadline: Any) -> Any:
        try:
            return await sent(self, write, intent, deadline)
        finally:
            journal = writes_module._journal.get()
            if journal is not None:
                await journal.intend(intent.handle)

    async def intended(self: Writer, write: Any, deadline: Any, journal: Any) -> Any:
        return await truly(self, write, deadline, None)

    truly = Writer._intended
    await intents_come_first()
    monkeypatch.setattr(Writer, "_intended", intended)
    monkeypatch.setattr(Writer, "_sent", told_too_late)
    with pytest.raises(AssertionError):
        await intents_come_first()
