"""Hooks are told of everything once, and can fail nothing."""

import logging
from typing import Any

import pytest

import printkit
from printkit import LoggingHook, NewOrder, OrderRef, RejectedError
from printkit.telemetry import Attempt, Drift, Event, Notified, Outcome, Telemetry
from tests.providers.pwinty.shops import TOM, Scripted, by_path, photo, sample, says, settings


def test_every_hook_is_told() -> None:
    first, second = [], []
    telemetry = Telemetry((first.append, second.append))
    event = Outcome("uk", "submit", "applied")
    telemetry.tell(event)
    assert first == second == [event]
    assert telemetry.hooks
    assert not Telemetry().hooks


def test_a_hook_that_fails_is_switched_off_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []

    def fails(event: Event) -> None:
        raise ZeroDivisionError

    telemetry = Telemetry((fails, heard.append))
    with caplog.at_level(logging.ERROR, "printkit"):
        telemetry.tell(Outcome("uk", "submit", "applied"))
        telemetry.tell(Outcome("uk", "submit", "refused"))
    assert len(heard) == 2
    assert len(caplog.records) == 1
    assert "switched off" in caplog.text


def test_drift_is_told_once_per_word() -> None:
    heard: list[Event] = []
    telemetry = Telemetry((heard.append,))
    for word in ("New", "New", "Newer"):
        telemetry.drift("uk", "order status", word)
    telemetry.drift("us", "order status", "New")
    assert heard == [Drift("uk", "order status", "New"), Drift("uk", "order status", "Newer"), Drift("us", "order status", "New")]


def test_drift_is_bounded() -> None:
    heard: list[Event] = []
    telemetry = Telemetry((heard.append,))
    for number in range(5000):
        telemetry.drift("uk", "order status", str(number))
    telemetry.drift("uk", "order status", "x" * 10_000)
    assert len(heard) <= 1000
    telemetry = Telemetry((heard.append,))
    heard.clear()
    telemetry.drift("uk", "order status", "x" * 10_000)
    assert isinstance(heard[0], Drift)
    assert len(heard[0].word) == 64


async def events(script: Any, call: Any) -> list[Event]:
    heard: list[Event] = []
    async with printkit.connect(
        "pwinty+emulator://", environ=settings(), emulators={"pwinty": Scripted(script)}, hooks=[heard.append]
    ) as kit:
        try:
            await call(kit)
        except RejectedError:
            heard.append(Outcome("test", "test", "refused"))
    return heard


async def test_a_call_tells_of_its_attempts_and_its_outcome() -> None:
    heard = await events(by_path({("POST", "/Orders"): says(sample("orders-create.200"))}), lambda kit: kit.create_order(NewOrder(TOM)))
    first, last = heard
    assert isinstance(first, Attempt)
    assert (first.provider, first.number, first.verdict, first.status, first.cause) == ("pwinty", 1, "answered", 200, None)
    assert last == Outcome("pwinty", "create_order", "applied")


async def test_an_unknown_word_is_told_and_no_event_shows_what_was_sent() -> None:
    order = sample("orders-create.200") | {"status": "PaidAwaitingImageUpload"}
    heard = await events(by_path({("GET", "/Orders/1070"): says(order)}), lambda kit: kit.get_order(OrderRef("pwinty", "1070")))
    assert Drift("pwinty", "order status", "PaidAwaitingImageUpload") in heard
    assert "Tom" not in repr(heard)
    assert "Acacia" not in repr(heard)


async def test_a_refusal_inside_a_200_is_told_as_a_refusal() -> None:
    answers = {
        ("GET", "/Orders/1070"): says(sample("orders-create.200")),
        ("POST", "/Orders/1070/Photos"): says(dict.fromkeys(sample("photos-create.200.url")) | {"errorMessage": "no"}),
    }
    heard = await events(by_path(answers), lambda kit: kit.add_photos(OrderRef("pwinty", "1070"), [photo("a")]))
    outcomes = [event.outcome for event in heard if isinstance(event, Outcome) and event.provider == "pwinty"]
    assert outcomes == ["refused"]


def test_the_logging_hook(caplog: pytest.LogCaptureFixture) -> None:
    hook = LoggingHook()
    with caplog.at_level(logging.DEBUG, "printkit"):
        hook(Outcome("uk", "submit", "unknown"))
        hook(Outcome("uk", "submit", "applied"))
        hook(Drift("uk", "order status", "New\nforged"))
    assert [record.levelname for record in caplog.records] == ["ERROR", "DEBUG", "WARNING"]
    assert "\n" not in caplog.records[2].getMessage()


def test_the_logging_hook_warns_of_notices_that_were_not_acted_on(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "printkit"):
        LoggingHook()(Notified("uk", "delivered"))
        LoggingHook()(Notified("uk", "not-handled"))
        LoggingHook()(Notified("", "stranger"))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("DEBUG", "uk notice: delivered"),
        ("WARNING", "uk notice: not-handled"),
        ("DEBUG", "nobody's notice: stranger"),
    ]


def test_the_logging_hook_with_a_logger_of_ones_own(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "mine"):
        LoggingHook(logging.getLogger("mine"))(Outcome("uk", "submit", "applied"))
    assert [record.name for record in caplog.records] == ["mine"]
