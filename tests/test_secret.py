"""A Secret gives its text to ``reveal()`` and to nothing else."""

import copy
import json
import logging
import pickle
import traceback
from typing import Any

import attrs
import pytest

from printkit import Secret

TEXT = "CANARY-k3y"


def test_it_reveals() -> None:
    assert Secret(TEXT).reveal() == TEXT


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        "{}".format,
        "{:>40}".format,
        "{!r}".format,
        lambda secret: f"{secret}",
        lambda secret: "%s" % secret,  # noqa: UP031 - that way too
        lambda secret: "%r" % (secret,),  # noqa: UP031
        lambda secret: repr([secret, {"key": secret}, {secret}]),
        lambda secret: repr(dir(secret)),
        ascii,
    ],
)
def test_it_does_not_show(show: Any) -> None:
    text = show(Secret(TEXT))
    assert "CANARY" not in text


def test_it_has_no_dictionary_to_look_into() -> None:
    with pytest.raises(TypeError):
        vars(Secret(TEXT))


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="pickled") as caught:
        pickle.dumps(Secret(TEXT), protocol)
    assert "CANARY" not in str(caught.value)


def test_it_cannot_be_written_as_json() -> None:
    with pytest.raises(TypeError) as caught:
        json.dumps({"key": Secret(TEXT)})
    assert "CANARY" not in str(caught.value)
    assert "CANARY" not in json.dumps({"key": Secret(TEXT)}, default=str)


def test_it_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("any").warning("the key is %s and %r", Secret(TEXT), Secret(TEXT))
    assert "CANARY" not in caplog.text


def test_it_hides_inside_attrs_classes_too() -> None:
    @attrs.frozen
    class Holder:
        key: Secret

    held = Holder(Secret(TEXT))
    assert "CANARY" not in repr(held)
    assert "CANARY" not in repr(attrs.asdict(held))


def test_it_hides_in_tracebacks_with_locals() -> None:
    def fails(secret: Secret) -> None:
        raise ValueError(secret)

    try:
        fails(Secret(TEXT))
    except ValueError as error:
        shown = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    assert "CANARY" not in shown
    assert "***" in shown


def test_it_compares_with_secrets_only_and_in_constant_time() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret("other")
    assert Secret(TEXT) != TEXT
    assert Secret(TEXT) != TEXT
    assert len({Secret(TEXT), Secret(TEXT), Secret("x")}) == 2
    assert Secret("schlüssel") == Secret("schlüssel")


def test_it_copies_as_itself() -> None:
    secret = Secret(TEXT)
    assert copy.copy(secret) is secret
    assert copy.deepcopy({"key": secret})["key"] is secret


def test_it_is_true_when_there_is_something() -> None:
    assert Secret("x")
    assert not Secret("")


@pytest.mark.parametrize("given", [None, b"x", 7, ["x"]])
def test_it_is_made_from_text(given: Any) -> None:
    with pytest.raises(TypeError):
        Secret(given)


@pytest.mark.parametrize("text", ["\ud800", "a\ud800"])
def test_half_a_surrogate_pair_compares_too(text: str) -> None:
    """Such as the environment gives for bytes that are no UTF-8."""
    assert Secret(text) == Secret(text)
    assert Secret(text) != Secret("x")
