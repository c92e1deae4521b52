"""`despatch sync` and `despatch members`, against a server on loopback that speaks Parliament's contract.

Every record there is invented.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.errors import ModelNotFound, ServiceUnreachable, UnknownName
from retrieval.models import DEFAULT_MODEL, STOCK_MODEL, WEIGHTS_SHA256
from service.bodies import body_ids
from service.cli import make_app, run
from service.running import Session
from service.terminal import Terminal
from tests.conftest import ToyEncoder
from tests.replay.invented import one_of_each, question, statement, unanswered
from tests.replay.server import ReplayServer

if TYPE_CHECKING:
    from tests.service.conftest import Despatch, Run

ROOT = Path(__file__).parents[2]
PATH = "/writtenquestions/questions"
FAST = ("--requests-per-second", "500", "--model", "toy")

Sync = Callable[..., "Run"]


@pytest.fixture
def server() -> Iterator[ReplayServer]:
    with ReplayServer(one_of_each(), statements=[statement(50)]) as started:
        yield started


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "d"


@pytest.fixture
def sync(despatch: Despatch, server: ReplayServer, data: Path) -> Sync:
    def ran(*options: object, terminal: bool = False) -> Run:
        at = ("--api-url", server.url, "--members-url", server.members_url)
        return despatch("sync", "--data", data, *at, *FAST, *options, terminal=terminal)

    return ran


def names(served: object) -> list[str]:
    assert isinstance(served, dict)
    return [hit["key"] for hit in served["hits"]]


def sent(server: ReplayServer, name: str) -> set[str]:
    return {value for asked in server.requests for value in asked.query.get(name, ())}


def test_a_first_sync_says_what_it_takes_fetches_and_makes_it_searchable(sync: Sync, despatch: Despatch, data: Path):
    told = sync("--from", "2026-06-01")
    assert told.code == 0, told.err
    wanted = {"added": 12, "changed": 0, "removed": 0, "unanswered": 1, "holding": 1, "failed": [], "vanished": 0}
    assert {name: told.json[name] for name in wanted} == wanted
    assert told.err.startswith("To do: about ")
    assert "less than a minute, and about 1 MB of disk.\nIt can be stopped with Ctrl-C at any time" in told.err
    found = despatch("search", "how many invented bridges cross river 2", "--data", data, "--model", "toy").json
    assert names(found)[0] == "lords-2026-06-03-hl2"


def test_a_second_sync_needs_no_days_and_tells_what_changed(sync: Sync, server: ReplayServer):
    sync("--from", "2026-06-01")
    assert sync().json["added"] == 0
    server.put(question(30))
    server.answer(3, "<p>Three invented lanterns.</p>", "2026-11-20")
    server.correct(1, "<p>The Department lit 99 invented lanterns.</p>", "2026-11-20")
    server.withdraw(2)
    told = sync("--json", terminal=True).json
    counts = ("added", "changed", "corrected", "removed", "unanswered")
    assert {name: told[name] for name in counts} == dict(zip(counts, (2, 1, 1, 1, 0), strict=True))


def test_an_index_of_another_model_is_refused_before_parliament_is_asked_anything(
    sync: Sync, server: ReplayServer, data: Path
):
    sync("--from", "2026-06-01")
    server.put(question(30))
    asked = len(server.requests)
    told = sync("--model", "another")
    assert told.code == 3
    assert f"run `despatch upgrade --data {data} --model another`" in told.err
    assert len(server.requests) == asked
    assert sync().json["added"] == 1


def test_a_model_whose_published_weights_made_the_index_is_not_loaded_to_see_that(data: Path, small_source: str):
    class Published(ToyEncoder):
        identity = replace(ToyEncoder().identity, name=DEFAULT_MODEL, weights_sha256=WEIGHTS_SHA256[DEFAULT_MODEL])

    def load(name: str) -> Encoder:
        raise ModelNotFound(name)

    build([small_source], data, Published())
    out = Terminal(io.StringIO(), terminal=False)
    Session(load, out, out).check_model(DEFAULT_MODEL, data)
    with pytest.raises(ModelNotFound):
        Session(load, out, out).check_model(STOCK_MODEL, data)


def test_a_quick_sync_leaves_out_the_walk_that_finds_withdrawals(sync: Sync, server: ReplayServer):
    sync("--from", "2026-06-01")
    server.withdraw(2)
    assert sync("--quick").json["removed"] == 0
    assert sync().json["removed"] == 1


def test_a_summary_in_a_terminal_names_the_directory_and_what_failed(
    sync: Sync, server: ReplayServer, data: Path, despatch: Despatch
):
    server.put(question(90, answerText="<p>Broken</p>", questionText=None))
    told = sync("--from", "2026-06-01", terminal=True)
    assert told.code == 0
    assert "12 added, 0 changed (of these 0 corrected), 0 removed." in told.out
    assert "Failed: answer 90: " in told.out
    assert f"See what is still missing: despatch coverage --data {data}" in told.out
    shown = despatch("coverage", "--data", data, terminal=True, width=120).out
    assert "Commons questions of June 2026: some records could not be fetched." in shown


def test_a_sync_asks_members_and_takes_their_posts_into_the_answers(sync: Sync, despatch: Despatch, data: Path):
    assert sync("--from", "2026-06-01", "--no-members").json["members_asked"] == 0
    assert despatch("show", "1", "--data", data).json["from_register"] == []
    told = sync()
    assert told.json["members_asked"] == 12
    shown = despatch("show", "1", "--data", data).json
    assert shown["from_register"] == ["answerer.post"]
    assert isinstance(shown["minister"], dict)
    assert shown["minister"]["post"] == "Invented Secretary of State 900101"
    assert shown["snapshot"] == told.json["snapshot"]


def test_a_members_service_that_is_not_there_is_told_after_the_records_are_in_place(
    despatch: Despatch, server: ReplayServer, data: Path
):
    at = ("--api-url", server.url, "--members-url", f"{server.url}{PATH}?members=")
    told = despatch("sync", "--data", data, *at, *FAST, "--from", "2026-06-01")
    assert told.code == 6
    assert told.json["added"] == 12
    assert told.json["members_trouble"] is not None
    assert f"despatch: {told.json['members_trouble']}\n" in told.err
    assert despatch("show", "1", "--data", data).code == 0


def test_a_register_that_was_broken_off_before_it_was_published_is_published_next_time(
    sync: Sync, despatch: Despatch, data: Path, tmp_path: Path
):
    sync("--from", "2026-06-01")
    register = (data / "members.json").read_bytes()
    other = tmp_path / "other"
    (tmp_path / "d").rename(other)
    sync("--from", "2026-06-01", "--no-members")
    (data / "members.json").write_bytes(register)
    assert sync("--no-members").json["snapshot"] == despatch("coverage", "--data", data).json["snapshot"]
    assert despatch("show", "1", "--data", data).json["from_register"] == ["answerer.post"]


def test_only_the_house_and_body_asked_for_are_fetched(sync: Sync, despatch: Despatch, data: Path):
    told = sync("--from", "2026-06-01", "--house", "lords", "--no-statements")
    assert told.json["added"] == 1
    shown = despatch("coverage", "--data", data, terminal=True, width=120).out
    assert "What may be missing, compared with Parliament's lists on or after" in shown
    assert "Commons questions: not asked for." in shown
    assert sync("--from", "2026-06-01", "--answering-body", "900202", "--no-statements").json["added"] == 5


def test_months_are_whole_and_this_one_comes_beside_them(sync: Sync, server: ReplayServer):
    today = datetime.now(UTC).date()
    first = f"{today.year - (today.month == 1)}-{(today.month - 2) % 12 + 1:02}-01"
    sync("--months", "1")
    assert min(sent(server, "tabledWhenFrom")) == first


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "--from: say from when, as nothing was fetched here before: add --months 1 or --from DATE"),
        (["--from", "1 June"], "--from: '1 June' is not a date: write it as YYYY-MM-DD"),
        (["--from", "2026-02-30"], "--from: '2026-02-30' is not a date that exists"),
        (["--from", "2026-06-01", "--months", "1"], "--months: is given with --from"),
        (["--months", "0"], "--months: 0 is not between 1 and 1,200"),
        (["--months", "many"], "--months: 'many' is not a whole number"),
        (["--months", "1", "--house", "Upper"], "--house: 'Upper' is no House: use Commons or Lords"),
        (
            ["--months", "1", "--answering-body", "Ministry of Magic"],
            "--answering-body: 'Ministry of Magic' is no body whose id is known: did you mean Ministry of Justice or",
        ),
        (["--months", "1", "--keep", "0"], "--keep: 0 is not between 1 and 1,000"),
        (["--months", "1", "--requests-per-second", "0"], "--requests-per-second: is 0, and must be above 0"),
        (["--months", "1", "--api-url", "parliament"], "--api-url: 'parliament' is no address on the web"),
    ],
)
def test_a_slip_in_an_option_is_told_by_its_name_before_anything_is_asked(
    sync: Sync, server: ReplayServer, options: list[str], told: str
):
    done = sync(*options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"despatch: {told}")
    assert server.requests == []


def test_a_body_is_known_by_its_name_or_abbreviation(sync: Sync, server: ReplayServer):
    sync("--months", "1", "--answering-body", "home office", "--answering-body", "MoD")
    assert sent(server, "answeringBodies") == {"1", "11"}


def test_a_body_is_known_by_words_that_no_other_has(sync: Sync, server: ReplayServer):
    assert sync("--months", "1", "--answering-body", "transport").code == 0
    assert sent(server, "answeringBodies") == {"27"}
    told = sync("--months", "1", "--answering-body", "Business")
    assert told.code == 2
    assert "'Business' could be Department for Business and Trade; " in told.err


def test_a_name_of_nothing_is_told_to_be_given_by_id():
    with pytest.raises(UnknownName, match="give its id in the API instead") as told:
        body_ids(["xyzzy"])
    assert told.value.nearest == ()


def test_a_slip_in_one_word_of_a_body_is_told_the_nearest():
    with pytest.raises(UnknownName) as told:
        body_ids(["transprt"])
    assert told.value.nearest[0] == "Department for Transport"


def test_a_call_that_is_tried_again_is_said_once(sync: Sync, server: ReplayServer):
    server.fail_next("500", times=1)
    told = sync("--months", "1")
    assert told.code == 0
    assert told.err.count("Parliament's service does not answer as it should; trying again (2 of 6)\n") == 1


def test_a_service_that_is_down_is_told_with_its_cause_first(despatch: Despatch, data: Path):
    err = io.StringIO()
    screen = Terminal(err, terminal=False)
    error = ServiceUnreachable("Parliament's service at example.org did not answer")

    def down(name: str) -> Encoder:
        raise error

    assert run(make_app(down, screen, screen), ["build", "-", "--data", str(data)], screen) == 6
    assert err.getvalue() == (
        "despatch: Parliament's service at example.org did not answer\n"
        "despatch: run the same command again later: it goes on where it was\n"
    )


def test_a_service_that_can_not_be_used_has_an_exit_code_of_its_own(
    despatch: Despatch, server: ReplayServer, data: Path
):
    done = despatch("sync", "--data", data, "--api-url", f"{server.url}/nowhere", *FAST, "--months", "1")
    assert (done.code, done.out) == (6, "")
    assert "there is no list at 127.0.0.1 (status 404): check the address of the service" in done.err


def test_another_sync_in_the_same_directory_is_told_to_wait(sync: Sync, data: Path):
    from filelock import FileLock

    data.mkdir()
    with FileLock(data / ".sync.lock"):
        done = sync("--months", "1")
    assert done.code == 7
    assert f"another sync is at work in {data}" in done.err


def test_ctrl_c_says_that_what_was_fetched_is_kept_and_the_same_command_goes_on(
    server: ReplayServer, data: Path, toy_encoder: Encoder, sync: Sync
):
    def interrupted(name: str) -> Encoder:
        raise KeyboardInterrupt

    err = io.StringIO()
    screen = Terminal(err, terminal=False)
    app = make_app(interrupted, Terminal(io.StringIO(), terminal=False), screen)
    line = ["sync", "--data", str(data), "--api-url", server.url, "--from", "2026-06-01", "--no-members", *FAST]
    assert run(app, line, screen) == 130
    assert err.getvalue().endswith(f"Stopped; what was fetched is kept in {data}. Run the same command to go on.\n")
    asked = len([one for one in server.requests if one.path.startswith(f"/api{PATH}/")])
    assert asked == 11
    assert sync("--from", "2026-06-01", "--no-members").json["added"] == 12
    assert len([one for one in server.requests if one.path.startswith(f"/api{PATH}/")]) == asked


PROGRAM = """
import sys
from service.cli import make_app, run
from service.terminal import Terminal
from tests.conftest import ToyEncoder
err = Terminal(sys.stderr)
sys.exit(run(make_app(lambda name: ToyEncoder(), Terminal(sys.stdout), err), sys.argv[1:], err))
"""


def test_a_real_ctrl_c_during_the_fetching_is_quiet_and_loses_nothing(server: ReplayServer, data: Path, sync: Sync):
    for number in range(100, 160):
        server.put(question(number))
    line = ["sync", "--data", str(data), "--api-url", server.url, "--from", "2026-06-01", "--no-members"]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *line, "--requests-per-second", "60"],
        cwd=ROOT,
        # Not measured: a signal can leave the lock of what measures coverage taken.
        env={**{name: value for name, value in os.environ.items() if "COVERAGE" not in name}, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            while not any(one.path.startswith(f"/api{PATH}/1") for one in server.requests):
                assert process.poll() is None
                time.sleep(0.001)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, out) == (130, "")
    assert err.endswith(f"Stopped; what was fetched is kept in {data}. Run the same command to go on.\n")
    assert "Traceback" not in err
    assert sync("--from", "2026-06-01", "--no-members").json["snapshot"]
    single = [one.path for one in server.requests if one.path.startswith(f"/api{PATH}/")]
    assert len(set(single)) == 71
    assert len(single) <= 71 + 4


def test_a_contact_is_part_of_who_asks(sync: Sync, server: ReplayServer):
    sync("--months", "1", "--contact", "library@example.org")
    agents = {asked.headers["user-agent"] for asked in server.requests}
    assert len(agents) == 1
    assert agents.pop().endswith(" (+library@example.org)")


# members


PEOPLE = {
    "persons": [
        {
            "id": "uk.org.publicwhip/person/1",
            "identifiers": [{"scheme": "datadotparl_id", "identifier": "900101"}],
            "other_names": [{"note": "Main", "given_name": "Dee", "family_name": "Pretend"}],
        }
    ],
    "organizations": [{"id": "amber", "name": "Invented Amber Party", "classification": "party"}],
    "posts": [
        {"id": "uk.org.publicwhip/cons/1", "organization_id": "house-of-commons", "area": {"name": "Invented North"}}
    ],
    "memberships": [
        {
            "id": "uk.org.publicwhip/member/1",
            "person_id": "uk.org.publicwhip/person/1",
            "post_id": "uk.org.publicwhip/cons/1",
            "on_behalf_of_id": "amber",
            "start_date": "2019-12-12",
        }
    ],
}


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """Give a file on one invented Member, in the shape of parlparse's."""
    path = tmp_path / "people.json"
    path.write_text(json.dumps(PEOPLE), encoding="utf-8")
    return path


def test_files_on_members_fill_in_what_the_source_does_not_give(
    despatch: Despatch, data: Path, tmp_path: Path, people: Path
):
    source = tmp_path / "q.json"
    source.write_text(json.dumps(question(1)), encoding="utf-8")
    assert despatch("build", source, "--data", data, "--model", "toy").code == 0
    assert despatch("search", "lanterns", "--minister", "Dee Pretend", "--data", data, "--model", "toy").code == 2
    told = despatch("members", people, "--as-of", "2026-11-21", "--data", data, "--model", "toy")
    assert (told.code, told.json) == (0, {"read": 1, "members": 1}), told.err
    shown = despatch("show", "1", "--data", data).json
    wanted = {"id": 900101, "name": "Dee Pretend", "party": "Invented Amber Party", "seat": "Invented North"}
    assert shown["minister"] == {**wanted, "post": None}
    assert shown["from_register"] == ["answerer.name", "answerer.party", "answerer.seat"]
    asked = ("search", "lanterns lit in district 1", "--minister", "Dee Pretend", "--data", data, "--model", "toy")
    assert names(despatch(*asked).json) == ["commons-2026-06-02-1"]


def test_a_file_speaks_for_the_days_up_to_the_one_it_was_saved_on(
    despatch: Despatch, data: Path, tmp_path: Path, people: Path
):
    source = tmp_path / "q.json"
    source.write_text(json.dumps(question(1)), encoding="utf-8")
    despatch("build", source, "--data", data, "--model", "toy")
    parties = []
    for day in ("2026-06-08", "2026-06-09"):
        assert despatch("members", people, "--as-of", day, "--data", data, "--model", "toy").code == 0
        minister = despatch("show", "1", "--data", data).json["minister"]
        assert isinstance(minister, dict)
        parties.append((minister["party"], minister["seat"]))
    # The answer was given on 9 June 2026.
    assert parties == [(None, None), ("Invented Amber Party", "Invented North")]
    slip = despatch("members", people, "--as-of", "9 June", "--data", data)
    assert slip.err == "despatch: --as-of: '9 June' is not a date: write it as YYYY-MM-DD\n"


def test_a_file_that_holds_nobody_is_told_before_the_model_is_loaded(despatch: Despatch, data: Path, tmp_path: Path):
    nobody = tmp_path / "people.json"
    nobody.write_text(json.dumps({"persons": [], "organizations": [], "posts": [], "memberships": []}), "utf-8")
    told = despatch("members", nobody, "--data", data, "--model", "none-such")
    assert told.code == 4
    assert told.err.startswith(f"despatch: {nobody}: it holds nobody: give files of the Members service")
    assert not (data / "members.json").exists()


def test_files_on_members_can_come_before_any_answer(despatch: Despatch, data: Path, people: Path):
    told = despatch("members", people, "--data", data, "--model", "toy", terminal=True)
    assert told.out == "The register now has 1 Member; 1 was in the files.\n"


def test_a_file_that_tells_nothing_of_members_is_refused_by_name(despatch: Despatch, data: Path, tmp_path: Path):
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")
    told = despatch("members", other, "--data", data)
    assert told.code == 4
    assert str(other) in told.err


def test_a_question_without_an_answer_is_kept_and_not_shown(sync: Sync, server: ReplayServer, despatch: Despatch):
    server.put(unanswered(70))
    told = sync("--from", "2026-06-01")
    assert told.json["unanswered"] == 2


def test_what_came_with_a_pack_is_not_fetched_again(
    sync: Sync, despatch: Despatch, server: ReplayServer, data: Path, tmp_path: Path
):
    sync("--from", "2026-06-01")
    despatch("pack", tmp_path / "pack", "--data", data)
    other = tmp_path / "other"
    despatch("unpack", tmp_path / "pack", "--data", other)
    at = ("--api-url", server.url, "--members-url", server.members_url)
    assert despatch("sync", "--data", other, *at, *FAST).code == 2
    told = despatch("sync", "--data", other, *at, *FAST, "--from", "2026-06-01").json
    # The one holding answer is asked for again, as always.
    assert (told["fetched"], told["members_asked"], told["added"], told["changed"]) == (1, 0, 0, 0)
