"""When to try again and how long to wait: decisions only; refuses to sleep, to send and to look at a clock."""

import itertools
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import final

import backoff
from attrs import frozen

from printkit.exchange import Response

Jitter = Callable[[float], float]
"""Makes the wait out of the longest wait: ``full_jitter`` picks evenly between nothing and all of it."""

full_jitter: Jitter = backoff.full_jitter


@final
@frozen
class RetryPolicy:
    """How often and how patiently. Seconds throughout."""

    attempts: int = 3
    """At most so many attempts for one logical call, the first included."""
    base: float = 0.5
    """The longest first wait after a failure; it doubles from attempt to attempt."""
    throttle_base: float = 1.0
    """The same after the shop asked for fewer requests."""
    cap: float = 20.0
    """No wait of our own choice is longer."""
    longest_retry_after: float = 60.0
    """A shop that asks for more is not waited for: the caller is told at once."""

    def wait(self, attempts: int, *, throttled: bool, retry_after: float | None, jitter: Jitter) -> float | None:
        """Seconds to wait after ``attempts`` attempts, never fewer than ``retry_after``; None when there is to be no further one."""
        if attempts >= self.attempts:
            return None
        if retry_after is not None and retry_after > self.longest_retry_after:
            return None
        steps = backoff.expo(factor=self.throttle_base if throttled else self.base, max_value=self.cap)
        pause = jitter(next(itertools.islice(steps, attempts, None)))
        return max(pause, retry_after or 0.0)


@final
class RetryBudget:
    """Tokens that retries of one account cost, so that an outage is not answered with a storm. One per account, shared by its kits.

    With nothing but failures, at most ``tokens / COST`` retries are made in all. A success after a retry gives back what
    that retry cost; a success at the first attempt gives back one token.
    """

    COST = 14
    THROTTLE_COST = 5
    REWARD = 1

    def __init__(self, tokens: int = 500) -> None:
        self._most = tokens
        self.tokens = tokens

    def spend(self, *, throttled: bool) -> int | None:
        """Pay for one retry. Returns its cost, for ``refund``; None when there is not enough left, and nothing is taken."""
        cost = self.THROTTLE_COST if throttled else self.COST
        if cost > self.tokens:
            return None
        self.tokens -= cost
        return cost

    def refund(self, cost: int = REWARD) -> None:
        """A call has succeeded."""
        self.tokens = min(self._most, self.tokens + cost)


_SECONDS = re.compile(r"[0-9]+(\.[0-9]*)?([eE]\+?[0-9]+)?", re.ASCII)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """The seconds a ``Retry-After`` header asks for (RFC 9110, 10.2.3): a number or an HTTP date; 0 for a date in the past.

    A date is compared with the answer's own ``Date`` when it has a readable one, so that a wrong clock here does not shorten
    the wait; otherwise with ``now`` (seconds since 1970). None when there is no such header, and for anything unreadable,
    negative or not finite.
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        seconds = float(text)
        return seconds if isfinite(seconds) else None
    moment = _moment(text)
    if moment is None:
        return None
    sent = _moment(headers.get("date", "").strip())
    return max(0.0, moment - (now if sent is None else sent))


def _moment(text: str) -> float | None:
    if not text or len(text) > 64:
        return None
    try:
        moment = parsedate_to_datetime(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def is_server_trouble(status: int) -> bool:
    """True for answers after which nobody knows whether the request was acted on: a read is repeated, a write is looked up.

    Of the 5xx only those that trying again cannot mend are left out: 501 and 505. Gateways have numbers of their own up to 599.
    """
    return status == 408 or (500 <= status < 600 and status not in {501, 505})


def throttled(response: Response) -> bool:
    """True when the shop itself says "too many requests" and therefore did nothing.

    That is a 429, or a 503 with a readable ``Retry-After`` and a JSON object as its body: gateways answer a bare 503 also
    after they have passed the request on.
    """
    if response.status == 429:
        return True
    return response.status == 503 and retry_after(response.headers, 0.0) is not None and _is_json_object(response.body)


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
