"""How a picture is judged, and how it lies on a print: sizes, rotation, white bars, and whatever bytes there may be."""

import hashlib
import io
import sys
import warnings

import pytest
from hypothesis import example, given, settings, strategies as st
from PIL import Image

from printkit.emulator import artwork
from printkit.emulator.album import Album
from printkit.model import Sizing
from tests.pictures import BLUE, GREEN, JPEG, RED, WHITE, Colour, is_like, jpeg, quartered, read, written

UPRIGHT = (4.0, 6.0)
CORNERS = {"nw": RED, "ne": GREEN, "sw": BLUE, "se": WHITE}


def on_paper(content: bytes, shape: tuple[float, float], sizing: Sizing) -> Image.Image:
    picture = artwork.read_picture(content)
    assert picture is not None
    return read(picture.printed(shape, sizing))


def colours(image: Image.Image, *places: tuple[float, float]) -> list[tuple[int, ...]]:
    """The pixels at these places, given as fractions of width and height."""
    return [image.getpixel((round(x * (image.width - 1)), round(y * (image.height - 1)))) for x, y in places]  # type: ignore[misc]


def assert_colours(image: Image.Image, expected: dict[tuple[float, float], Colour]) -> None:
    for place, colour in expected.items():
        [found] = colours(image, place)
        assert is_like(found, colour), (place, found, colour)


class TestRead:
    @pytest.mark.parametrize("size", [(1, 1), (640, 480), (2400, 3600), (4500, 3000), (1, 9000)])
    @pytest.mark.parametrize("progressive", [False, True])
    def test_real_size(self, size: tuple[int, int], progressive: bool) -> None:
        picture = artwork.read_picture(jpeg(*size, progressive=progressive))

        assert picture is not None
        assert picture.pixels == size

    @pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
    def test_every_colour_model_of_a_jpeg(self, mode: str) -> None:
        picture = artwork.read_picture(written(Image.new(mode, (30, 20), 0)))

        assert picture is not None
        assert read(picture.printed(UPRIGHT, Sizing.CROP)).mode == "RGB"

    @pytest.mark.parametrize("kind", ["PNG", "GIF", "WEBP", "TIFF", "BMP", "PDF"])
    def test_no_other_kind_is_opened(self, kind: str) -> None:
        assert artwork.read_picture(written(Image.new("RGB", (30, 20)), kind)) is None

    def test_a_file_that_is_cut_off(self) -> None:
        noisy = written(Image.effect_noise((400, 300), 90))

        assert artwork.read_picture(noisy) is not None
        for length in (len(noisy) - 100, len(noisy) // 2, 100, 4, 0):
            assert artwork.read_picture(noisy[:length]) is None, length

    def test_what_follows_the_picture_is_ignored(self) -> None:
        assert artwork.read_picture(JPEG + bytes(100_000)) is not None

    def test_a_huge_picture_is_refused_before_it_is_decoded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def decoded(*_: object) -> None:
            raise AssertionError("it was decoded")

        bomb = with_size(jpeg(16, 16), 65_500, 65_500)
        monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decoded)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert artwork.read_picture(bomb) is None

    def test_a_picture_of_very_many_scans_is_refused(self) -> None:
        picture = with_size(jpeg(16, 16), 9_000, 9_000)
        start = picture.index(b"\xff\xda")

        assert artwork.read_picture(picture[:start] + b"\xff\xda\x00\x02" * 1000 + picture[start:]) is None

    def test_only_a_reduced_copy_is_kept(self) -> None:
        picture = artwork.read_picture(jpeg(6000, 4000))

        assert picture is not None
        assert max(picture._image.size) <= 2400

    def test_without_pillow_it_can_be_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert artwork.can_look()
        monkeypatch.setitem(sys.modules, "PIL", None)
        assert not artwork.can_look()
        assert artwork.begins_as_jpeg(JPEG)
        assert not artwork.begins_as_jpeg(b"GIF89a")


def with_size(content: bytes, width: int, height: int) -> bytes:
    """The same file, claiming to be of another size."""
    frame = content.index(b"\xff\xc0")
    return content[: frame + 5] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + content[frame + 9 :]


# By orientation: where the four corners of the stored picture come to lie.
STANDS = {
    1: {"nw": RED, "ne": GREEN, "sw": BLUE, "se": WHITE},
    2: {"nw": GREEN, "ne": RED, "sw": WHITE, "se": BLUE},
    3: {"nw": WHITE, "ne": BLUE, "sw": GREEN, "se": RED},
    4: {"nw": BLUE, "ne": WHITE, "sw": RED, "se": GREEN},
    5: {"nw": RED, "ne": BLUE, "sw": GREEN, "se": WHITE},
    6: {"nw": BLUE, "ne": RED, "sw": WHITE, "se": GREEN},
    7: {"nw": WHITE, "ne": GREEN, "sw": BLUE, "se": RED},
    8: {"nw": GREEN, "ne": WHITE, "sw": RED, "se": BLUE},
}


class TestCameraRotation:
    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_the_picture_stands_as_the_camera_says(self, orientation: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        content = quartered(600, 400, CORNERS, exif=exif)
        picture = artwork.read_picture(content)

        assert picture is not None
        stands = (400, 600) if orientation >= 5 else (600, 400)
        assert picture.pixels == stands
        printed = read(picture.printed(stands, Sizing.CROP))
        places = {"nw": (0.2, 0.2), "ne": (0.8, 0.2), "sw": (0.2, 0.8), "se": (0.8, 0.8)}
        assert_colours(printed, {places[corner]: colour for corner, colour in STANDS[orientation].items()})

    @pytest.mark.parametrize("orientation", [0, 9, 65535])
    def test_an_orientation_that_there_is_not(self, orientation: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        picture = artwork.read_picture(jpeg(60, 40, exif=exif))

        assert picture is not None
        assert picture.pixels == (60, 40)

    @pytest.mark.filterwarnings("ignore")
    def test_exif_that_cannot_be_read(self) -> None:
        picture = artwork.read_picture(jpeg(60, 40, exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff nonsense"))

        assert picture is not None
        assert picture.pixels == (60, 40)

    def test_a_preview_tells_nothing_of_the_file(self) -> None:
        exif = Image.Exif()
        exif[0x010E] = "where and when"
        picture = artwork.read_picture(jpeg(60, 40, exif=exif))

        assert picture is not None
        assert b"where and when" not in picture.printed(UPRIGHT, Sizing.CROP)


class TestOnPaper:
    def test_the_preview_has_the_shape_of_the_print(self) -> None:
        for sizing in Sizing:
            assert on_paper(jpeg(500, 500), (4, 6), sizing).size == (400, 600)
            assert on_paper(jpeg(500, 500), (10, 10), sizing).size == (600, 600)
            assert on_paper(jpeg(500, 500), (22.75, 32.75), sizing).size == (417, 600)
            assert on_paper(jpeg(500, 500), (18, 4), sizing).size == (600, 133)

    def test_a_picture_of_the_same_shape_is_printed_whole_by_every_sizing(self) -> None:
        content = quartered(800, 1200, CORNERS)
        for sizing in Sizing:
            printed = on_paper(content, UPRIGHT, sizing)
            assert_colours(printed, {(0.02, 0.02): RED, (0.98, 0.02): GREEN, (0.02, 0.98): BLUE, (0.98, 0.98): WHITE})

    def test_crop_fills_the_print_and_cuts_both_ends_alike(self) -> None:
        strips = Image.new("RGB", (300, 900), GREEN)
        strips.paste(RED, (0, 0, 300, 225))
        strips.paste(BLUE, (0, 675, 300, 900))
        printed = on_paper(written(strips), UPRIGHT, Sizing.CROP)

        # 300 by 450 pixels of 900 remain, from 225 to 675: only the green strip
        assert_colours(printed, {(0.5, 0.03): GREEN, (0.5, 0.97): GREEN, (0.02, 0.5): GREEN, (0.98, 0.5): GREEN})

    def test_crop_of_a_picture_that_is_too_wide(self) -> None:
        strips = Image.new("RGB", (900, 1000), GREEN)
        strips.paste(RED, (0, 0, 100, 1000))
        strips.paste(BLUE, (800, 0, 900, 1000))
        printed = on_paper(written(strips), UPRIGHT, Sizing.CROP)

        assert_colours(printed, {(0.02, 0.5): GREEN, (0.98, 0.5): GREEN})

    def test_shrink_to_fit_shows_all_of_it_between_white_bars(self) -> None:
        printed = on_paper(quartered(300, 900, CORNERS | {"se": RED}), UPRIGHT, Sizing.FIT)

        # 200 of 400 pixels are the picture: a quarter of the width is white on either side
        assert_colours(printed, {(0.02, 0.5): WHITE, (0.22, 0.02): WHITE, (0.78, 0.98): WHITE, (0.98, 0.5): WHITE})
        assert_colours(printed, {(0.3, 0.02): RED, (0.7, 0.02): GREEN, (0.3, 0.98): BLUE, (0.7, 0.98): RED})

    def test_shrink_to_fit_with_bars_above_and_below(self) -> None:
        printed = on_paper(jpeg(1000, 1000, RED), UPRIGHT, Sizing.FIT)

        assert_colours(printed, {(0.5, 0.02): WHITE, (0.5, 0.15): WHITE, (0.5, 0.85): WHITE, (0.5, 0.98): WHITE})
        assert_colours(printed, {(0.02, 0.2): RED, (0.98, 0.2): RED, (0.02, 0.8): RED, (0.98, 0.8): RED})

    def test_shrink_to_exact_fit_distorts_it_until_it_fills_the_print(self) -> None:
        printed = on_paper(quartered(300, 1800, CORNERS), UPRIGHT, Sizing.STRETCH)

        assert_colours(printed, {(0.02, 0.02): RED, (0.98, 0.02): GREEN, (0.02, 0.98): BLUE, (0.98, 0.98): WHITE})
        assert_colours(printed, {(0.4, 0.45): RED, (0.6, 0.45): GREEN, (0.4, 0.55): BLUE, (0.6, 0.55): WHITE})

    def test_a_picture_on_its_side_is_turned(self) -> None:
        """Seed 004, "Rotation": 4500 by 3000 pixels on a 10 by 15 print."""
        for sizing in Sizing:
            printed = on_paper(quartered(4500, 3000, CORNERS), (10, 15), sizing)
            assert printed.size == (400, 600)
            assert_colours(printed, {(0.05, 0.05): BLUE, (0.95, 0.05): RED, (0.05, 0.95): WHITE, (0.95, 0.95): GREEN})

    @pytest.mark.parametrize(
        ("pixels", "shape", "turned"),
        [
            ((4500, 3000), (10, 15), True),
            ((3000, 4500), (10, 15), False),
            ((3000, 4500), (15, 10), True),
            ((4500, 3000), (15, 10), False),
            ((1000, 1000), (10, 15), False),
            ((4500, 3000), (10, 10), False),
            ((1001, 1000), (4, 18), True),
        ],
    )
    def test_it_is_turned_only_where_that_brings_it_nearer(self, pixels: tuple[int, int], shape: tuple[float, float], turned: bool) -> None:
        assert artwork.is_turned(pixels, shape) is turned

    @pytest.mark.parametrize("size", [(1, 1), (60_000, 1), (1, 60_000), (3, 2)])
    @pytest.mark.parametrize("sizing", Sizing)
    def test_odd_shapes(self, size: tuple[int, int], sizing: Sizing) -> None:
        assert on_paper(jpeg(*size), UPRIGHT, sizing).size == (400, 600)

    def test_a_thumbnail_is_the_preview_made_smaller(self) -> None:
        picture = artwork.read_picture(quartered(800, 1200, CORNERS))
        assert picture is not None
        small = read(artwork.shrunk(picture.printed(UPRIGHT, Sizing.CROP)))

        assert small.size == (100, 150)
        assert_colours(small, {(0.1, 0.1): RED, (0.9, 0.1): GREEN, (0.1, 0.9): BLUE, (0.9, 0.9): WHITE})

    def test_the_same_picture_gives_the_same_bytes(self) -> None:
        first, second = (artwork.read_picture(quartered(800, 1200, CORNERS)) for _ in range(2))
        assert first is not None
        assert second is not None

        assert hashlib.sha256(first.printed(UPRIGHT, Sizing.FIT)).digest() == hashlib.sha256(second.printed(UPRIGHT, Sizing.FIT)).digest()


NOISE = written(Image.effect_noise((40, 30), 80), quality=60)
SCANS = written(
    Image.effect_noise((40, 30), 80), quality=60, progressive=True, exif=b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00"
)


class TestWhateverBytes:
    @pytest.mark.filterwarnings("ignore")
    @given(st.binary(max_size=2000).map(lambda rest: b"\xff\xd8\xff" + rest) | st.binary(max_size=200))
    @example(b"")
    @example(b"\xff\xd8\xff")
    def test_it_never_raises(self, content: bytes) -> None:
        artwork.read_picture(content)

    @pytest.mark.filterwarnings("ignore")
    @settings(max_examples=400)
    @given(
        st.sampled_from([NOISE, SCANS, JPEG]),
        st.lists(st.tuples(st.integers(0, 3000), st.binary(min_size=1, max_size=6)), min_size=1, max_size=6),
        st.integers(0, 3000),
    )
    def test_it_never_raises_on_a_damaged_picture(self, content: bytes, wounds: list[tuple[int, bytes]], cut: int) -> None:
        damaged = bytearray(content)
        for place, scrap in wounds:
            damaged[place % len(damaged) : place % len(damaged) + len(scrap)] = scrap
        picture = artwork.read_picture(bytes(damaged[: len(damaged) - cut % len(damaged)]))

        if picture is not None:
            for sizing in Sizing:
                assert Image.open(io.BytesIO(picture.printed(UPRIGHT, sizing))).size == (400, 600)


class TestAlbum:
    def test_the_oldest_go_when_there_are_too_many(self) -> None:
        album = Album(most=10)
        for name in "abcd":
            album.put(name, bytes(3))

        assert [name for name in "abcd" if album.get(name) is not None] == ["b", "c", "d"]

    def test_a_picture_in_place_of_another(self) -> None:
        album = Album(most=10)
        album.put("a", bytes(9))
        album.put("a", b"new")
        album.put("b", bytes(7))

        assert (album.get("a"), album.get("b")) == (b"new", bytes(7))

    def test_one_that_is_too_large_is_not_kept(self) -> None:
        album = Album(most=10)
        album.put("a", bytes(11))

        assert album.get("a") is None

    def test_dropped(self) -> None:
        album = Album(most=10)
        album.put("a", bytes(10))
        album.drop("a")
        album.drop("a")
        album.put("b", bytes(10))

        assert (album.get("a"), album.get("b")) == (None, bytes(10))
