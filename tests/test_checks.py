"""What no shop could make sense of is refused before any request, with its path; everything else is sent as it was given."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from printkit import Artwork, InvalidRequestError, Money, NewOrder, OrderRef, Photo, Recipient, Sizing, checks
from printkit.checks import of_artwork, of_new_order, of_photos, of_recipient, refuse
from tests.providers.pwinty.shops import Scripted, by_path, kit_on, sample, says

DRAFT = sample("orders-create.200")
REF = OrderRef("pwinty", "1070")
anything = st.text(st.characters(exclude_categories=()), max_size=40)  # half surrogate pairs too
TEXTS = {
    "recipient.name": "recipientName",
    "recipient.line1": "address1",
    "recipient.line2": "address2",
    "recipient.city": "addressTownOrCity",
    "recipient.state": "stateOrCounty",
    "recipient.postal_code": "postalOrZipCode",
    "recipient.phone": "mobileTelephone",
    "recipient.email": None,
    "recipient.country": "destinationCountryCode",
    "reference": "merchantOrderId",
    "shipping": "preferredShippingMethod",
}


async def offered(call: Any) -> dict[str, Any] | list[str]:
    """The body that left, or the paths by which the call was refused."""
    shop = Scripted(
        by_path(
            {
                ("POST", "/Orders"): says(DRAFT),
                ("GET", "/Orders/1070"): says(DRAFT),
                ("POST", "/Orders/1070/Photos"): says(sample("photos-create.200.url")),
            }
        )
    )
    async with kit_on(shop) as kit:
        try:
            await call(kit)
        except InvalidRequestError as error:
            return [problem.path for problem in error.problems]
    (body,) = shop.bodies("POST")
    return body  # type: ignore[no-any-return]


@given(field=st.sampled_from(sorted(TEXTS)), text=anything)
@settings(max_examples=300)
async def test_any_text_of_an_order_is_refused_by_its_path_or_sent_intact(field: str, text: str) -> None:
    of_order: dict[str, Any] = {}
    of_recipient: dict[str, Any] = {"name": "Tom", "country": "GB"}
    place = of_recipient if field.startswith("recipient.") else of_order
    place[field.removeprefix("recipient.")] = text
    body = await offered(lambda kit: kit.create_order(NewOrder(Recipient(**of_recipient), **of_order)))
    member = TEXTS[field]
    if isinstance(body, list):
        assert body == [field]
    elif member is not None:
        assert body[member] == text


@given(field=st.sampled_from(["sku", "url", "name", "value", "reference"]), text=anything)
@settings(max_examples=300)
async def test_any_text_of_a_photo_is_refused_by_its_path_or_sent_intact(field: str, text: str) -> None:
    photo = Photo(
        text if field == "sku" else "4x6",
        text if field == "url" else "https://example.com/a.jpg",
        attributes={text: "x"} if field == "name" else {"finish": text} if field == "value" else {},
        reference=text if field == "reference" else None,
    )
    paths = {"sku": "photos[0].sku", "url": "photos[0].artwork", "name": "photos[0].attributes", "reference": "photos[0].reference"}
    paths["value"] = "photos[0].attributes['finish']"
    body = await offered(lambda kit: kit.add_photos(REF, [photo]))
    sent = {"sku": "type", "url": "url"}
    if isinstance(body, list):
        assert body == [paths[field]]
    elif field in sent:
        assert body[sent[field]] == text
    elif field != "reference":
        assert body["attributes"] == dict(photo.attributes)


def paths(problems: Any) -> list[str]:
    return [problem.path for problem in problems]


async def test_everything_wrong_is_told_at_once() -> None:
    recipient = Recipient(" ", line1="a\nb", country="gb")
    new = NewOrder(recipient, "", shipping="\x00", payment="merchant")  # type: ignore[arg-type]
    assert paths(of_new_order(new)) == ["reference", "payment", "shipping", "recipient.name", "recipient.line1", "recipient.country"]


@pytest.mark.parametrize("odd", [7, b"x", ["x"], object()])
def test_what_is_no_text_is_refused(odd: Any) -> None:
    fields = ("name", "line1", "line2", "city", "state", "postal_code", "email", "phone", "country")
    recipient = Recipient(**dict.fromkeys(fields, odd))
    assert paths(of_recipient(recipient)) == [f"recipient.{name}" for name in fields]


@pytest.mark.parametrize("odd", [None, "Tom", {"name": "Tom"}])
def test_what_is_no_recipient_is_refused(odd: Any) -> None:
    assert paths(of_recipient(odd)) == ["recipient"]
    assert paths(of_new_order(NewOrder(odd))) == ["recipient"]


@pytest.mark.parametrize("country", ["UK ", "gb", "GBR", "G", "", "ＧＢ", 44, "G1"])
def test_countries_are_two_capital_letters(country: Any) -> None:
    assert paths(of_recipient(Recipient("Tom", country=country))) == ["recipient.country"]


@pytest.mark.parametrize("copies", [0, -1, 1.0, True, "2", None, 10**7, float("nan")])
def test_copies_are_a_whole_number(copies: Any) -> None:
    assert paths(of_photos([Photo("4x6", "https://e.com/a", copies)])) == ["photos[0].copies"]


@pytest.mark.parametrize(
    ("wish", "odd"),
    [
        ("sizing", "crop"),
        ("sizing", "bogus"),
        ("sizing", 1),
        ("price_to_recipient", 2.14),
        ("price_to_recipient", "2.14"),
        ("reference", 7),
    ],
)
def test_wishes_of_the_wrong_kind_are_refused(wish: str, odd: Any) -> None:
    assert paths(of_photos([Photo("4x6", "https://e.com/a", **{wish: odd})])) == [f"photos[0].{wish}"]


@pytest.mark.parametrize("attributes", [{"finish": 7}, {"finish": None}, {7: "x"}, {"": "x"}, {"a\nb": "x"}])
def test_attributes_are_texts(attributes: Any) -> None:
    (path,) = paths(of_photos([Photo("4x6", "https://e.com/a", attributes=attributes)]))
    assert path.startswith("photos[0].attributes")


def test_good_wishes_are_taken() -> None:
    photo = Photo("4x6", "https://e.com/a", 3, sizing=Sizing.FIT, attributes={"finish": "matte"}, price_to_recipient=Money(Decimal(1)))
    assert paths(of_photos([photo])) == []


def test_no_photos_and_things_that_are_no_photos() -> None:
    assert paths(of_photos([])) == ["photos"]
    assert paths(of_photos(["https://e.com/a.jpg", Photo("", "https://e.com/a")])) == ["photos[0]", "photos[1].sku"]  # type: ignore[list-item]
    assert paths(of_photos([Photo("4x6", [])])) == ["photos[0].artwork"]


@pytest.mark.parametrize(
    "url",
    [
        "a.jpg",
        "/a.jpg",
        "//e.com/a",
        "ftp://e.com/a",
        "file:///etc/passwd",
        "javascript:x",
        "http://",
        "http:///a",
        "https://[::1/a",
        "https://e.com/a b",
        "https://e.com/\n",
        " https://e.com",
        "https://e.com/\ud800",
        "",
        7,
    ],
)
def test_odd_urls_are_refused(url: Any) -> None:
    assert paths(of_artwork(Artwork(url=url))) == ["artwork"]


@pytest.mark.parametrize("url", ["https://e.com/a.jpg", "http://e.com:81/a?b=c#d", "HTTPS://E.com/", "https://[::1]/a", "https://e.com/ä"])
def test_fine_urls_are_taken(url: str) -> None:
    assert paths(of_artwork(Artwork(url=url))) == []


def test_exactly_one_source(tmp_path: Path) -> None:
    there = tmp_path / "a.jpg"
    there.write_bytes(b"x")
    assert paths(of_artwork(Artwork(path=there))) == []
    assert paths(of_artwork(Artwork(data=b"x"))) == []
    assert paths(of_artwork(Artwork())) == ["artwork"]
    assert paths(of_artwork(Artwork(url="https://e.com/a", data=b"x"))) == ["artwork"]
    assert paths(of_artwork(Artwork(path=tmp_path))) == ["artwork"]
    assert paths(of_artwork(Artwork(path=tmp_path / "b.jpg"))) == ["artwork"]


@pytest.mark.parametrize("md5", ["", "x" * 32, "a" * 31, "a" * 33, "ａ" * 32, 7])
def test_an_md5_is_32_hexadecimal_digits(md5: Any) -> None:
    assert paths(of_artwork(Artwork(url="https://e.com/a", md5=md5))) == ["artwork.md5"]


def test_of_several_pictures_the_wrong_one_is_named() -> None:
    photo = Photo("4x6", [Artwork(url="https://e.com/a"), Artwork(url="b")])
    assert paths(of_photos([photo])) == ["photos[0].artwork[1]"]


def test_nothing_wrong_raises_nothing_and_something_wrong_says_whose_it_was() -> None:
    refuse([])
    with pytest.raises(InvalidRequestError) as caught:
        refuse(of_photos([]), provider="uk", operation="add_photos")
    assert (caught.value.provider, caught.value.operation) == ("uk", "add_photos")
    assert json.dumps(str(caught.value))


wishes = (
    st.none() | st.integers() | st.text(max_size=4) | st.sampled_from([Sizing.FIT, Money(Decimal(1)), {}, {"a": "b"}, {"a": 1}, [], ()])
)
urls = st.sampled_from(
    [
        "https://a.example/1.jpg",
        "http://a:80/é",
        "http://a.example",
        "https://a.example?x",
        "https:///x",
        "ftp://a/b",
        "http://a/ b",
        "HTTP://A/",
    ]
)
many_photos = st.builds(
    Photo,
    st.sampled_from(["4x6", " ", "", "é", "a\nb"]) | wishes,
    urls | wishes | st.builds(Artwork, url=urls | wishes, md5=wishes, space=wishes, data=wishes) | st.lists(urls, max_size=2),
    st.integers(-1, 2_000_000) | wishes,
    sizing=wishes,
    attributes=wishes,
    reference=wishes,
    price_to_recipient=wishes,
    extra=wishes,
)


@given(photo=many_photos)
@settings(max_examples=1000)
def test_what_is_said_of_a_usual_photo_at_once_is_what_looking_closely_says(photo: Any) -> None:
    if checks._is_usual(photo):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(checks, "_is_usual", lambda _: False)
            assert list(of_photos([photo])) == []


def test_usual_photos_are_known_at_once() -> None:
    assert checks._is_usual(Photo("4x6", "https://a.example/holiday/1.jpg?size=large", 2, sizing=Sizing.CROP))
    assert not checks._is_usual(Photo("4x6", "https://a.example/1.jpg", 0))
