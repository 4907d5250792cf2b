"""Turns every skip and expected failure into a failure where PRINTKIT_NO_SKIPS=1 is set, as in CI: what is not run there is not known."""

import os

import pytest


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if _forbidden() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was not run or not expected to pass, and PRINTKIT_NO_SKIPS is set: {_reason(report)}"
        report.__dict__.pop("wasxfail", None)  # else the run counts it as failed and still ends well
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(collector: pytest.Collector):
    report = yield
    if _forbidden() and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was left out as a whole, and PRINTKIT_NO_SKIPS is set: {_reason(report)}"
    return report


def _forbidden() -> bool:
    return os.environ.get("PRINTKIT_NO_SKIPS") == "1"


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    match report.longrepr:
        case (_, _, str(reason)):
            return reason
        case _:
            return getattr(report, "wasxfail", "") or "no reason given"
