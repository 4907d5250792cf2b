"""Each member of Gooten's answers goes where its page says, and each parameter comes from there.

Found out by changing one and looking at what else changes: a member of an answer in the model, an attribute of the model in a request.
"""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from attrs import evolve

import printkit
from printkit.drafts import Draft
from printkit.exchange import Response
from printkit.model import Artwork, NewOrder, Photo, Recipient
from printkit.providers.gooten import catalogue, notices, readings, translate, wire
from tests.docs.changing import Reading, Way, changes, different, different_members
from tests.docs.gooten_members import INSIDE, SAMPLES
from tests.docs.page import GOOTEN as PAGE, QUOTED, attributes_in

SCOPE = translate.Scope("gooten", drift=lambda table, word: None, clean=lambda text: text)
NOTHING = ""
"""What differs when there is a value of the model on one side only."""
WORDS = {"Shipped": "Hold", "Test": "Hold", "New": "Test"}


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_bytes())


def whole_order() -> Any:
    """An order in which every member has a value."""
    order = sample("orders-get.response.shipped")
    first = sample("orders-get.response.with-images.full")["Items"][0]
    order["Items"] = [first | {"Status": "Shipped", "Shipments": order["Items"][0]["Shipments"], "SourceId": "line-1"}]
    order["ShippingAddress"] = dict.fromkeys(PAGE.listed("Address"), "text") | {"IsBusinessAddress": False}
    return order | {"NiceId": "Test7-d3d", "DiscountCode": "SPRING", "DiscountAmount": order["Total"], "Meta": {"a": "b"}}


def older_order() -> Any:
    """As an older server has it: tracking beside the item, its own spelling of the reference, a print-ready product."""
    order = sample("orders-get.response.recorded-test-order")
    parcel = {"TrackingNumber": "1", "TrackingUrl": "http://a.example/1", "ShipCarrierName": "UPS", "Shipments": []}
    order["Items"] = [order["Items"][0] | parcel | {"Meta": {"PreconfigSku": "MyShop-Mug"}}]
    return {name: value for name, value in order.items() if name != "SourceId"} | {"SouceId": "shop-1"}


def whole_variant() -> Any:
    return sample("productvariants.response")["ProductVariants"][0]


def of_variant(response: Response) -> Any:
    """A product whose head has no name: an SKU stands for it."""
    given = wire.read_variants(b'{"ProductVariants": [' + response.body + b"]}").product_variants[0]
    return catalogue._product(given, wire.ProductHead(id=1, name=None))


def of_head(response: Response) -> Any:
    head = wire.read_products(b'{"Products": [' + response.body + b"]}").products[0]
    return catalogue._product(wire.Variant(sku="s"), head)


def of_country(response: Response) -> Any:
    return catalogue._country(wire.read_countries(b'{"Countries": [' + response.body + b"]}").countries[0])


def of_price(response: Response) -> Any:
    return readings.money(json.loads(response.body, parse_float=Decimal))


def of_submission(response: Response) -> Any:
    return printkit.OrderRef("gooten", wire.read_submitted(response.body).id)


READ = partial(translate.read_order, scope=SCOPE)
BODIES: dict[str, list[tuple[Any, Reading, Way]]] = {
    "Order": [(whole_order(), READ, ()), (older_order(), READ, ())],
    "Item": [(whole_order(), READ, ("Items", 0)), (older_order(), READ, ("Items", 0))],
    "Image": [(whole_order(), READ, ("Items", 0, "Images", 0))],
    "Shipment": [(whole_order(), READ, ("Items", 0, "Shipments", 0))],
    "Address": [(whole_order(), READ, ("ShippingAddress",))],
    "Price": [(whole_order()["Total"], of_price, ())],
    "A submission": [({"Id": "7-f0f4", "HadError": False}, of_submission, ())],
    "Product": [(sample("products.response")["Products"][0], of_head, ())],
    "Variant": [(whole_variant(), of_variant, ()), ({"Sku": "s", "Options": []}, of_variant, ())],
    "Option of a variant": [(whole_variant(), of_variant, ("Options", 0))],
    "Country": [(sample("countries.response")["Countries"][0], of_country, ())],
}
"""By heading: bodies, how the adapter reads each, and the way to the object in it."""


@pytest.mark.parametrize(("heading", "member"), [(heading, member) for heading in BODIES for member in PAGE.listed(heading)])
def test_a_member_goes_where_the_page_says(heading: str, member: str) -> None:
    row = PAGE.row_of(heading, member)
    said = attributes_in(row[1])

    changed = {each for body, read, way in BODIES[heading] for each in changes(body, read, (*way, member), WORDS)} - {NOTHING}

    assert changed <= said | set(QUOTED.findall(row[2]))
    if (heading, member) not in INSIDE:  # what follows from the objects within, their own tables say
        assert said <= changed or (is_shared(row) and said & changed)


def is_shared(row: tuple[str, ...]) -> bool:
    """Whether several members stand in one row: each goes to one of the attributes."""
    return len(QUOTED.findall(row[0])) > 1


def test_an_order_s_numbers_are_kept_by_name() -> None:
    order = READ(Response(200, {}, json.dumps(whole_order()).encode()))

    assert order.ids == {"gooten_id": str(whole_order()["GootenId"]), "nice_id": "Test7-d3d"}


@pytest.mark.parametrize(
    ("member", "value", "attribute"),
    [
        ("ErrorReferenceCode", "other", "request_id"),
        ("Errors", [{"PropertyName": "Order.Items", "ErrorMessage": "other"}], "message"),
        ("Message", "other", "message"),
    ],
)
def test_what_an_error_says(member: str, value: Any, attribute: str) -> None:
    body = sample("orders-post.response.validation-error") if member != "Message" else {"Message": "An error has occurred."}
    said, other = (translate.refusal(Response(400, {}, json.dumps(each).encode()), SCOPE) for each in (body, body | {member: value}))

    assert f"ProviderError.{attribute}" in PAGE.goes_to("Errors")[member]
    assert getattr(said, attribute) != getattr(other, attribute)


def test_what_was_attempted_is_never_shown() -> None:
    body = sample("orders-post.response.bad-billing-key")

    assert "not-the-key" not in str(translate.refusal(Response(400, {}, json.dumps(body).encode()), SCOPE))
    assert PAGE.goes_to("Errors")["AttemptedValue"] == "never"


@pytest.mark.parametrize("member", PAGE.listed("Webhook"))
def test_where_the_members_of_a_webhook_go(member: str) -> None:
    body = whole_order()
    if member == "orderid":
        assert notices.parse_notice({}, {"orderid": "7-a"}, b"").order.id == "7-a"
        return
    way: Way = (
        (member,)
        if member in body
        else ("Items", 0, member)
        if member in {"Status", "OrderItemId"}
        else ("Items", 0, "Shipments", 0, member)
    )

    def read(response: Response) -> Any:
        return notices.parse_notice({}, {"orderid": "7-b"}, response.body)

    inside = {"Notice.body", "NoticeShipment.is_shipped", "NoticeShipment.provider_status"}
    named = {"Notice.order" if each.startswith("OrderRef") else each for each in changes(body, read, way, WORDS)} - inside
    assert attributes_in(PAGE.goes_to("Webhook")[member]) <= named | {"Notice.order"}
    assert named <= attributes_in(PAGE.goes_to("Webhook")[member]) | {"Notice.shipments"}


# ── Each parameter comes from where the page says ─────────────────────────────────────────────────────────────────────

TOM = Recipient("Tom Smith", "1", "2", "Cardiff", "Glamorgan", "CF11", "GB", "tom@example.com", "1")
PRINT = Photo("canvas", Artwork(url="http://a.example/b", space="CC38D", width=1, height=2), extra={"gooten": {"x": "y"}})
NEW = NewOrder(TOM, "R1", "standard", metadata={"a": "b"})
DRAFT = Draft.of("gooten", "R1", NEW).with_photos([PRINT])


def body_of(draft: Draft, **settings: Any) -> dict[str, Any]:
    given = {"email": None, "phone": None, "shipping": "standard", "is_test": False} | settings
    body = translate.new_order_body(draft, **given)
    return {**body, "`ShipToAddress`": body["ShipToAddress"], "`BillingAddress`": body["BillingAddress"]} | {
        "`Items`": body["Items"][0],
        "`Images`": body["Items"][0]["Images"][0],
    }


HEADINGS = ("`POST /orders`", "`ShipToAddress`", "`BillingAddress`", "`Items`", "`Images`")
ELSEWHERE = {"NewOrder.extra", "Photo.extra", "NewOrder.test", "NewOrder.reference"}
"""What has a test of its own."""


def member_of(heading: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    inside: Mapping[str, Any] = body.get(heading, body)
    return inside


@pytest.mark.parametrize(
    ("heading", "name", "source"),
    [(heading, name, source) for heading in HEADINGS for name, source in PAGE.sources(heading) if source not in ELSEWHERE],
)
def test_where_a_submission_s_parameters_come_from(heading: str, name: str, source: str) -> None:
    before, after = (member_of(heading, body_of(draft)) for draft in (DRAFT, with_another(source)))

    assert name in different_members(before, after)


def with_another(source: str) -> Draft:
    """The draft with another value of one attribute."""
    owner, attribute = source.split(".")
    values: dict[str, Any] = {
        "name": "Ann Jones",
        "copies": 9,
        "metadata": {"c": "d"},
        "recipient": evolve(TOM, country="US"),
        "shipping": "7",
        "url": "http://a.example/c",
        "artwork": (Artwork(url="http://a.example/d"),),
    }
    change: dict[str, Any] = {attribute: values.get(attribute, "other")}
    match owner:
        case "Recipient":
            return evolve(DRAFT, new=evolve(NEW, recipient=evolve(TOM, **change)))
        case "NewOrder":
            return evolve(DRAFT, new=evolve(NEW, **change))
        case "Photo":
            return DRAFT.changing(DRAFT.items[0].id, lambda photo: evolve(photo, **change))
        case _:
            return DRAFT.changing(DRAFT.items[0].id, lambda photo: evolve(photo, artwork=(evolve(PRINT.artwork[0], **change),)))


@pytest.mark.parametrize("name", ["IsPreSubmit", "CouponCodes", "CouponCode", "IsPackingSlipEnabled"])
def test_what_only_extra_can_say(name: str) -> None:
    other = evolve(DRAFT, new=evolve(NEW, extra={"gooten": {name: "x"}}))

    assert different_members(body_of(DRAFT), body_of(other)) == {name}


def test_what_must_not_stand_in_extra() -> None:
    (said,) = (line for line in PAGE.text.splitlines() if line.startswith("What guards the order"))

    assert {name.lower() for name in QUOTED.findall(said)} - {"extra"} == translate.OURS - {"partnerbillingkey"}


@pytest.mark.parametrize(("setting", "value", "parameter"), [("email", "a@example.com", "Email"), ("phone", "1", "Phone")])
def test_what_the_settings_stand_in_for(setting: str, value: str, parameter: str) -> None:
    bare = evolve(DRAFT, new=evolve(NEW, recipient=evolve(TOM, email=None, phone=None)))

    assert f"setting `{setting}`" in PAGE.goes_to("`ShipToAddress`")[parameter]
    assert body_of(bare, **{setting: value})["ShipToAddress"][parameter] == value
    assert parameter not in body_of(bare)["ShipToAddress"]


def test_a_reference_and_a_test() -> None:
    assert body_of(evolve(DRAFT, reference="other"))["SourceId"] == "other"
    assert body_of(DRAFT, is_test=True)["IsInTestMode"] is True


@pytest.mark.parametrize(("name", "source"), PAGE.sources("`PUT /shippingAddress`"))
def test_where_a_recipient_s_parameters_come_from(name: str, source: str) -> None:
    if source == "Order.ids":
        return  # in the query, by its number
    attribute = source.removeprefix("Recipient.")
    other = evolve(TOM, **{attribute: "Ann Jones" if attribute == "name" else "other"})
    before, after = (translate.address_body(each, email=None, phone=None) for each in (TOM, other))

    assert name in different_members(before, after)


def test_an_item_reference_is_not_told() -> None:
    other = DRAFT.changing(DRAFT.items[0].id, lambda photo: evolve(photo, reference="mine"))

    assert "`Photo.reference`" in PAGE.tables["What Gooten cannot be told"][0][0]
    assert body_of(other) == body_of(DRAFT)


def test_two_values_of_money_differ_in_their_parts() -> None:
    assert list(different(printkit.Money(Decimal(1)), printkit.Money(Decimal(2)))) == ["Money.amount"]
