"""A file added to an order value that lacks newer photos: the file that was sent is the one that is looked at."""

from pathlib import Path

from printkit import Photo
from printkit.providers.pwinty.emulator.options import Options
from tests.providers.pwinty.shops import draft, world


async def test_two_files_added_to_the_same_old_order(tmp_path: Path) -> None:
    async with world(Options(look_at_files=False)) as shop:
        kit = await shop.kit()
        old = await draft(kit)
        for name in ("one", "two"):
            (tmp_path / name).write_bytes(name.encode())
        await kit.add_photos(old, [Photo("8x12", tmp_path / "one")])
        order = await kit.add_photos(old, [Photo("8x12", tmp_path / "two")])
        assert len(order.items) == 2
        assert [item.artwork[0].md5 for item in order.items] == ["f97c5d29941bfb1b2fdab0874906ab82", "b8a9f715dbb64fd5c56e7783c6820a61"]
