import hashlib

import pytest

from printkit.emulator.shop import ArtworkFailure, UnknownControlError
from printkit.exchange import Part
from printkit.providers.pwinty.emulator import Options
from tests.pictures import JPEG
from tests.providers.pwinty.emulator_client import SAMPLES, Client, sample

URL = "https://images.example.com/a.jpg"
MD5 = hashlib.md5(JPEG).hexdigest()  # noqa: S324 - the wire's own hash


@pytest.fixture
def client() -> Client:
    return Client()


def multipart(*parts: tuple[str, str, bytes], boundary: str = "XXBOUNDARYXX") -> bytes:
    return (
        b"".join(f"--{boundary}\r\n{name}{headers}\r\n\r\n".encode() + content + b"\r\n" for name, headers, content in parts)
        + f"--{boundary}--\r\n".encode()
    )


def field(name: str, value: str) -> tuple[str, str, bytes]:
    return (f'Content-Disposition: form-data; name="{name}"', "", value.encode())


def file(name: str, filename: str, content: bytes, kind: str = "image/jpeg") -> tuple[str, str, bytes]:
    return (f'Content-Disposition: form-data; name="{name}"; filename="{filename}"', f"\r\nContent-Type: {kind}", content)


class TestAdd:
    def test_the_sample(self, client: Client) -> None:
        answer = client.post(f"/Orders/{client.order()}/Photos", sample("photos-create.request.url.json"))

        assert answer.status == 200
        assert answer.json | {"id": 3501} == sample("photos-create.200.url.json")

    def test_the_seeds_form(self, client: Client) -> None:
        answer = client.form(
            f"/Orders/{client.order()}/Photos",
            type="8x12",
            url="http://www.testserver.com/aphoto.jpg",
            md5Hash="79054025255fb1a26e4bc422aef54eb4",
            copies="2",
            sizing="Crop",
        )

        assert answer.status == 200
        assert answer.json["copies"] == 2
        assert answer.json["status"] == "NotYetDownloaded"

    def test_capitalised_members_as_the_vendors_client_posts_them(self, client: Client) -> None:
        order = client.order()
        answer = client.post(
            f"/orders/{order}/photos/", {"Type": "4x6", "Copies": "1", "Sizing": "shrinktofit", "Url": URL, "OrderId": order}
        )

        assert answer.status == 200
        assert (answer.json["copies"], answer.json["sizing"]) == (1, "ShrinkToFit")

    @pytest.mark.parametrize(
        "fields", [{"attributes[finish]": "glossy"}, {"attributes.finish": "glossy"}, {"attributes": '{"finish": "glossy"}'}]
    )
    def test_attributes_in_a_form(self, client: Client, fields: dict[str, str]) -> None:
        assert client.form(f"/Orders/{client.order()}/Photos", type="4x6", url=URL, **fields).json["attributes"] == {"finish": "glossy"}

    @pytest.mark.parametrize("nothing", [None, {}, [], "", " "])
    def test_no_attributes(self, client: Client, nothing: object) -> None:
        answer = client.post(f"/Orders/{client.order()}/Photos", {"type": "4x6", "url": URL, "attributes": nothing})

        assert answer.json["attributes"] == {}

    def test_neither_url_nor_file(self, client: Client) -> None:
        answer = client.post(f"/Orders/{client.order()}/Photos", {"type": "4x6", "copies": 1, "sizing": "Crop"})

        assert answer.json | {"id": 3508} == sample("photos-create.200.neither-url-nor-file.json")

    @pytest.mark.parametrize(
        ("wrong", "text"),
        [
            ({"type": None}, ""),
            ({"type": "4x61"}, "no item of type 4x61"),
            ({"url": "ftp://images.example.com/a.jpg"}, "url ftp://images.example.com/a.jpg is not a valid http or https absolute url"),
            ({"url": "/a.jpg"}, ""),
            ({"url": "http://["}, ""),
            ({"copies": 0}, ""),
            ({"copies": -1}, ""),
            ({"copies": "two"}, ""),
            ({"copies": True}, ""),
            ({"copies": 10**12}, ""),
            ({"copies": [1]}, ""),
            ({"sizing": "Stretch"}, ""),
            ({"md5Hash": "xyz"}, ""),
            ({"attributes": {"frameColour": "silver"}}, "invalid attribute name framecolour"),
            (
                {"attributes": {"finish": "satin"}},
                "value of 'satin' supplied for attribute 'finish' isn't in the list of supported values. valid values are: [matte,glossy]",
            ),
            ({"attributes": "{"}, ""),
            ({"attributes": 5}, ""),
        ],
    )
    def test_wrong_input_is_a_400_and_adds_nothing(self, client: Client, wrong: dict[str, object], text: str) -> None:
        order = client.order()
        answer = client.post(f"/Orders/{order}/Photos", {"type": "4x6", "url": URL, "copies": 1, **wrong})

        assert answer.status == 400
        assert answer.json.keys() == sample("photos-create.400.bad-url.json").keys()
        assert text in answer.json["errorMessage"].lower()
        assert client.get(f"/Orders/{order}/Photos").json == []

    def test_what_is_sold_depends_on_country_and_quality(self, client: Client) -> None:
        pro, standard = client.order(qualityLevel="Pro"), client.order(qualityLevel="Standard")

        assert client.post(f"/Orders/{pro}/Photos", {"type": "4x18", "url": URL}).status == 200
        answer = client.post(f"/Orders/{standard}/Photos", {"type": "4x18", "url": URL})
        assert answer.status == 400
        assert "no item of type 4x18" in answer.json["errorMessage"].lower()

    def test_the_price_to_the_recipient_needs_an_order_that_they_pay(self, client: Client) -> None:
        theirs, ours = client.order(payment="InvoiceRecipient"), client.order()
        asked = {"type": "4x6", "url": URL, "priceToUser": "270"}

        assert client.post(f"/Orders/{theirs}/Photos", asked).json["priceToUser"] == 270
        assert client.post(f"/Orders/{ours}/Photos", asked).json["priceToUser"] is None
        assert client.post(f"/Orders/{theirs}/Photos", {**asked, "priceToUser": -1}).status == 400
        client.shop.options = Options(price_to_user_without_invoice="refused")
        assert client.post(f"/Orders/{ours}/Photos", asked).status == 400

    def test_copies_as_text(self) -> None:
        client = Client(Options(copies="string"))
        order = client.order()
        client.photo(order, copies=4)

        assert client.get(f"/Orders/{order}/Photos").json[0]["copies"] == "4"

    def test_an_unknown_order(self, client: Client) -> None:
        answer = client.post("/Orders/1/Photos", {"type": "4x6", "url": URL})

        assert answer.status == 404
        assert answer.json.keys() == sample("photos-create.403.json").keys()


class TestUpload:
    def test_the_sample(self, client: Client) -> None:
        head, _, body = (SAMPLES / "photos-create.request.multipart.txt").read_bytes().replace(b"\r\n", b"\n").partition(b"\n\n")
        assert b"boundary=XXBOUNDARYXX" in head
        body = body.replace(b"\n", b"\r\n").replace(b"(bytes of a JPEG file)", JPEG)
        answer = client.send("POST", f"/v2.5/Orders/{client.order()}/Photos", body, "multipart/form-data; boundary=XXBOUNDARYXX")

        assert answer.status == 200
        assert answer.json.keys() == sample("photos-create.200.file.json").keys()
        assert (answer.json["status"], answer.json["md5Hash"], answer.json["url"]) == ("Ok", MD5, None)
        assert answer.json["previewUrl"].startswith("https://")
        assert answer.json["thumbnailUrl"].startswith("https://")

    def test_a_part_called_image_with_its_hash_in_capitals(self, client: Client) -> None:
        body = multipart(field("Type", "4x6"), field("Copies", "1"), field("Md5Hash", MD5.upper()), file("image", "image.jpg", JPEG))
        answer = client.send("POST", f"/v2.5/Orders/{client.order()}/Photos", body, 'multipart/form-data; boundary="XXBOUNDARYXX"')

        assert (answer.status, answer.json["status"]) == (200, "Ok")

    def test_parts_as_they_are_given_in_process(self, client: Client) -> None:
        parts = (
            Part("type", b"4x6"),
            Part("attributes[finish]", b"glossy"),
            Part("file", JPEG, filename="zoë.jpg", content_type="application/octet-stream"),
        )
        answer = client.send("POST", f"/v2.5/Orders/{client.order()}/Photos", parts)

        assert (answer.status, answer.json["attributes"]) == (200, {"finish": "glossy"})

    def test_a_url_in_a_multipart_body_without_a_file(self, client: Client) -> None:
        body = multipart(field("type", "4x6"), field("url", URL))
        answer = client.send("POST", f"/v2.5/Orders/{client.order()}/Photos", body, "multipart/form-data; boundary=XXBOUNDARYXX")

        assert (answer.status, answer.json["status"]) == (200, "NotYetDownloaded")

    def test_a_hash_that_does_not_match_is_a_400(self, client: Client) -> None:
        order = client.order()
        body = multipart(field("type", "4x6"), field("md5Hash", "0" * 32), file("file", "a.jpg", JPEG))

        assert client.send("POST", f"/v2.5/Orders/{order}/Photos", body, "multipart/form-data; boundary=XXBOUNDARYXX").status == 400
        assert client.get(f"/Orders/{order}/Photos").json == []

    def test_a_file_part_labelled_as_a_form_is_refused(self, client: Client) -> None:
        body = multipart(field("type", "4x6"), file("file", "a.jpg", JPEG, kind="multipart/form-data"))

        assert (
            client.send("POST", f"/v2.5/Orders/{client.order()}/Photos", body, "multipart/form-data; boundary=XXBOUNDARYXX").status == 400
        )

    @pytest.mark.parametrize("content", [b"", b"GIF89a...", b"not a picture"])
    def test_a_file_that_is_no_jpeg(self, client: Client, content: bytes) -> None:
        order = client.order()
        parts = (Part("type", b"4x6"), Part("file", content, filename="a.jpg", content_type="image/jpeg"))
        photo = client.send("POST", f"/v2.5/Orders/{order}/Photos", parts).json

        assert photo["status"] == "Invalid"
        assert client.get(f"/Orders/{order}/SubmissionStatus").json["photos"] == [
            {"id": photo["id"], "errors": ["InvalidImageFile"], "warnings": []}
        ]

    def test_a_shop_that_does_not_look(self) -> None:
        client = Client(Options(look_at_files=False))
        parts = (Part("type", b"4x6"), Part("file", b"anything", filename="a.jpg"))

        assert client.send("POST", f"/v2.5/Orders/{client.order()}/Photos", parts).json["status"] == "Ok"

    @pytest.mark.parametrize("boundary", ["", "; boundary=", "; boundary=another", "; boundary=XXBOUNDARYXX; charset=x"])
    def test_a_broken_multipart_body_is_answered(self, client: Client, boundary: str) -> None:
        body = multipart(field("type", "4x6"))[:-12]

        assert client.send("POST", f"/v2.5/Orders/{client.order()}/Photos", body, f"multipart/form-data{boundary}").status == 400


class TestBatch:
    def test_the_sample(self, client: Client) -> None:
        order = client.order()
        answer = client.post(f"/Orders/{order}/Photos/Batch", sample("photos-batch.request.json"))
        expected = sample("photos-batch.200.json")

        assert answer.status == 200
        assert [item["id"] for item in answer.json["items"]] == [photo["id"] for photo in client.get(f"/Orders/{order}/Photos").json]
        for item, wanted in zip(answer.json["items"], expected["items"], strict=True):
            assert item | {"id": wanted["id"]} == wanted
        assert answer.json["errorMessage"] is None

    def test_one_bad_entry_refuses_all(self, client: Client) -> None:
        order = client.order()
        answer = client.post(f"/Orders/{order}/Photos/Batch", [{"type": "4x6", "url": URL}, {"type": "4x6", "url": "b.jpg"}])

        assert (answer.status, answer.json) == (400, sample("photos-batch.400.json"))
        assert client.get(f"/Orders/{order}/Photos").json == []
        assert client.shop.ledger.count("photo added") == 0

    @pytest.mark.parametrize("wrong", [[{"type": "4x6"}], [1], [None], [[]], {"type": "4x6", "url": URL}, {}])
    def test_wrong_entries(self, client: Client, wrong: object) -> None:
        answer = client.post(f"/Orders/{client.order()}/Photos/Batch", wrong)

        assert answer.status == 400
        assert answer.json.keys() == {"errorMessage", "items"}

    def test_nothing_is_a_batch_too(self, client: Client) -> None:
        assert client.post(f"/Orders/{client.order()}/Photos/Batch", []).json == {"items": [], "errorMessage": None}

    def test_a_shop_that_adds_the_rest_says_so_per_item(self) -> None:
        client = Client(Options(bad_batch_entry="adds the rest"))
        order = client.order()
        answer = client.post(f"/Orders/{order}/Photos/Batch", [{"type": "4x6", "url": "b.jpg"}, {"type": "4x6", "url": URL}])

        assert answer.status == 200
        assert [bool(item["errorMessage"]) for item in answer.json["items"]] == [True, False]
        assert len(client.get(f"/Orders/{order}/Photos").json) == 1

    def test_a_shop_that_stops_in_the_middle(self) -> None:
        client = Client(Options(batch_stops_after=2))
        order = client.order()

        assert client.post(f"/Orders/{order}/Photos/Batch", [{"type": "4x6", "url": URL}] * 5).status == 500
        assert len(client.get(f"/Orders/{order}/Photos").json) == 2
        assert client.shop.ledger.count("photo added", order, "4x6", URL) == 2

    def test_an_order_that_takes_none(self, client: Client) -> None:
        answer = client.post(f"/Orders/{client.submitted()}/Photos/Batch", [])

        assert (answer.status, answer.json.keys()) == (403, {"errorMessage", "items"})


class TestReadAndDelete:
    def test_get_and_list(self, client: Client) -> None:
        order = client.order()
        photo = client.photo(order)
        one = client.get(f"/Orders/{order}/Photos/{photo}")

        assert (one.status, one.json.keys()) == (200, sample("photos-get.200.ok.json").keys())
        assert client.get(f"/orders/{order}/photos/").json == [one.json] == client.get(f"/Orders/{order}").json["photos"]

    @pytest.mark.parametrize("photo", ["1", "x", "Batch"])
    def test_an_unknown_photo(self, client: Client, photo: str) -> None:
        answer = client.get(f"/Orders/{client.order()}/Photos/{photo}")

        assert (answer.status, answer.json) == (404, sample("photos-get.404.json"))

    def test_another_orders_photo(self, client: Client) -> None:
        photo = client.photo(client.order())

        assert client.get(f"/Orders/{client.order()}/Photos/{photo}").status == 404
        assert client.delete(f"/Orders/{client.order()}/Photos/{photo}").status == 404

    def test_a_list_of_an_unknown_order_is_an_object(self, client: Client) -> None:
        answer = client.get("/Orders/1/Photos")

        assert answer.status == 404
        assert answer.json["errorMessage"]

    def test_deleted_is_gone_at_once(self, client: Client) -> None:
        order = client.order()
        photo = client.photo(order)
        answer = client.delete(f"/Orders/{order}/Photos/{photo}")

        assert (answer.status, answer.json) == (200, sample("photos-delete.200.json"))
        assert client.get(f"/Orders/{order}").json["photos"] == []
        assert client.delete(f"/Orders/{order}/Photos/{photo}").status == 404
        assert client.shop.ledger.count("photo deleted", order, photo) == 1

    def test_nothing_is_deleted_after_submission(self, client: Client) -> None:
        order = client.submitted()
        photo = client.get(f"/Orders/{order}/Photos").json[0]["id"]
        answer = client.delete(f"/Orders/{order}/Photos/{photo}")

        assert (answer.status, answer.json) == (403, sample("photos-delete.403.json"))


class TestArtwork:
    def test_a_fetched_picture(self, client: Client) -> None:
        order = client.order()
        photo = client.photo(order, md5Hash=MD5.upper())
        assert client.get(f"/Orders/{order}/Photos/{photo}").json["md5Hash"] is None

        client.shop.artwork_arrived(str(photo), JPEG)
        read = client.get(f"/Orders/{order}/Photos/{photo}").json
        assert (read["status"], read["md5Hash"]) == ("Ok", MD5)

    def test_what_can_go_wrong(self, client: Client) -> None:
        order = client.order()
        photos = [client.photo(order) for _ in range(3)] + [client.photo(order, md5Hash="0" * 32)]
        client.shop.artwork_arrived(str(photos[0]), ArtworkFailure.NOT_FOUND)
        client.shop.artwork_arrived(str(photos[1]), ArtworkFailure.NOT_AN_IMAGE)
        client.shop.artwork_arrived(str(photos[2]), b"<html>")
        client.shop.artwork_arrived(str(photos[3]), JPEG)

        states = [photo["status"] for photo in client.get(f"/Orders/{order}/Photos").json]
        assert states == ["FileNotFoundAtUrl", "Invalid", "Invalid", "Invalid"]

    def test_only_what_is_waited_for(self, client: Client) -> None:
        photo = client.photo(client.order())
        client.shop.photo_fetched(photo)

        with pytest.raises(ValueError, match="nothing is to be fetched"):
            client.shop.photo_failed(photo)
        for unknown in ("1", "x"):
            with pytest.raises(UnknownControlError):
                client.shop.artwork_arrived(unknown, JPEG)
