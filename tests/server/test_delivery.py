"""What becomes of a notice on its way, on real sockets."""

import asyncio

from printkit.emulator.notices import NoticeDue
from printkit.providers.pwinty.emulator import Shop
from printkit.server.delivery import Delivery


class Heard(Shop):
    """A shop that notes what it is told of its notices."""

    answers: list[int | None]

    def notice_answered(self, notice: NoticeDue, status: int | None) -> None:
        self.answers.append(status)


async def test_one_that_is_under_way_when_all_stops_counts_as_not_delivered() -> None:
    arrived = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        arrived.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    shop, delivery = Heard(), Delivery()
    shop.answers = []
    notice = NoticeDue(1, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", {}, b"{}", 1)
    task = delivery.start(shop, notice)
    await arrived.wait()

    await delivery.close()

    assert task.cancelled()
    assert shop.answers == [None]
    server.close()
