"""Where settings come from, and how a bad one is told."""

from pathlib import Path

import pytest

from retrieval.errors import QueryError
from retrieval.models import DEFAULT_MODEL
from service.settings import LogFormat, read_settings

NAMES = ("DESPATCH_DATA", "DESPATCH_MODEL", "DESPATCH_HOST", "DESPATCH_PORT")


def test_the_defaults_serve_this_machine_alone():
    settings = read_settings()
    assert (settings.data, settings.model) == (Path("data"), DEFAULT_MODEL)
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.reload_seconds == 2.0


def test_what_is_said_beats_the_environment_and_the_environment_the_defaults(monkeypatch):
    for name, value in zip(NAMES, ("/srv/data", "folder", "0.0.0.0", "8080"), strict=True):
        monkeypatch.setenv(name, value)
    settings = read_settings(port="9000", host=None)
    assert (settings.data, settings.model) == (Path("/srv/data"), "folder")
    assert (settings.host, settings.port) == ("0.0.0.0", 9000)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("port", "80a", "'80a' is not a whole number"),
        ("port", "65536", "'65536' is too large: at most 65535 is possible"),
        ("port", "-1", "'-1' is too small: at least 0 is needed"),
        ("host", " ", "it is empty: give it a value, or leave it out"),
        ("model", "", "it is empty: give it a value, or leave it out"),
    ],
)
def test_a_bad_setting_is_named_with_its_option_and_variable(monkeypatch, name, value, reason):
    advice = f" (give --{name} or set DESPATCH_{name.upper()} to another value)"
    with pytest.raises(QueryError) as raised:
        read_settings(**{name: value})
    assert (raised.value.field, raised.value.reason) == (name, reason + advice)
    monkeypatch.setenv(f"DESPATCH_{name.upper()}", value)
    with pytest.raises(QueryError) as raised:
        read_settings()
    assert (raised.value.field, raised.value.reason) == (name, reason + advice)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0", "'0' is too small: more than 0 is needed"),
        ("3601", "'3601' is too large: at most 3600 is possible"),
        ("often", "'often' is not a number"),
        ("inf", "'inf' is not a number"),
        ("nan", "'nan' is not a number"),
    ],
)
def test_a_setting_without_an_option_is_named_with_its_variable_alone(monkeypatch, value, reason):
    monkeypatch.setenv("DESPATCH_RELOAD_SECONDS", value)
    with pytest.raises(QueryError) as raised:
        read_settings()
    assert raised.value.reason == f"{reason} (set DESPATCH_RELOAD_SECONDS to another value)"


def test_nothing_is_told_to_others_by_default_and_the_end_takes_seconds():
    settings = read_settings()
    assert (settings.metrics, settings.traces, settings.log_format) == (False, False, "text")
    assert (settings.drain_seconds, settings.finish_seconds) == (1.0, 5)


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("metrics", "TRUE", True),
        ("traces", "true", True),
        ("log_format", "JSON", LogFormat.JSON),
        ("drain_seconds", "0", 0),
        ("finish_seconds", "600", 600),
    ],
)
def test_how_a_service_is_watched_and_ends_is_set_by_the_environment(monkeypatch, name, value, taken):
    monkeypatch.setenv(f"DESPATCH_{name.upper()}", value)
    assert getattr(read_settings(), name) == taken


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("metrics", "yes", "'yes' is neither true nor false"),
        ("log_format", "xml", "'xml' is not one of text, json"),
        ("drain_seconds", "-1", "'-1' is too small: at least 0 is needed"),
        ("drain_seconds", "inf", "'inf' is not a number"),
        ("finish_seconds", "0", "'0' is too small: at least 1 is needed"),
        ("finish_seconds", "2.5", "'2.5' is not a whole number"),
    ],
)
def test_a_bad_one_of_these_is_named_with_its_variable(monkeypatch, name, value, reason):
    monkeypatch.setenv(f"DESPATCH_{name.upper()}", value)
    with pytest.raises(QueryError) as raised:
        read_settings()
    assert raised.value.reason == f"{reason} (set DESPATCH_{name.upper()} to another value)"
