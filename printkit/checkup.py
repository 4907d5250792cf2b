"""Whether connections can be worked with: their credentials, and the SKU map against the catalogues. Only reads, and knows no shop."""

import asyncio
import enum
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import final

from attrs import frozen

from .catalogue import Product, ProductList
from .errors import AuthenticationError, InvalidRequestError, PrintKitError, TransportError
from .model import Severity
from .provider import Capability, Catalogue, PrintProvider, Stage, SupportLevel
from .skus import ShopSku
from .writes import Account


class FindingCode(enum.StrEnum):
    """What a finding is about."""

    SETTINGS = "settings"
    """A setting is missing or wrong."""
    CREDENTIALS = "credentials"
    """The shop does not accept them."""
    REFUSED = "refused"
    """The shop refused to answer."""
    NO_ANSWER = "no-answer"
    """The shop could not be asked, or was out of order."""
    UNKNOWN_SKU = "unknown-sku"
    """The shop does not sell what a SKU of yours is mapped to."""
    UNKNOWN_ATTRIBUTE = "unknown-attribute"
    """The product has no such attribute, or the attribute no such value."""
    NOT_MAPPED = "not-mapped"
    """SKUs of yours are mapped for another connection only."""
    NOTHING_TO_CHOOSE = "nothing-to-choose"
    """The attribute has no other value."""
    AMBIGUOUS = "ambiguous"
    """Another SKU of yours is the same product here."""
    NOT_CHECKED = "not-checked"
    """The SKUs could not be looked for."""
    DRAFTS_IN_MEMORY = "drafts-in-memory"
    """Drafts are gone when the process ends."""


@final
@frozen
class Finding:
    """Something that is wrong, or may surprise, and how to mend it."""

    code: FindingCode
    severity: Severity
    text: str
    mend: str
    sku: str | None = None
    """Yours, where the finding is about one."""


@final
@frozen
class ConnectionCheck:
    """What was found about one connection."""

    name: str
    kind: str
    environment: str
    verified: tuple[str, ...] = ()
    """What is as it should be, in words."""
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


@final
@frozen
class CheckReport:
    """What ``kit.check`` found, connection by connection."""

    connections: tuple[ConnectionCheck, ...]

    @property
    def ok(self) -> bool:
        """Whether every connection can be worked with; warnings do not count."""
        return all(each.ok for each in self.connections)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings."""
        return tuple(finding for each in self.connections for finding in each.findings)


@final
@frozen
class Subject:
    """A connection that is to be checked."""

    account: Account
    provider: PrintProvider
    keeps_drafts: bool
    """Whether drafts outlive the process."""

    @property
    def name(self) -> str:
        """The connection's."""
        return self.account.provider


Skus = Mapping[str, ShopSku]
"""Yours, and what one shop calls them."""


async def check(subjects: Sequence[Subject], skus: Mapping[str, Skus], country: str | None) -> CheckReport:
    """Check connections, all at once.

    For each: whether the shop answers and accepts the credentials, whether it sells every SKU of the map with the attributes that
    stand there, which SKUs are mapped for another connection only, and whether drafts outlive the process.

    Args:
        subjects: the connections.
        skus: what is mapped, for each connection, also those that are not checked.
        country: where products are to be sold, as two letters; None leaves that to each connection's settings.
    """
    return CheckReport(tuple(await asyncio.gather(*(_check(subject, skus, country) for subject in subjects))))


async def _check(subject: Subject, skus: Mapping[str, Skus], country: str | None) -> ConnectionCheck:
    verified, findings, mine = ["the settings are complete"], list[Finding](), skus[subject.name]
    try:
        await _ask(subject)
        verified.append("the shop answers and accepts the credentials")
        if mine:
            good, bad = await _look_for_skus(subject.provider, mine, country)
            verified += good
            findings += bad
    except PrintKitError as error:
        findings.append(_failure(subject, error))
    findings += [*_not_mapped(subject.name, skus), *_ambiguous(mine), *_of_drafts(subject)]
    return ConnectionCheck(subject.name, subject.account.kind, subject.account.environment, tuple(verified), tuple(findings))


async def _ask(subject: Subject) -> None:
    """Reads that together need all credentials."""
    await subject.provider.list_orders()
    if isinstance(subject.provider, Catalogue):
        await subject.provider.list_countries()


def _failure(subject: Subject, error: PrintKitError) -> Finding:
    where = f"[printkit.providers.{subject.name}]"
    match error:
        case AuthenticationError():
            code, mend = FindingCode.CREDENTIALS, f"look at the account and the key in {where}: each environment has its own"
        case TransportError() if subject.account.environment == "emulator":
            code, mend = FindingCode.NO_ANSWER, "start it with: printkit emulator"
        case TransportError():
            code, mend = FindingCode.NO_ANSWER, f"look at the network, and at base_url, proxy and ca_file in {where}"
        case PrintKitError(retryable=True):
            code, mend = FindingCode.NO_ANSWER, "check again later"
        case _:
            code, mend = FindingCode.REFUSED, f"look at the settings in {where}"
    return Finding(code, Severity.ERROR, error.message, mend)


# ── The SKU map ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def _look_for_skus(provider: PrintProvider, skus: Skus, country: str | None) -> tuple[list[str], list[Finding]]:
    if not isinstance(provider, Catalogue):
        return [], [_not_checked(skus, "the shop does not say what it sells", "compare them with its price list")]
    try:
        sold = await provider.list_products(country=country)
    except InvalidRequestError as error:
        why = "; ".join(map(str, error.problems))
        return [], [_not_checked(skus, why, "say in which country they are to be sold: country=, or --country")]
    findings = list(_compare(skus, sold))
    good = len(skus) - len({finding.sku for finding in findings if finding.severity is Severity.ERROR})
    fact = f"{good} of {len(skus)} mapped SKUs are sold in {sold.country} as they are mapped"
    return [fact] if good else [], findings


def _not_checked(skus: Skus, why: str, mend: str) -> Finding:
    return Finding(FindingCode.NOT_CHECKED, Severity.WARNING, f"the map's SKUs were not looked for ({len(skus)}): {why}", mend)


def _compare(skus: Skus, sold: ProductList) -> Iterator[Finding]:
    products = {product.sku: product for product in sold.products}
    for yours, mapped in skus.items():
        product = products.get(mapped.sku)
        if product is None:
            text = f"{yours} is mapped to {mapped.sku}, which is not sold in {sold.country}"
            yield Finding(FindingCode.UNKNOWN_SKU, Severity.ERROR, text, _similar(mapped.sku, list(products)), yours)
        else:
            yield from _compare_attributes(yours, mapped, product)


def _similar(wanted: str, known: Sequence[str]) -> str:
    by_lower = {each.lower(): each for each in known}
    close = [by_lower[each] for each in get_close_matches(wanted.lower(), by_lower, 3)]
    return f"similar are {', '.join(close)}" if close else "look for it in the catalogue: nothing there is similar"


def _compare_attributes(yours: str, mapped: ShopSku, product: Product) -> Iterator[Finding]:
    known = {attribute.name: attribute.values for attribute in product.attributes}
    for name, value in mapped.attributes.items():
        text = f"{yours} is mapped to {mapped.sku} with {name} = {value}, "
        if name not in known:
            mend = f"it has {', '.join(known)}" if known else "leave it out"
            yield Finding(FindingCode.UNKNOWN_ATTRIBUTE, Severity.ERROR, f"{text}an attribute that it has not", mend, yours)
        elif known[name] and value not in known[name]:
            mend = f"{name} is one of {', '.join(known[name])}"
            yield Finding(FindingCode.UNKNOWN_ATTRIBUTE, Severity.ERROR, f"{text}which is not among its values", mend, yours)
        elif len(known[name]) == 1:
            mend = "leave it out: a shop may refuse to be told what can be no other way"
            yield Finding(FindingCode.NOTHING_TO_CHOOSE, Severity.WARNING, f"{text}which is its only value", mend, yours)


def _not_mapped(name: str, skus: Mapping[str, Skus]) -> Iterator[Finding]:
    missing = sorted({yours for mapped in skus.values() for yours in mapped} - skus[name].keys())
    if missing:
        text = f"mapped for another connection and not for this one: {', '.join(missing)}"
        mend = f"map them for {name} too; until then they cannot be ordered there"
        yield Finding(FindingCode.NOT_MAPPED, Severity.WARNING, text, mend)


def _ambiguous(skus: Skus) -> Iterator[Finding]:
    by_sku: dict[str, dict[str, ShopSku]] = {}
    for yours, mapped in skus.items():
        by_sku.setdefault(mapped.sku, {})[yours] = mapped
    for sku, group in by_sku.items():
        for yours, mapped in group.items():
            twins = [other for other, each in group.items() if other != yours and each.attributes.items() <= mapped.attributes.items()]
            if twins:
                text = f"{yours} is {sku} here, as {', '.join(twins)} is: its items show the shop's SKU"
                yield Finding(
                    FindingCode.AMBIGUOUS, Severity.WARNING, text, "give each attributes of its own, or map only one of them", yours
                )


def _of_drafts(subject: Subject) -> Iterator[Finding]:
    drafts = subject.provider.info.supports(Capability.CREATE_ORDER, Stage.DRAFT).level
    if drafts is SupportLevel.EMULATED and not subject.keeps_drafts:
        text = "drafts are kept in memory, and gone when the process ends"
        yield Finding(FindingCode.DRAFTS_IN_MEMORY, Severity.WARNING, text, 'set drafts = "drafts.db" under [printkit], or PRINTKIT_DRAFTS')
