"""Draws the documentation's pictures from the figures that were kept. Measures nothing.

Each is an SVG without a background, in greys and one blue that can be read on light and on dark pages, and holds the digest of the
figures that it was drawn from.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .pictures import PICTURES, name_of

INK, OURS, OTHERS = "#7d8590", "#2f81f7", "#a0a7b0"
STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "printkit",
    "font.family": "sans-serif",
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}

Found = Mapping[str, Any]


def draw(kept: Mapping[str, Any], folder: Path, digest: str) -> None:
    """Write into ``folder`` every picture of which there are figures."""
    with mpl.rc_context(STYLE):
        for case, pictures in PICTURES.items():
            found = [each for each in kept["found"] if each["case"] == case]
            for clock, _ in pictures if found else ():
                figure = _imports(found) if case == "import" else _ratios(found, clock)
                _save(figure, folder / name_of(case, clock), digest)


def _save(figure: Figure, path: Path, digest: str) -> None:
    figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None, "Creator": None, "Description": digest})
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("".join(f"{line.rstrip()}\n" for line in lines), encoding="utf-8")


def _ratios(found: Sequence[Found], clock: str) -> Figure:
    """A row of bars for each contest: how many times the floor, with the quartiles as whiskers."""
    contests = dict.fromkeys(each["contest"] for each in found)
    rows = {contest: [each for each in found if each["contest"] == contest] for contest in contests}
    heights = [len(each) for each in rows.values()]
    figure = Figure(figsize=(7, sum(0.28 * height + 0.6 for height in heights)))
    grid = figure.add_gridspec(len(rows), 1, height_ratios=heights, hspace=0.75)
    most = max(each[clock]["high"] for part in rows.values() for each in part)
    for place, (contest, part) in enumerate(rows.items()):
        axes = figure.add_subplot(grid[place])
        _bars(axes, [(each["contender"].partition(" (")[0], each[clock]) for each in part])
        axes.axvline(1, color=INK, linewidth=0.8, linestyle=":")
        axes.set_title(f"{contest}: {clock} time, × {part[0]['floor']}", fontsize=9, loc="left", color=INK)
        if most > 20:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(mpl.ticker.FormatStrFormatter("%g"))
            axes.set_xlim(0.5, 1.9 * most)
        else:
            axes.set_xlim(0, 1.15 * max(most, 1))
    return figure


def _imports(found: Sequence[Found]) -> Figure:
    rows = [(each["name"], each["value"]) for each in found if each["unit"] == "ms"]
    figure = Figure(figsize=(7, 0.28 * len(rows) + 0.6))
    axes = figure.add_subplot()
    _bars(axes, [(name.partition(" (")[0], value) for name, value in rows])
    axes.set_xlim(0, 1.15 * max(value["high"] for _, value in rows))
    axes.set_title("ms beyond a bare interpreter", fontsize=9, loc="left", color=INK)
    return figure


def _bars(axes: Axes, rows: Sequence[tuple[str, Mapping[str, float]]]) -> None:
    medians = [max(0.0, value["median"]) for _, value in rows]
    whiskers = [
        [max(0.0, value["median"] - value["low"]) for _, value in rows],
        [max(0.0, value["high"] - value["median"]) for _, value in rows],
    ]
    names = [name for name, _ in rows]
    axes.barh(
        range(len(rows)), medians, xerr=whiskers, height=0.66, ecolor=INK, color=[OURS if "printkit" in name else OTHERS for name in names]
    )
    axes.set_yticks(range(len(rows)), names)
    axes.invert_yaxis()
    for place, (_, value) in enumerate(rows):
        axes.annotate(_written(value["median"]), (max(value["high"], 0), place), xytext=(5, 0), textcoords="offset points", va="center")


def _written(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
