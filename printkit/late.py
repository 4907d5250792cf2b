"""A member of a frozen value that is made when somebody looks at it, and then kept. Knows no value, and refuses to fail: whoever leaves
something for later has looked at everything in it that may be wrong (decision 0033).
"""

from typing import Any, final


class Later:
    """What will be a member once somebody looks at it. No abstract class: asking for one of those takes five times as long."""

    __slots__ = ()

    def made(self) -> Any:
        """The member. Must not raise."""
        raise NotImplementedError


@final
class Late:
    """In the place of a slot of a class: where that holds a ``Later``, what is read is what it makes."""

    def __init__(self, slot: Any) -> None:
        self._slot = slot
        self.as_it_is = slot.__get__
        """What the slot of a value holds, not made."""
        self.fill = slot.__set__

    def __get__(self, value: Any, cls: type[Any]) -> Any:
        if value is None:
            return self
        found = self.as_it_is(value)
        if isinstance(found, Later):
            found = found.made()
            self.fill(value, found)
        return found

    def __set__(self, value: Any, member: Any) -> None:
        self.fill(value, member)

    def __delete__(self, value: Any) -> None:
        self._slot.__delete__(value)


def made_late(cls: type[Any], name: str) -> Late:
    """Let the member ``name`` of a class with slots be made late.

    All else stays as it was: a value is printed, compared, copied and pickled with the member, which is made for that. Said of a
    class before ``filling`` is asked about it, which looks only once.
    """
    member = Late(vars(cls)[name])
    setattr(cls, name, member)
    return member
