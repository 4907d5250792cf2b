"""A bar for each file on its way, on a terminal only. Knows neither orders nor shops."""

import contextlib
from collections.abc import Generator, Sequence

from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from ..model import Photo
from ..provider import PhotoProgress
from . import screen


@contextlib.contextmanager
def shown(photos: Sequence[Photo], *, quiet: bool) -> Generator[PhotoProgress | None]:
    """What is to be told of bytes on their way; None where nobody looks.

    Args:
        photos: those that are sent, in their order.
        quiet: show nothing, also on a terminal.
    """
    to = screen.console(stderr=True)
    if quiet or not to.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    bars: dict[int, TaskID] = {}
    with Progress(*columns, console=to, transient=True) as progress:

        def tell(place: int, sent: int, total: int | None) -> None:
            if place not in bars:
                bars[place] = progress.add_task(_name(photos, place), total=total)
            progress.update(bars[place], completed=sent, total=total)

        yield tell


def _name(photos: Sequence[Photo], place: int) -> str:
    path = photos[place].artwork[0].path if place < len(photos) else None
    return screen.clean(path.name if path else "a picture")
