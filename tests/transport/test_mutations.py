"""The fault tests are worth something only if they fail when a guard is taken away: here each guard is."""

from collections.abc import Callable

import aiohttp
import pytest

from printkit.exchange import Effect, Response
from printkit.transport import caller as caller_module, http as http_module
from printkit.transport.attempt import Cause, MaybeSent
from tests.transport.test_caller import a_write_is_sent_once
from tests.transport.test_http_faults import attempt_fresh, attempt_redirect, attempt_reused, is_honest
from tests.transport.test_leaks import a_stalled_shop_leaks_nothing


async def hidden_resend() -> None:
    is_honest(*await attempt_fresh("fin_after_reading", "PUT", Effect.WRITES))


async def hidden_resend_on_a_reused_connection() -> None:
    is_honest(*await attempt_reused("rst_after_reading", "DELETE", Effect.WRITES))


async def hidden_resend_of_a_read() -> None:
    is_honest(*await attempt_fresh("half_head", "GET", Effect.READS))


async def lie_about_sending() -> None:
    is_honest(*await attempt_fresh("stall", "POST", Effect.WRITES))


async def stolen_by_redirect() -> None:
    ending, stolen = await attempt_redirect(307, "POST", Effect.WRITES)
    assert isinstance(ending, Response)
    assert stolen == 0


def a_connection_for_whoever_asks(patch: pytest.MonkeyPatch) -> None:
    original = http_module._Watched.connect

    async def connect(self, *asked, **more):
        http_module._under_way.get().sent = False
        return await original(self, *asked, **more)

    patch.setattr(http_module._Watched, "connect", connect)


async def without_a_mark(self, *asked, **more):
    return await self._watched.connect(*asked, **more)


def without_the_mark(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(http_module._Watched, "connect", without_a_mark)


def following_redirects(patch: pytest.MonkeyPatch) -> None:
    original = aiohttp.ClientSession._request

    async def follow(self, *args, **options):
        return await original(self, *args, **{**options, "allow_redirects": True})

    patch.setattr(aiohttp.ClientSession, "_request", follow)


def repeating_writes_like_reads(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(caller_module, "_write_may_be_repeated", caller_module._read_may_be_repeated)


def keeping_the_frames(patch: pytest.MonkeyPatch) -> None:
    async def attempt(self, request, wire):
        try:
            return await self._exchange(request, wire, [])
        except aiohttp.ClientError:
            return MaybeSent(Cause.UNEXPECTED)

    patch.setattr(http_module.HttpLink, "attempt", attempt)


MUTATIONS = [
    (a_connection_for_whoever_asks, hidden_resend),
    (a_connection_for_whoever_asks, hidden_resend_on_a_reused_connection),
    (a_connection_for_whoever_asks, hidden_resend_of_a_read),
    (without_the_mark, lie_about_sending),
    (following_redirects, stolen_by_redirect),
    (repeating_writes_like_reads, a_write_is_sent_once),
    (keeping_the_frames, a_stalled_shop_leaks_nothing),
]


@pytest.mark.parametrize(("mutate", "check"), MUTATIONS, ids=lambda each: each.__name__)
async def test_the_check_notices(mutate: Callable[[pytest.MonkeyPatch], None], check, monkeypatch):
    await check()
    mutate(monkeypatch)
    with pytest.raises(AssertionError):
        await check()
