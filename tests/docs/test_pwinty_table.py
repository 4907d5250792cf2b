"""The page on Pwinty is true: every endpoint and member is listed, nothing else is, and whatever it names exists."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

import printkit
from docs.capabilities import with_table
from printkit import catalogue, exchange, model, registry
from printkit.providers.pwinty import endpoints, statuses
from printkit.providers.pwinty.config import Settings
from printkit.providers.pwinty.emulator.routes import ROUTES
from tests.docs.page import ATTRIBUTE, PAGE, QUOTED, ROOT, TABLES, VERB, goes_to, listed
from tests.docs.pwinty_members import DOCUMENTED, EXPECTED, WIRE

MEMBERS = [heading for heading in TABLES if heading in DOCUMENTED or heading in WIRE or heading == "Logs"]


class TestNothingIsMissingAndNothingInvented:
    def test_every_kind_of_object_and_request_has_its_table(self) -> None:
        assert EXPECTED.keys() - TABLES.keys() == set()

    @pytest.mark.parametrize("heading", EXPECTED)
    def test_members(self, heading: str) -> None:
        assert sorted(set(listed(heading))) == sorted(EXPECTED[heading])

    @pytest.mark.parametrize("heading", [heading for heading in TABLES if heading != "Callback"])
    def test_nothing_is_listed_twice(self, heading: str) -> None:
        names = [row[0] for row in TABLES[heading]]

        assert len(names) == len(set(names))

    def test_endpoints(self) -> None:
        served = {spelled(f"{route.method} /{route.path}") for route in ROUTES if route.path not in {"catalogue", "catalogue/{country}"}}

        assert {spelled(name) for name in listed("Endpoints")} == served

    def test_the_endpoints_that_the_adapter_uses(self) -> None:
        templates = {spelled(value) for name, value in vars(endpoints).items() if name.isupper() and isinstance(value, str)}
        used = [row for row in TABLES["Endpoints"] if row[1] != "not used"]

        assert templates == {spelled(name.partition(" ")[2]) for row in used for name in QUOTED.findall(row[0])}


def spelled(endpoint: str) -> str:
    """Without regard to case and to what its ids are called."""
    return re.sub(r"\{\w+\}", "{}", endpoint).lower()


REASONS = ("raw only", "not kept", "not used", "never", "always", "the tuple")


def found_class(name: str) -> Any:
    for home in (printkit, model, catalogue, exchange):
        if hasattr(home, name):
            return getattr(home, name)
    raise AssertionError(f"there is no {name}")


@pytest.mark.parametrize(
    ("where", "text"),
    [(f"{heading}: {row[0]}", cell) for heading, rows in TABLES.items() for row in rows for cell in row[1:]] + [("text", PAGE)],
)
def test_what_is_named_exists(where: str, text: str) -> None:
    for quoted in QUOTED.findall(text):
        if match := ATTRIBUTE.fullmatch(quoted):
            owner = found_class(match[1])
            assert match[2] in known_attributes(owner), (where, quoted)
        elif match := VERB.fullmatch(quoted):
            verb = getattr(printkit.PrintKit, match[1], None)
            assert verb is not None, (where, quoted)
            assert match[2] is None or match[2] in inspect.signature(verb).parameters, (where, quoted)
        elif quoted.endswith("Error"):
            assert issubclass(found_class(quoted), Exception), (where, quoted)
    for name in re.findall(r"setting `(\w+)`", text):
        assert name in known_attributes(Settings), (where, name)


def known_attributes(owner: Any) -> set[str]:
    fields = {field.name for field in attrs.fields(owner)} if attrs.has(owner) else set()
    values = set(owner.__members__) if hasattr(owner, "__members__") else set()
    written = set(inspect.signature(owner.__init__).parameters) if isinstance(owner, type) and issubclass(owner, Exception) else set()
    return fields | values | written | {name for name in dir(owner) if not name.startswith("_")}


@pytest.mark.parametrize("heading", [*MEMBERS, "Endpoints"])
def test_every_row_says_where(heading: str) -> None:
    for row in TABLES[heading]:
        quoted = QUOTED.findall(row[1])
        names = [each for each in quoted if ATTRIBUTE.fullmatch(each) or VERB.fullmatch(each) or each.endswith("Error")]
        assert names or "setting `" in row[1] or row[1].startswith(REASONS), row


@pytest.mark.parametrize(
    ("heading", "table"),
    [
        ("Order status", statuses.ORDER),
        ("Photo status", statuses.PHOTO),
        ("Sizing", statuses.SIZING_MEANS),
        ("Payment", statuses.PAYMENT_MEANS),
        ("Validation", {word: code for word, (code, _) in statuses.FINDINGS.items()}),
    ],
)
def test_words(heading: str, table: Mapping[str, Any]) -> None:
    said = {word.lower(): means.strip("`") for word, means in goes_to(heading).items()}

    assert said == {word: f"{type(means).__name__}.{means.name}" for word, means in table.items()}


# ── What it can do ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("info", list(registry.infos()), ids=lambda info: info.kind)
def test_the_table_of_what_a_shop_can_do(info: printkit.ProviderInfo) -> None:
    page = ROOT / f"docs/shops/{info.kind}.md"
    if not page.exists():
        return
    text = page.read_text(encoding="utf-8")

    assert text == with_table(text, info), "run: python docs/capabilities.py"


def test_the_settings_that_are_shown_exist() -> None:
    block = PAGE.split("```toml\n")[1].split("```")[0]
    names = {line.partition(" ")[0] for line in block.splitlines() if "=" in line.partition("#")[0]}

    assert names <= known_attributes(Settings)
