"""Real artwork over real HTTP: pictures are ordered by URL; the emulator fetches and judges them, and shows how they would be printed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

import printkit
from printkit import ArtworkStatus, NewOrder, Photo, ProblemCode, Sizing
from printkit.emulator.clock import ManualClock
from printkit.providers.pwinty.emulator import Automatic, Options, Shop
from printkit.server.emulator import EmulatorServer
from tests.pictures import BLUE, GREEN, JPEG, RED, WHITE, is_like, jpeg, quartered, read
from tests.providers.pwinty.shops import TOM, settings

SIDEWAYS = quartered(1800, 1200, {"nw": RED, "ne": GREEN, "sw": BLUE, "se": RED})
PICTURES = {
    "/sideways.jpg": SIDEWAYS,
    "/square.jpg": jpeg(900, 900),
    "/small.jpg": jpeg(40, 60),
    "/page.jpg": b"<html>",
    "/cut.jpg": SIDEWAYS[:999],
}


class Pictures:
    """A web server with the pictures above, and how often each was asked for."""

    def __init__(self) -> None:
        self.place = ""
        self.asked: list[str] = []

    async def show(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.Response(body=PICTURES[request.path]) if request.path in PICTURES else web.Response(status=404)

    def url(self, name: str) -> str:
        return f"http://{self.place}/{name}.jpg"


@pytest.fixture
async def pictures() -> AsyncIterator[Pictures]:
    served = Pictures()
    application = web.Application()
    application.router.add_get("/{path:.*}", served.show)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.place = f"127.0.0.1:{runner.addresses[0][1]}"
    yield served
    await runner.cleanup()


def kit_at(server: EmulatorServer) -> printkit.PrintKit:
    return printkit.connect(f"pwinty+emulator://127.0.0.1:{server.port}", environ=settings())


async def get(url: str) -> tuple[int, str | None, bytes]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, answer.headers.get("Content-Type"), await answer.read()


async def test_a_picture_s_whole_way(pictures: Pictures) -> None:
    async with EmulatorServer([Shop()], tick=0.01, fetch_from=[pictures.place]) as server, kit_at(server) as kit:
        order = await kit.create_order(NewOrder(TOM))
        order = await kit.add_photos(
            order, [Photo("4x6", pictures.url("sideways")), Photo("4x6", pictures.url("square"), sizing=Sizing.FIT)]
        )
        order = await kit.wait_for_artwork(order, timeout=30)
        turned, between_bars = (item.artwork[0] for item in order.items)

        assert (turned.status, turned.md5) == (ArtworkStatus.READY, hashlib.md5(SIDEWAYS).hexdigest())  # noqa: S324
        assert sorted(pictures.asked) == ["/sideways.jpg", "/square.jpg"]
        status, kind, content = await get(str(turned.preview_url))
        assert (status, kind) == (200, "image/jpeg")
        preview = read(content)
        assert preview.size == (400, 600)
        assert is_like(preview.getpixel((20, 20)), BLUE)
        assert is_like(preview.getpixel((380, 580)), GREEN)
        preview = read((await get(str(between_bars.preview_url)))[2])
        assert is_like(preview.getpixel((200, 20)), WHITE)
        assert is_like(preview.getpixel((200, 300)), RED)
        assert read((await get(str(turned.thumbnail_url)))[2]).size == (100, 150)


async def test_what_validation_says(pictures: Pictures) -> None:
    async with EmulatorServer([Shop()], tick=None, fetch_from=[pictures.place]) as server, kit_at(server) as kit:
        names = ("sideways", "square", "small", "page", "cut", "missing")
        order = await kit.create_order(NewOrder(TOM))
        order = await kit.add_photos(order, [Photo("4x6", pictures.url(name)) for name in names])
        before = await kit.validate(order)
        await server.tick()
        order = await kit.get_order(order)
        report = await kit.validate(order)

        assert {problem.code for problem in before.problems} == {ProblemCode.ARTWORK_NOT_CHECKED}
        ready, failed = ArtworkStatus.READY, ArtworkStatus.FAILED
        assert [item.artwork[0].status for item in order.items] == [ready, ready, ready, failed, failed, failed]
        assert [item.provider_status for item in order.items[3:]] == ["Invalid", "Invalid", "FileNotFoundAtUrl"]
        name_of = {item.id: name for item, name in zip(order.items, names, strict=True)}
        assert {(name_of[problem.item], problem.provider_code) for problem in report.problems if problem.item} == {
            ("square", "CroppingWillOccur"),
            ("small", "PictureSizeTooSmall"),
            ("page", "InvalidImageFile"),
            ("cut", "InvalidImageFile"),
            ("missing", "FileCouldNotBeDownloaded"),
            ("missing", "CouldNotValidateImageSize"),
            ("missing", "CouldNotValidateAspectRatio"),
        }
        assert not report.ok


async def test_an_uploaded_picture() -> None:
    async with EmulatorServer([Shop()], tick=None) as server, kit_at(server) as kit:
        order = await kit.create_order(NewOrder(TOM))
        order = await kit.add_photos(order, [Photo("4x6", SIDEWAYS), Photo("4x6", b"\xff\xd8\xff\xe0 and so on")])
        good, bad = (item.artwork[0] for item in order.items)

        assert (good.status, bad.status) == (ArtworkStatus.READY, ArtworkStatus.FAILED)
        assert read((await get(str(good.preview_url)))[2]).size == (400, 600)
        assert bad.preview_url is None
        report = await kit.validate(order)
        assert [problem.provider_code for problem in report.problems if problem.item] == ["InvalidImageFile"]


class TestNothingIsFetched:
    async def test_unless_it_was_allowed(self, pictures: Pictures) -> None:
        shop = Shop(Options(automatic=Automatic(fetch_after=60)), ManualClock())
        async with EmulatorServer([shop], tick=None) as server, kit_at(server) as kit:
            order = await kit.add_photos(await kit.create_order(NewOrder(TOM)), [Photo("4x6", pictures.url("small"))])
            await server.tick()
            assert (await kit.get_order(order)).items[0].artwork[0].status is ArtworkStatus.PENDING
            shop.clock.advance(timedelta(seconds=60))
            await server.tick()

            assert (await kit.get_order(order)).items[0].artwork[0].status is ArtworkStatus.READY, "as if it had been fetched"
        assert pictures.asked == []

    async def test_from_elsewhere(self, pictures: Pictures) -> None:
        async with EmulatorServer([Shop()], tick=None, fetch_from=["images.example.com"]) as server, kit_at(server) as kit:
            order = await kit.add_photos(await kit.create_order(NewOrder(TOM)), [Photo("4x6", pictures.url("small"))])
            await server.tick()

            assert (await kit.get_order(order)).items[0].artwork[0].status is ArtworkStatus.PENDING
        assert pictures.asked == []

    async def test_when_the_server_has_closed(self, pictures: Pictures) -> None:
        shop = Shop(clock=ManualClock())
        async with EmulatorServer([shop], tick=None, fetch_from=[pictures.place]):
            pass
        async with EmulatorServer([shop], tick=None) as server, kit_at(server) as kit:
            await kit.add_photos(await kit.create_order(NewOrder(TOM)), [Photo("4x6", pictures.url("small"))])
            await server.tick()

        assert pictures.asked == []
        assert list(shop.artwork_wanted()) == []

    def test_a_place_that_cannot_be_read(self) -> None:
        with pytest.raises(ValueError, match="no place to fetch from"):
            EmulatorServer([Shop()], fetch_from=["http://127.0.0.1:8000/"])


class TestControl:
    async def test_a_tick_fetches_before_it_answers(self, pictures: Pictures) -> None:
        shop = Shop()
        async with EmulatorServer([shop], tick=None, fetch_from=[pictures.place]) as server, kit_at(server) as kit:
            order = await kit.add_photos(await kit.create_order(NewOrder(TOM)), [Photo("4x6", pictures.url("small"))])
            async with aiohttp.ClientSession() as session, session.post(f"{server.url}/_emulator/tick") as answer:
                assert answer.status == 200

            assert (await kit.get_order(order)).items[0].artwork[0].status is ArtworkStatus.READY

    async def test_a_reset_breaks_off_what_is_under_way(self) -> None:
        arrived, gone = asyncio.Event(), asyncio.Event()

        async def slow(request: web.Request) -> web.Response:
            arrived.set()
            try:
                await asyncio.Event().wait()
            finally:
                gone.set()
            return web.Response(body=JPEG)

        application = web.Application()
        application.router.add_get("/a.jpg", slow)
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        place = f"127.0.0.1:{runner.addresses[0][1]}"
        shop = Shop()
        async with EmulatorServer([shop], tick=0.01, fetch_from=[place]) as server, kit_at(server) as kit:
            await kit.add_photos(await kit.create_order(NewOrder(TOM)), [Photo("4x6", f"http://{place}/a.jpg")])
            await arrived.wait()
            server.forget()
            again = await kit.add_photos(await kit.create_order(NewOrder(TOM)), [Photo("4x6", "https://images.example.com/a.jpg")])
            async with asyncio.timeout(10):
                await gone.wait()

            assert (await kit.get_order(again)).items[0].artwork[0].status is ArtworkStatus.PENDING
        await runner.cleanup()


class TestShown:
    @pytest.mark.parametrize(
        "path",
        [
            "pwinty/1-preview.jpg",
            "other/{}-preview.jpg",
            "pwinty/{}-preview",
            "pwinty/{}.jpg",
            "pwinty/..%2f{}-preview.jpg",
            "{}-preview.jpg",
        ],
    )
    async def test_no_other_picture(self, path: str) -> None:
        async with EmulatorServer([Shop()], tick=None) as server, kit_at(server) as kit:
            order = await kit.add_photos(await kit.create_order(NewOrder(TOM)), [Photo("4x6", JPEG)])

            assert (await get(f"{server.url}/_emulator/artwork/{path.format(order.items[0].id)}"))[0] == 404

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"host": "0.0.0.0"}, "http://127.0.0.1:"),  # noqa: S104
            ({"public_url": "https://emulator.example/"}, "https://emulator.example/_emulator/artwork/pwinty/"),
        ],
    )
    async def test_at_the_address_that_clients_reach(self, options: dict[str, Any], expected: str) -> None:
        async with EmulatorServer([Shop()], tick=None, **options) as server, kit_at(server) as kit:
            order = await kit.add_photos(await kit.create_order(NewOrder(TOM)), [Photo("4x6", JPEG)])

            assert str(order.items[0].artwork[0].preview_url).startswith(expected)
