"""Errors as problem details: every class of error has its status, and none tells too much."""

import json
from collections.abc import Iterator

import pytest
from fastapi import Request

from retrieval import errors
from service.problems import STATUSES, Problem, problem_of

REQUEST = Request({"type": "http", "path": "/v1/söarch", "headers": [], "query_string": b"q=hidden"})

EXPECTED = {
    "DespatchError": 500,
    "ExtraMissing": 500,
    "SourceError": 500,
    "SourceNotFound": 500,
    "UnknownSource": 500,
    "MalformedRecord": 500,
    "ClippedRecord": 500,
    "ServiceError": 500,
    "ServiceUnreachable": 500,
    "UnexpectedResponse": 500,
    "FilterIgnored": 500,
    "BuildError": 500,
    "NothingToIndex": 500,
    "UnfaithfulPassage": 500,
    "PassageTooLong": 500,
    "ModelError": 503,
    "ModelNotFound": 503,
    "ModelChanged": 503,
    "SnapshotError": 503,
    "NoSnapshot": 503,
    "SnapshotDamaged": 503,
    "StoreDamaged": 503,
    "NoTemporaryFolder": 503,
    "OtherModel": 503,
    "OtherFormat": 503,
    "PublishFailed": 503,
    "StoreUnreachable": 503,
    "PackDamaged": 503,
    "DirectoryBusy": 503,
    "QueryError": 422,
    "UnknownName": 422,
    "NotAvailableYet": 501,
    "LibraryMissing": 500,
    "UnknownKey": 404,
    "NotAnswered": 404,
}


def tree(kind: type[errors.DespatchError]) -> Iterator[type[errors.DespatchError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from tree(below)


def test_no_error_is_forgotten_in_the_table():
    ours = {kind for kind in tree(errors.DespatchError) if kind.__module__ == errors.__name__}
    assert set(STATUSES) == ours
    assert {kind.__name__: int(status) for kind, status in STATUSES.items()} == EXPECTED


def test_an_error_that_is_not_in_the_table_has_its_familys_status():
    class Newer(errors.SnapshotError):
        """One more."""

    assert problem_of(REQUEST, Newer("x")).status == 503


def test_a_problem_names_its_kind_the_field_and_the_nearest_names():
    error = errors.UnknownName("party", "'Labuor' is not in what is indexed (nearest: Labour)", ("Labour",))
    assert json.loads(bytes(problem_of(REQUEST, error).response().body)) == {
        "type": "urn:despatch-box:problem:unknown-name",
        "title": "Unknown name",
        "status": 422,
        "detail": "party: 'Labuor' is not in what is indexed (nearest: Labour)",
        "instance": "/v1/s%C3%B6arch",
        "field": "party",
        "nearest": ["Labour"],
    }


def test_a_query_error_has_a_field_and_other_errors_have_none():
    assert problem_of(REQUEST, errors.QueryError("limit", "too many")).field == "limit"
    assert problem_of(REQUEST, errors.UnknownKey("x")).field is None


@pytest.mark.parametrize("error", [errors.OtherModel("none"), errors.ModelNotFound("none")])
def test_what_only_a_new_start_mends_is_not_said_to_pass_by_itself(error):
    found = problem_of(REQUEST, error)
    assert found.detail == "none. Then start the service again"
    assert "retry-after" not in found.response().headers


@pytest.mark.parametrize("error", [errors.NoSnapshot("none"), errors.SnapshotDamaged("none")])
def test_what_is_taken_up_by_itself_needs_no_new_start(error):
    assert problem_of(REQUEST, error).detail == "none"


@pytest.mark.parametrize("error", [errors.UnknownKey("k" * 100_000), errors.QueryError("q", "é" * 100_000)])
def test_a_long_message_is_cut_short(error):
    assert len(problem_of(REQUEST, error).detail) == 600


def test_a_long_path_is_cut_short_and_half_a_surrogate_pair_is_replaced():
    request = Request({"type": "http", "path": "/\ud800" + "x" * 5000, "headers": []})
    found = problem_of(request, errors.UnknownKey("x"))
    assert found.instance.startswith("/%3Fxxx")
    assert len(found.instance) == 200


def test_half_a_surrogate_pair_in_a_message_is_valid_json_again():
    found = Problem(type="t", title="T", status=422, detail="\ud800é", instance="/")
    body = bytes(found.response().body)
    assert body.isascii() is False
    assert json.loads(body)["detail"] == "\ud800é"
