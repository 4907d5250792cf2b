"""What the emulated shop makes of real pictures: states, warnings, hashes, previews as printed. Rules: seed 004; reference 6.3 and 9.3."""

import hashlib
import sys
from datetime import timedelta

import pytest

from printkit.emulator.shop import ArtworkFailure, ArtworkShop, ArtworkWanted
from printkit.exchange import Part
from printkit.providers.pwinty.emulator import Automatic, Options, Shop
from tests.pictures import BLUE, GREEN, JPEG, RED, WHITE, is_like, jpeg, quartered, read
from tests.providers.pwinty.emulator_client import Client

URL = "https://images.example.com/a.jpg"
CORNERS = {"nw": RED, "ne": GREEN, "sw": BLUE, "se": RED}


@pytest.fixture
def client() -> Client:
    return Client()


def uploaded(client: Client, order: int, content: bytes, **fields: str) -> dict[str, object]:
    members = {"type": "4x6", **fields}
    parts = (
        *(Part(name, value.encode()) for name, value in members.items()),
        Part("file", content, filename="a.jpg", content_type="image/jpeg"),
    )
    answer = client.send("POST", f"/v2.5/Orders/{order}/Photos", parts)
    assert answer.status == 200, answer.body
    photo: dict[str, object] = answer.json
    return photo


def warnings_of(client: Client, order: int) -> list[str]:
    photos = client.get(f"/Orders/{order}/SubmissionStatus").json["photos"]
    return [word for photo in photos for word in photo["warnings"]]


def preview(client: Client, photo: object, kind: str = "preview") -> bytes:
    picture = client.shop.artwork_shown(f"{photo}-{kind}")
    assert picture is not None
    return picture


def test_it_is_a_shop_that_looks_at_pictures() -> None:
    assert isinstance(Shop(), ArtworkShop)


class TestSize:
    @pytest.mark.parametrize(
        ("size", "sizing", "expected"),
        [
            ((600, 900), "Crop", []),
            ((900, 600), "Crop", []),
            ((2400, 3600), "ShrinkToExactFit", []),
            ((599, 900), "Crop", ["PictureSizeTooSmall"]),
            ((300, 450), "Crop", ["PictureSizeTooSmall"]),
            ((900, 900), "Crop", ["CroppingWillOccur"]),
            ((900, 900), "ShrinkToExactFit", ["CroppingWillOccur"]),
            ((900, 900), "ShrinkToFit", []),
            ((300, 300), "Crop", ["PictureSizeTooSmall", "CroppingWillOccur"]),
        ],
    )
    def test_warnings_of_an_uploaded_picture(self, client: Client, size: tuple[int, int], sizing: str, expected: list[str]) -> None:
        order = client.order()
        photo = uploaded(client, order, jpeg(*size), sizing=sizing)

        assert photo["status"] == "Ok"
        assert warnings_of(client, order) == expected
        assert client.get(f"/Orders/{order}/SubmissionStatus").json["isValid"] is True

    def test_warnings_of_a_fetched_picture(self, client: Client) -> None:
        order = client.order()
        photo = client.photo(order)
        assert warnings_of(client, order) == ["CouldNotValidateImageSize", "CouldNotValidateAspectRatio"]

        client.shop.artwork_arrived(str(photo), jpeg(300, 300))
        assert warnings_of(client, order) == ["PictureSizeTooSmall", "CroppingWillOccur"]

    def test_the_camera_s_rotation_counts(self, client: Client) -> None:
        from PIL import Image

        exif = Image.Exif()
        exif[0x0112] = 6
        order = client.order()
        uploaded(client, order, jpeg(900, 600, exif=exif))
        uploaded(client, order, jpeg(450, 300, exif=exif))

        assert warnings_of(client, order) == ["PictureSizeTooSmall"]

    def test_pixels_that_are_said_overrule_those_that_are_seen(self, client: Client) -> None:
        order = client.order()
        client.shop.photo_fetched(client.photo(order), jpeg(300, 300), pixels=(600, 900))
        client.shop.photo_fetched(client.photo(order), jpeg(300, 300))

        assert warnings_of(client, order) == ["PictureSizeTooSmall", "CroppingWillOccur"]


class TestInvalid:
    @pytest.mark.parametrize(
        "content", [b"", b"<html>", JPEG[:-40], b"\xff\xd8\xff\xe0 and so on"], ids=["empty", "html", "cut off", "only the beginning"]
    )
    def test_a_file_that_is_no_picture(self, client: Client, content: bytes) -> None:
        order = client.order()
        sent = uploaded(client, order, content)
        fetched = client.photo(order)
        client.shop.artwork_arrived(str(fetched), content)

        assert sent["status"] == "Invalid"
        assert client.get(f"/Orders/{order}/Photos/{fetched}").json["status"] == "Invalid"
        assert [photo["errors"] for photo in client.get(f"/Orders/{order}/SubmissionStatus").json["photos"]] == [["InvalidImageFile"]] * 2
        assert client.status(order, "Submitted").status == 403

    def test_another_picture_than_was_promised(self, client: Client) -> None:
        order = client.order()
        photo = client.photo(order, md5Hash=hashlib.md5(b"another").hexdigest())  # noqa: S324 - the wire's own hash
        client.shop.artwork_arrived(str(photo), JPEG)

        assert client.get(f"/Orders/{order}/Photos/{photo}").json["status"] == "Invalid"
        assert client.shop.artwork_shown(f"{photo}-preview") is None

    def test_a_shop_that_does_not_look(self) -> None:
        client = Client(Options(look_at_files=False))
        photo = uploaded(client, client.order(), b"anything")

        assert photo["status"] == "Ok"
        assert client.shop.artwork_shown(f"{photo['id']}-preview") is None

    def test_without_pillow_only_the_beginning_is_looked_at(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "PIL", None)
        order = client.order()

        assert uploaded(client, order, b"\xff\xd8\xff\xe0 and so on")["status"] == "Ok"
        assert uploaded(client, order, b"GIF89a")["status"] == "Invalid"
        assert warnings_of(client, order) == []


class TestPreview:
    def test_hash_and_urls_of_an_uploaded_picture(self, client: Client) -> None:
        client.shop.serve_artwork("http://127.0.0.1:8900/shown", lambda url: False)
        photo = uploaded(client, client.order(), JPEG)

        assert photo["md5Hash"] == hashlib.md5(JPEG).hexdigest()  # noqa: S324 - the wire's own hash
        assert photo["previewUrl"] == f"http://127.0.0.1:8900/shown/{photo['id']}-preview.jpg"
        assert photo["thumbnailUrl"] == f"http://127.0.0.1:8900/shown/{photo['id']}-thumbnail.jpg"

    def test_where_nobody_shows_them_the_urls_stand_for_themselves(self, client: Client) -> None:
        photo = uploaded(client, client.order(), JPEG)

        assert photo["previewUrl"] == f"https://images.example.com/preview/{photo['id']}.jpg"
        assert read(preview(client, photo["id"])).size == (400, 600)

    @pytest.mark.parametrize(
        ("sizing", "at_the_edge", "inside"),
        [("Crop", RED, RED), ("ShrinkToFit", WHITE, RED), ("ShrinkToExactFit", RED, RED)],
    )
    def test_as_it_would_be_printed(self, client: Client, sizing: str, at_the_edge: object, inside: object) -> None:
        photo = uploaded(client, client.order(), jpeg(900, 900), sizing=sizing)
        printed = read(preview(client, photo["id"]))

        assert printed.size == (400, 600)
        assert is_like(printed.getpixel((200, 20)), at_the_edge)  # type: ignore[arg-type]
        assert is_like(printed.getpixel((200, 300)), inside)  # type: ignore[arg-type]

    def test_turned_to_fit_the_product(self, client: Client) -> None:
        photo = uploaded(client, client.order(), quartered(900, 600, CORNERS), sizing="ShrinkToFit")
        printed = read(preview(client, photo["id"]))

        assert printed.size == (400, 600)
        assert is_like(printed.getpixel((30, 30)), BLUE)
        assert is_like(printed.getpixel((370, 570)), GREEN)

    def test_a_thumbnail(self, client: Client) -> None:
        photo = uploaded(client, client.order(), jpeg(600, 900))

        assert read(preview(client, photo["id"], "thumbnail")).size == (100, 150)

    @pytest.mark.parametrize("name", ["", "1", "1-preview", "{}", "{}-", "{}-other", "-preview", "{}-preview-preview", "../{}-preview"])
    def test_another_name(self, client: Client, name: str) -> None:
        photo = uploaded(client, client.order(), JPEG)

        assert client.shop.artwork_shown(name.format(photo["id"])) is None

    def test_gone_with_its_photo_and_with_the_shop(self, client: Client) -> None:
        order = client.order()
        first, second = (uploaded(client, order, JPEG)["id"] for _ in range(2))
        client.delete(f"/Orders/{order}/Photos/{first}")
        assert client.shop.artwork_shown(f"{first}-preview") is None

        client.shop.reset()
        assert client.shop.artwork_shown(f"{second}-preview") is None


class TestWanted:
    def served(self, client: Client) -> None:
        client.shop.serve_artwork("http://127.0.0.1:8900/shown", lambda url: "really" in url)

    def wanted(self, client: Client) -> list[ArtworkWanted]:
        client.shop.advance(client.clock.now())
        return list(client.shop.artwork_wanted())

    def test_nothing_unless_somebody_fetches(self, client: Client) -> None:
        client.photo(client.order())

        assert self.wanted(client) == []

    def test_only_what_will_be_fetched_and_each_once(self, client: Client) -> None:
        self.served(client)
        order = client.order()
        photo = client.photo(order, url="http://really.example.com/a.jpg")
        client.photo(order)
        uploaded(client, order, JPEG, url="http://really.example.com/b.jpg")

        assert self.wanted(client) == [ArtworkWanted(str(photo), "http://really.example.com/a.jpg")]
        assert self.wanted(client) == []
        client.shop.artwork_arrived(str(photo), ArtworkFailure.NOT_FOUND)
        assert client.get(f"/Orders/{order}/Photos/{photo}").json["status"] == "FileNotFoundAtUrl"

    def test_after_the_pause_and_never_pretended(self) -> None:
        client = Client(Options(automatic=Automatic(fetch_after=60)))
        self.served(client)
        order = client.order()
        really, pretended = client.photo(order, url="http://really.example.com/a.jpg"), client.photo(order)
        assert self.wanted(client) == []

        client.clock.advance(timedelta(seconds=60))
        assert [each.item for each in self.wanted(client)] == [str(really)]
        assert [photo["status"] for photo in client.get(f"/Orders/{order}/Photos").json] == ["NotYetDownloaded", "Ok"]
        assert pretended

    def test_the_listed_urls_fail_all_the_same(self) -> None:
        client = Client(Options(not_found_urls=frozenset({"http://really.example.com/a.jpg"})))
        self.served(client)
        order = client.order()
        client.photo(order, url="http://really.example.com/a.jpg")

        assert self.wanted(client) == []
        assert client.get(f"/Orders/{order}/Photos").json[0]["status"] == "FileNotFoundAtUrl"

    def test_a_photo_that_is_deleted_meanwhile_is_not_wanted(self, client: Client) -> None:
        self.served(client)
        order = client.order()
        photo = client.photo(order, url="http://really.example.com/a.jpg")
        client.delete(f"/Orders/{order}/Photos/{photo}")

        assert self.wanted(client) == []

    def test_a_reset_shop_is_served_as_before(self, client: Client) -> None:
        self.served(client)
        client.photo(client.order(), url="http://really.example.com/a.jpg")
        client.shop.reset()

        assert self.wanted(client) == []
        client.photo(client.order(), url="http://really.example.com/a.jpg")
        assert len(self.wanted(client)) == 1

    def test_its_printed_form_hides_the_url(self) -> None:
        assert "token" not in repr(ArtworkWanted("1", "http://a.example/?token=1"))
