"""The date forms of Pwinty v2.5. Knows nothing of what the dates belong to.

Forms: reference/pwinty-api.md section 5.
"""

from datetime import UTC, datetime


def fresh(when: datetime) -> str:
    """Seven digits and ``Z``: a value written in this very request, and the callbacks' timestamp."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{when.microsecond:06d}0Z"


def stored(when: datetime) -> str:
    """No zone, rounded to the database's tick of 1/300 s, trailing zeros cut: a value read back.

    The tick's milliseconds end in 0, 3 or 7: ``.3683803`` was read back as ``.367``. The last ones of a second are not carried over.
    """
    ticks = min((when.microsecond // 1000 * 3 + 5) // 10, 299)
    milliseconds = (ticks * 10 + 1) // 3
    fraction = f".{milliseconds:03d}".rstrip("0").rstrip(".")
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{fraction}"


def forecast(when: datetime) -> str:
    """``Z`` without a fraction: the arrival of an order that is not submitted yet."""
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def commentary(when: datetime) -> str:
    """As the entries of an issue's commentary begin."""
    return f"{when.astimezone(UTC):%d/%m/%Y @ %H:%M}"
