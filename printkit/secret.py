"""A value that must not be seen: prints, formats, logs, pickles and serialises as nothing useful. Knows not where secrets come from."""

import hmac
import secrets
from typing import NoReturn, final

MASK = "***"


@final
class Secret:
    """A key or a password. Only ``reveal()`` gives it back, so every use in the clear can be found by searching for that word."""

    __slots__ = ("__value", "marker")

    def __init__(self, value: str) -> None:
        if not isinstance(value, str):
            raise TypeError("a Secret is made from text")
        self.__value = value
        self.marker = f"printkit-secret-{secrets.token_hex(16)}"
        """Stands for the secret in a request's query or JSON body until the request leaves; may be printed, and cannot be guessed."""

    def reveal(self) -> str:
        """The secret in the clear. Do not keep it, print it or put it into an exception."""
        return self.__value

    def __bool__(self) -> bool:
        return bool(self.__value)

    def __repr__(self) -> str:
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        """Compares in constant time, and only with another Secret."""
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self.__value.encode("utf-8", "surrogatepass"), other.__value.encode("utf-8", "surrogatepass"))

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: let each process read its own settings")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        self.__reduce__()
