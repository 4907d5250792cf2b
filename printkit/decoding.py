"""Reads JSON that a shop sent into typed structs: money as ``Decimal``, and one error for everything that cannot be read. Knows no shop."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

import msgspec

from .errors import UnreadableAnswerError

T = TypeVar("T")


def reader(cls: type[T], shop: str) -> Callable[[bytes], T]:
    """A function that reads one kind of a shop's answers.

    It raises UnreadableAnswerError, and nothing else, on whatever bytes it is given; the message holds no value of the answer.
    """
    decode = msgspec.json.Decoder(cls, float_hook=Decimal).decode

    def read(body: bytes) -> T:
        try:
            return decode(body)
        except msgspec.ValidationError as error:
            problem = f"the answer is not what {shop} documents: {error}"
        except (ValueError, RecursionError, ArithmeticError):
            problem = "the answer is not JSON"
        raise UnreadableAnswerError(problem)

    return read
