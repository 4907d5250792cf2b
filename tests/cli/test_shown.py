"""What is shown of values: the JSON form, and text that cannot steer a terminal."""

import io
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from hypothesis import given, strategies as st
from rich.console import Console

from printkit import Artwork, Item, Money, Order, OrderRef, OrderStatus, Receipt, Recipient, Shipment
from printkit.cli import screen
from printkit.cli.document import as_json
from printkit.model import RefusedItem

EVIL = "[bold red]x[/] :smile: \x1b[31m\x9b2J\u202ereversed\nnew line"


def order(text: str) -> Order:
    return Order(
        OrderRef("shop", text),
        OrderStatus.SUBMITTED,
        provider_status=text,
        reference=text,
        recipient=Recipient(text, line1=text, city=text),
        items=(Item(text, text, text, 2, OrderStatus.SUBMITTED, artwork=(Artwork(url=text, path=Path("a.jpg"), data=b"x"),)),),
        shipments=(Shipment(text, OrderStatus.SHIPPED, carrier=text, tracking_number=text),),
        price=Money(Decimal("12.90"), text),
        payment_url=text,
        created=datetime(2026, 1, 31, 9, 30, tzinfo=UTC),
        ids={text: text},
        body=b"what the shop said",
        receipt=Receipt(
            renamed={text: text},
            duplicates=(OrderRef("shop", text),),
            refused=(RefusedItem(text, text),),
            not_told=(text,),
            reconciled=True,
            read_back=False,
        ),
    )


def shown(text: str) -> str:
    stream = io.StringIO()
    to = Console(file=stream, width=200, markup=False, emoji=False, highlight=False)
    screen.say_order(to, order(text))
    to.print(screen.orders([order(text)]))
    return stream.getvalue()


def test_text_of_a_shop_is_neither_markup_nor_control() -> None:
    out = shown(EVIL)

    assert "[bold red]x[/] :smile:" in out
    assert [each for each in out if not each.isprintable() and each != "\n"] == []


@given(st.text())
def test_whatever_a_shop_says_stays_on_its_line(text: str) -> None:
    assert all(each.isprintable() for each in screen.clean(text))


def test_the_notes_of_a_receipt() -> None:
    out = shown("it")

    assert "found by looking" in out
    assert "what is shown may be old" in out
    assert "item it is now it" in out
    assert "draft behind, which costs nothing: shop:it" in out
    assert "refused: it: it" in out
    assert "no place for it" in out


def test_the_json_of_an_order() -> None:
    text = as_json(order(EVIL))
    document = json.loads(text)

    assert text.isascii()
    assert "\x1b" not in text
    assert document["ref"] == f"shop:{EVIL}"
    assert document["status"] == "submitted"
    assert document["price"]["amount"] == "12.90"
    assert document["created"] == "2026-01-31T09:30:00+00:00"
    assert document["items"][0]["artwork"][0]["path"] == "a.jpg"
    assert "body" not in document
    assert not {"data", "stream"} & set(document["items"][0]["artwork"][0])
    assert document["receipt"]["duplicates"] == [f"shop:{EVIL}"]


def test_one_line_for_json_lines() -> None:
    assert "\n" not in as_json(order(EVIL), lines=True)
