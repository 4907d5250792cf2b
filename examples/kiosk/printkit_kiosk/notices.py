"""Reads Kiosk's notices, and believes nothing."""

from printkit.lenient import text
from printkit.model import OrderRef, OrderStatus
from printkit.notices import Notice, read_object, refused

from . import statuses


def parse_notice(body: bytes, provider: str) -> Notice:
    """``{"order": "k1", "state": "posted"}``.

    Raises:
        InvalidRequestError: it is no notice; the message says what is wrong.
    """
    said = read_object(body)
    order, state = text(said.get("order")), text(said.get("state"))
    if not order:
        raise refused("order", "is missing or not text")
    if state is None:
        raise refused("state", "is missing or not text")
    return Notice(
        OrderRef(provider, order), statuses.ORDER.get(state, OrderStatus.UNKNOWN), state, body=body
    )
