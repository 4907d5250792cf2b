"""The control calls of the emulated Pwinty: what only its own people could do, by name. Knows no HTTP.

``orders/{id}/pay``; ``orders/{id}/ship`` (all steps; with ``step`` only one: ``allocate``, ``ship``, ``complete``, and with ``shipment``
only that one, counted from 0); ``photos/{id}/fetched`` (``width`` and ``height`` of the picture, if told); ``photos/{id}/failed``
(``state``: ``FileNotFoundAtUrl`` or ``Invalid``); ``issues/{id}/state`` (``state``, ``comment``); and those of
the outbox: ``notices`` and ``notices/ping``.
"""

import re
from collections.abc import Callable, Mapping

from printkit.emulator.shop import UnknownControlError

from . import dates, issues, progress
from .refusals import RefusedError
from .state import Order, Photo, Workshop
from .values import filled, whole

Members = Mapping[str, object]

_ID = re.compile(r"[0-9]{1,10}", re.ASCII)


def control(workshop: Workshop, words: tuple[str, ...], members: Members) -> Mapping[str, object]:
    """Does what the words say and returns what became of it.

    Raises:
        UnknownControlError: no such call, or nothing of that id.
        ValueError: the members do not fit, or it is not possible in the present state.
    """
    lowered = {name.lower(): value for name, value in members.items()}
    try:
        match [word.lower() for word in words]:
            case ["orders", order_id, verb] if verb in _ORDER:
                return _order(workshop, progress.find_order(workshop, _number(order_id)), _ORDER[verb], lowered)
            case ["photos", photo_id, verb] if verb in _PHOTO:
                found = photo(workshop, photo_id)
                _PHOTO[verb](workshop, found, lowered)
                return {"id": found.id, "status": found.state}
            case ["issues", issue_id, "state"]:
                return _issue(workshop, _number(issue_id), lowered)
            case said:
                done = workshop.outbox.control(said, lowered, workshop.clock.now())
                if done is not None:
                    return done
                raise UnknownControlError(f"there is no control call {'/'.join(words)}")
    except RefusedError as refusal:
        raise ValueError(refusal.text) from None


def _number(word: str) -> int:
    if _ID.fullmatch(word) is None:
        raise UnknownControlError(f"{word!r} is no id")
    return int(word)


def photo(workshop: Workshop, word: str) -> Photo:
    """The photo of this id, given as text.

    Raises:
        UnknownControlError: there is none.
    """
    return progress.find_photo(workshop, _number(word))


def _order(workshop: Workshop, order: Order, verb: Callable[[Workshop, Order, Members], None], members: Members) -> Mapping[str, object]:
    verb(workshop, order, members)
    return {"id": order.id, "status": order.state}


def _pay(workshop: Workshop, order: Order, members: Members) -> None:
    progress.pay(workshop, order, workshop.clock.now())


def _ship(workshop: Workshop, order: Order, members: Members) -> None:
    step, now = filled(members, "step"), workshop.clock.now()
    if step not in {None, "allocate", "ship", "complete"}:
        raise ValueError("step is allocate, ship or complete")
    if step in {None, "allocate"}:
        progress.allocate(workshop, order, now)
    if step in {None, "ship"}:
        progress.ship_some(workshop, order, whole(members, "shipment"), now)
    if step in {None, "complete"}:
        progress.complete(workshop, order, now)


_ORDER: Mapping[str, Callable[[Workshop, Order, Members], None]] = {"pay": _pay, "ship": _ship}


def _fetched(workshop: Workshop, found: Photo, members: Members) -> None:
    width, height = whole(members, "width"), whole(members, "height")
    progress.photo_fetched(workshop, found, None)
    if width is not None and height is not None:
        found.pixels = (width, height)


def _failed(workshop: Workshop, found: Photo, members: Members) -> None:
    progress.photo_failed(found, filled(members, "state") or "FileNotFoundAtUrl")


_PHOTO: Mapping[str, Callable[[Workshop, Photo, Members], None]] = {"fetched": _fetched, "failed": _failed}


def _issue(workshop: Workshop, number: int, members: Members) -> Mapping[str, object]:
    issue = workshop.books.issues.get(number)
    if issue is None:
        raise UnknownControlError(f"there is no issue {number}")
    comment, state = filled(members, "comment"), filled(members, "state")
    if comment is not None:
        issue.commentary.append(f"[{dates.commentary(workshop.clock.now())} : {comment}]")
    if state is not None:
        issues.move(issue, state, workshop.clock.now())
    return {"id": issue.id, "state": issue.state}
