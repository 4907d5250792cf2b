"""The pages on the shops are true: every endpoint and member is listed, nothing else is, and whatever they name exists."""

import inspect
import re
from collections.abc import Mapping
from typing import Any

import attrs
import pytest

import printkit
from docs.capabilities import with_table
from printkit import catalogue, config, exchange, model, registry
from printkit.providers.gooten import statuses as gooten_statuses
from printkit.providers.pwinty import endpoints, statuses
from printkit.providers.pwinty.emulator.routes import ROUTES
from tests.docs import gooten_members, pwinty_members
from tests.docs.page import ATTRIBUTE, GOOTEN, PWINTY, QUOTED, VERB, Page

PAGES = {"pwinty": PWINTY, "gooten": GOOTEN}
MEMBERS = {"pwinty": pwinty_members.EXPECTED, "gooten": gooten_members.EXPECTED}
OF_SEVERAL = {"Callback", "Webhook"}
"""Tables in which one name may stand for several members."""
THEIRS = "What is not used"
"""The table whose other column names the shop's members, too."""

TABLES = [(kind, heading) for kind, expected in MEMBERS.items() for heading in expected]


def spelled(endpoint: str) -> str:
    """Without regard to case and to what its ids are called."""
    return re.sub(r"\{\w+\}", "{}", endpoint).lower()


class TestNothingIsMissingAndNothingInvented:
    @pytest.mark.parametrize("kind", PAGES)
    def test_every_kind_of_object_and_request_has_its_table(self, kind: str) -> None:
        assert MEMBERS[kind].keys() - PAGES[kind].tables.keys() == set()

    @pytest.mark.parametrize(("kind", "heading"), TABLES)
    def test_members(self, kind: str, heading: str) -> None:
        assert sorted(set(PAGES[kind].listed(heading))) == sorted(MEMBERS[kind][heading])

    @pytest.mark.parametrize(("kind", "heading"), [(kind, heading) for kind, page in PAGES.items() for heading in page.tables])
    def test_nothing_is_listed_twice(self, kind: str, heading: str) -> None:
        names = [row[0] for row in PAGES[kind].tables[heading]]

        assert heading in OF_SEVERAL or len(names) == len(set(names))

    def test_endpoints_of_pwinty(self) -> None:
        served = {spelled(f"{route.method} /{route.path}") for route in ROUTES if route.path not in {"catalogue", "catalogue/{country}"}}

        assert {spelled(name) for name in PWINTY.listed("Endpoints")} == served

    def test_the_endpoints_that_pwinty_s_adapter_uses(self) -> None:
        templates = {spelled(value) for name, value in vars(endpoints).items() if name.isupper() and isinstance(value, str)}
        used = [row for row in PWINTY.tables["Endpoints"] if row[1] != "not used"]

        assert templates == {spelled(name.partition(" ")[2]) for row in used for name in QUOTED.findall(row[0])}

    def test_endpoints_of_gooten(self) -> None:
        assert {spelled(name) for name in GOOTEN.listed("Endpoints")} == {spelled(each) for each in gooten_members.SERVED}

    def test_the_endpoints_that_gooten_s_adapter_uses(self) -> None:
        used = [row for row in GOOTEN.tables["Endpoints"] if row[1] != "`kit.request`"]

        assert {name.partition(" ")[2] for row in used for name in QUOTED.findall(row[0])} == gooten_members.USED

    def test_the_endpoints_that_no_verb_uses_and_their_members(self) -> None:
        rows = GOOTEN.tables[THEIRS]
        said = {name: QUOTED.findall(row[1]) for row in rows for name in QUOTED.findall(row[0])}
        unused = {name for row in GOOTEN.tables["Endpoints"] if row[1] == "`kit.request`" for name in QUOTED.findall(row[0])}

        assert said == {name: members.split() for name, members in gooten_members.NOT_USED.items()}
        assert {spelled(name) for name in said} == {spelled(name) for name in unused}


REASONS = ("raw only", "not kept", "not used", "never", "always", "the tuple")


def found_class(name: str) -> Any:
    for home in (printkit, model, catalogue, exchange):
        if hasattr(home, name):
            return getattr(home, name)
    raise AssertionError(f"there is no {name}")


def without(text: str) -> str:
    """The page without the names of the shop's members."""
    return "\n".join(line for line in text.splitlines() if "HadError" not in line)


@pytest.mark.parametrize(
    ("kind", "where", "text"),
    [
        (kind, f"{heading}: {row[0]}", cell)
        for kind, page in PAGES.items()
        for heading, rows in page.tables.items()
        if heading != THEIRS
        for row in rows
        for cell in row[1:]
    ]
    + [(kind, "text", without(page.text)) for kind, page in PAGES.items()],
)
def test_what_is_named_exists(kind: str, where: str, text: str) -> None:
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
        assert name in known_attributes(settings(kind)), (where, name)


def settings(kind: str) -> type[config.ConnectionSettings]:
    return registry.part(registry.info(kind).settings)  # type: ignore[no-any-return]


def known_attributes(owner: Any) -> set[str]:
    fields = {field.name for field in attrs.fields(owner)} if attrs.has(owner) else set()
    values = set(owner.__members__) if hasattr(owner, "__members__") else set()
    written = set(inspect.signature(owner.__init__).parameters) if isinstance(owner, type) and issubclass(owner, Exception) else set()
    return fields | values | written | {name for name in dir(owner) if not name.startswith("_")}


@pytest.mark.parametrize(("kind", "heading"), [*TABLES, ("pwinty", "Endpoints"), ("gooten", "Endpoints"), ("gooten", "Webhook")])
def test_every_row_says_where(kind: str, heading: str) -> None:
    for row in PAGES[kind].tables[heading]:
        quoted = QUOTED.findall(row[1])
        names = [each for each in quoted if ATTRIBUTE.fullmatch(each) or VERB.fullmatch(each) or each.endswith("Error")]
        assert names or "setting `" in row[1] or row[1].startswith(REASONS), row


@pytest.mark.parametrize(
    ("page", "heading", "table"),
    [
        (PWINTY, "Order status", statuses.ORDER),
        (PWINTY, "Photo status", statuses.PHOTO),
        (PWINTY, "Sizing", statuses.SIZING_MEANS),
        (PWINTY, "Payment", statuses.PAYMENT_MEANS),
        (PWINTY, "Validation", {word: code for word, (code, _) in statuses.FINDINGS.items()}),
        (GOOTEN, "Item status", gooten_statuses.ITEM),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_words(page: Page, heading: str, table: Mapping[str, Any]) -> None:
    said = {word.lower(): means.strip("`") for word, means in page.goes_to(heading).items()}

    assert said == {word: f"{type(means).__name__}.{means.name}" for word, means in table.items()}


def test_other_spellings_of_gooten_s_words() -> None:
    said = {
        other.lower(): row[0].strip("`").lower() for row in GOOTEN.tables["Item status"] for other in re.findall(r"\*([^*]+)\*", row[2])
    }

    assert said == gooten_statuses.ALIASES


# ── What it can do ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("info", list(registry.infos()), ids=lambda info: info.kind)
def test_the_table_of_what_a_shop_can_do(info: printkit.ProviderInfo) -> None:
    text = Page(info.kind).text

    assert text == with_table(text, info), "run: python docs/capabilities.py"


@pytest.mark.parametrize(("kind", "page"), PAGES.items())
def test_the_settings_that_are_shown_exist(kind: str, page: Page) -> None:
    block = page.text.split("```toml\n")[1].split("```")[0]
    section = block.partition(f"[printkit.providers.{kind}]")[2]
    names = {line.partition(" ")[0] for line in section.splitlines() if "=" in line.partition("#")[0]}

    assert names
    assert names <= known_attributes(settings(kind))
