"""Draws the diagrams of these pages as SVG, from the code where it knows: `python docs/pictures.py`. They take the page's colours.

A page has one by ``{raw} html`` with its file, so that it is part of the page: light or dark as the reader chose, and found by a search.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Final, get_args

from printkit.model import OrderStatus
from printkit.providers.gooten.emulator.statuses import STATUSES
from printkit.providers.gooten.statuses import ITEM
from printkit.providers.pwinty.emulator.state import OrderState
from printkit.providers.pwinty.statuses import ORDER

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "_pictures"

MUTED, ACCENT, EDGE = (
    "var(--color-foreground-muted, #6b6b6b)",
    "var(--color-brand-primary, #0a4bff)",
    "var(--color-background-border, #bbb)",
)
LINE: Final = "\n"
GROUND = "var(--color-background-secondary, #f6f6f6)"


# ── Ink ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def picture(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """A whole picture. It shrinks with the page, and never grows beyond its size."""
    head = (
        f'<svg class="picture" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}"'
        f' style="display:block;width:100%;max-width:{width}px;height:auto;margin:1rem 0" font-family="inherit" font-size="14"'
        ' fill="currentColor">\n'
    )
    arrow = (
        '<defs><marker id="{}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="{}"/></marker></defs>\n'
    )
    return f"{head}{arrow.format('tip', MUTED)}{arrow.format('tip-accent', ACCENT)}{LINE.join(parts)}\n</svg>\n"


def words(
    x: float, y: float, text: str, *, ink: str = "currentColor", anchor: str = "start", weight: str = "normal", size: int = 14
) -> str:
    """One line of text; ``y`` is its middle."""
    style = f'text-anchor="{anchor}" font-weight="{weight}" font-size="{size}" fill="{ink}"'
    return f'<text x="{x}" y="{y}" dy="0.35em" {style}>{escape(text)}</text>'


def box(x: float, y: float, width: float, height: float, *, edge: str = EDGE, ground: str = GROUND, dashed: bool = False) -> str:
    """A box with round corners."""
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="6" fill="{ground}" stroke="{edge}"{dashes}/>'


def line(points: str, *, ink: str = MUTED, dashed: bool = False, tip: bool = True) -> str:
    """A line through points, with an arrow's tip at its end."""
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    end = f' marker-end="url(#tip{"-accent" if ink == ACCENT else ""})"' if tip else ""
    return f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="1.5"{dashes}{end}/>'


def wrapped(text: Iterable[str], room: int) -> list[str]:
    """Words with commas, on as many lines as they need."""
    lines = [""]
    for word in text:
        joined = f"{lines[-1]}, {word}" if lines[-1] else word
        if len(joined) > room and lines[-1]:
            lines[-1] += ","
            lines.append(word)
        else:
            lines[-1] = joined
    return lines


# ── The life of an order ──────────────────────────────────────────────────────────────────────────────────────────────

WAY: Final = (
    OrderStatus.DRAFT,
    OrderStatus.AWAITING_PAYMENT,
    OrderStatus.SUBMITTED,
    OrderStatus.IN_PRODUCTION,
    OrderStatus.PARTIALLY_SHIPPED,
    OrderStatus.SHIPPED,
    OrderStatus.DELIVERED,
)
GROUPS: Final = (
    ("may come in between", (OrderStatus.ON_HOLD, OrderStatus.ACTION_REQUIRED)),
    ("ends", (OrderStatus.CANCELLED, OrderStatus.TEST)),
    ("not known to any table", (OrderStatus.UNKNOWN,)),
)
DERIVED: Final = {
    (OrderStatus.DRAFT, "gooten"): "kept by printkit",
    (OrderStatus.PARTIALLY_SHIPPED, "gooten"): "some items shipped",
    (OrderStatus.PARTIALLY_SHIPPED, "pwinty"): "Submitted, a parcel left",
    (OrderStatus.ACTION_REQUIRED, "pwinty"): "Submitted, a picture failed",
    (OrderStatus.UNKNOWN, "pwinty"): "any other",
    (OrderStatus.UNKNOWN, "gooten"): "any other",
}
"""What no word of the shop says alone."""


def life_cycle() -> str:
    """Every status, in the order in which an order passes them, and what the shops call it."""
    parts = [
        words(24, 18, "printkit", weight="bold"),
        words(234, 18, "Pwinty v2.5", weight="bold"),
        words(450, 18, "Gooten, of its items", weight="bold"),
    ]
    top = 38.0
    for status in WAY:
        row, height = _row(status, top)
        parts += row
        if status is not OrderStatus.DELIVERED:
            parts.append(line(f"112,{top + height - 14} 112,{top + height - 1}"))
        top += height
    for title, statuses in GROUPS:
        parts.append(words(24, top + 14, title, ink=MUTED, size=13))
        top += 28
        for status in statuses:
            row, height = _row(status, top, dashed=True)
            parts += row
            top += height - 4
    draft, submitted = _middle(OrderStatus.DRAFT), _middle(OrderStatus.SUBMITTED)
    parts.append(line(f"24,{draft} 10,{draft} 10,{submitted} 22,{submitted}"))
    return picture(760, round(top + 4), "The life of an order: printkit's statuses and the words of both shops", parts)


def _said(status: OrderStatus) -> Mapping[str, list[str]]:
    said = {
        "pwinty": [word for word in get_args(OrderState) if ORDER[word.lower()] is status],
        "gooten": [word for word in STATUSES if ITEM[word.lower()] is status],
    }
    return {shop: found + [DERIVED[key] for key in [(status, shop)] if key in DERIVED] for shop, found in said.items()}


def _lines(status: OrderStatus) -> dict[str, list[str]]:
    return {"pwinty": wrapped(_said(status)["pwinty"], 28), "gooten": wrapped(_said(status)["gooten"], 42)}


def _height(status: OrderStatus) -> float:
    return 32 + 18 * (max(map(len, _lines(status).values())) - 1) + 16


def _middle(status: OrderStatus) -> float:
    return 38 + sum(_height(each) for each in WAY[: WAY.index(status)]) + (_height(status) - 16) / 2


def _row(status: OrderStatus, top: float, *, dashed: bool = False) -> tuple[list[str], float]:
    height = _height(status) - 16
    middle = top + height / 2
    parts = [box(24, top, 186, height, dashed=dashed, edge=MUTED), words(117, middle, status.name, anchor="middle", weight="600", size=13)]
    for shop, x in (("pwinty", 234), ("gooten", 450)):
        lines = _lines(status)[shop]
        for place, each in enumerate(lines):
            parts.append(
                words(x, middle + 18 * (place - (len(lines) - 1) / 2), each or "–", ink="currentColor" if each else MUTED, size=13)
            )
    return parts, height + 16


# ── A submit whose answer was lost ────────────────────────────────────────────────────────────────────────────────────

PLACES: Final = {"program": 80, "kit": 270, "net": 460, "shop": 640}


def lost_answer() -> str:
    """Who says what to whom when the answer to a submit is lost, and how it ends."""
    parts = [
        part
        for text, x in (
            ("your program", PLACES["program"]),
            ("printkit", PLACES["kit"]),
            ("the network", PLACES["net"]),
            ("the shop", PLACES["shop"]),
        )
        for part in (
            box(x - 60, 6, 120, 30),
            words(x, 21, text, anchor="middle", weight="600"),
            line(f"{x},36 {x},630", ink=EDGE, tip=False),
        )
    ]
    parts += _call(66, "program", "kit", "submit(order)")
    parts += _note(98, "kit", "one at a time for this order; the intent is noted")
    parts += _call(134, "kit", "shop", "POST …/Status: Submitted")
    parts += _note(164, "shop", "it prints and charges", end=True)
    parts += [line("640,196 466,196", dashed=True), words(553, 184, "the answer", anchor="middle", ink=MUTED, size=13)]
    parts += [line("452,188 468,204", ink=ACCENT, tip=False), line("452,204 468,188", ink=ACCENT, tip=False)]
    parts += [words(444, 196, "lost", ink=ACCENT, anchor="end", weight="600")]
    parts += _note(232, "kit", "it is not sent again: one look, inside the deadline")
    parts += _call(266, "kit", "shop", "GET the order")
    parts += [box(14, 290, 692, 108, ground="none", edge=MUTED, dashed=True), words(24, 306, "found there", weight="600", size=13)]
    parts += _call(342, "shop", "kit", "Submitted", back=True)
    parts += _call(380, "kit", "program", "the order, receipt.reconciled", back=True)
    parts += [box(14, 410, 692, 212, ground="none", edge=MUTED, dashed=True)]
    parts += [words(24, 426, "not found, or no answer again", weight="600", size=13)]
    parts += _call(466, "kit", "program", "OutcomeUnknownError(handle)", back=True)
    parts += _note(492, "program", "keep the handle; do not repeat the call")
    parts += _call(532, "program", "kit", "reconcile(handle), later")
    parts += _call(564, "kit", "shop", "GET the order, twice")
    parts += _call(602, "kit", "program", "Applied, NotApplied, Unknown", back=True)
    return picture(720, 640, "A submit whose answer was lost, and how it ends", parts)


def _call(y: float, come: str, go: str, text: str, *, back: bool = False) -> list[str]:
    start, end = PLACES[come], PLACES[go]
    near = end - 3 if end > start else end + 3
    return [words((start + end) / 2, y - 11, text, anchor="middle", size=13), line(f"{start},{y} {near},{y}", dashed=back)]


def _note(y: float, at: str, text: str, *, end: bool = False) -> list[str]:
    x = PLACES[at]
    return [
        f'<circle cx="{x}" cy="{y}" r="4" fill="{ACCENT}"/>',
        words(x - 10 if end else x + 10, y, text, ink=MUTED, anchor="end" if end else "start", size=13),
    ]


# ── The house ─────────────────────────────────────────────────────────────────────────────────────────────────────────

ROOMS: Final[Mapping[str, str]] = {
    "(cli)": "what people do and see in a terminal",
    "(server)": "everything that listens; the only one beside the transport that knows aiohttp",
    "(kit)": "the front door",
    "(bulk) | (selections)": "very many changes",
    "(providers)": "one folder for each shop; none knows another",
    "(changes)": "every change as a value",
    "(writes)": "one write, from intent to certainty",
    "(transport)": "one request, sent as often as its effect permits",
    "exchange": "requests and answers as values",
    "(model)": "what an order is",
}
"""What is worth a word beside its layer."""


def house() -> str:
    """The layers of pyproject.toml: each may import those below it."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    parts, top = [], 8.0
    for layer in layers:
        rows = list(_rooms(layer))
        for y, row in enumerate(rows):
            parts += _floor(row, top + 30 * y)
        if layer in ROOMS:
            parts.append(words(396, top + 13, ROOMS[layer], ink=MUTED, size=13))
        top += 30 * len(rows)
    parts.append(line(f"8,14 8,{top - 8}"))
    parts.append(words(20, top + 10, "Each may import what stands below it, never what stands above it or beside it.", ink=MUTED, size=13))
    return picture(880, round(top + 24), "The layers of printkit", parts)


def _rooms(layer: str) -> Iterator[list[str]]:
    every = [name.strip(" ()") for name in layer.split("|")]
    names = [name for name in every if (ROOT / "printkit" / name).is_dir() or (ROOT / f"printkit/{name}.py").exists()]
    for start in range(0, len(names), 4):
        yield names[start : start + 4]


def _floor(names: list[str], top: float) -> list[str]:
    parts, left = [], 20.0
    for name in names:
        width = 8 * len(name) + 16
        is_one_to_know = name in {"kit", "providers", "writes", "transport", "model"}
        parts += [
            box(left, top, width, 26, edge=ACCENT if is_one_to_know else EDGE),
            words(left + width / 2, top + 13, name, anchor="middle", size=13),
        ]
        left += width + 8
    return parts


PICTURES: Final = {"life-cycle": life_cycle, "lost-answer": lost_answer, "house": house}

if __name__ == "__main__":
    for name, draw in PICTURES.items():
        (FOLDER / f"{name}.svg").write_text(draw(), encoding="utf-8")
