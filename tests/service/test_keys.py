"""API keys: what is kept of them, who may read it, and the command that makes and removes them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import stat
import threading
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

from retrieval.errors import DirectoryBusy, PublishFailed, QueryError
from service import keys as keys_module
from service.keys import ApiKey, KeyFile, KeyRing, hash_of

if TYPE_CHECKING:
    from tests.service.conftest import Despatch

TODAY = date(2026, 11, 23)


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "data" / "keys.json")


def test_a_key_has_256_random_bits_and_no_two_are_alike(file: KeyFile):
    made = [file.add(f"reader-{number}", TODAY) for number in range(20)]
    # 43 characters of six bits hold 32 bytes.
    assert all(re.fullmatch(r"despatch_[A-Za-z0-9_-]{43}", key) for key in made)
    assert len(set(made)) == 20


def test_the_file_holds_the_hash_and_never_the_key(file: KeyFile):
    key = file.add("library", TODAY, 50)
    text = file.path.read_text("utf-8")
    assert key not in text
    assert key.removeprefix("despatch_") not in text
    digest = hashlib.sha256(key.encode()).hexdigest()
    assert json.loads(text) == {
        "keys": [{"name": "library", "sha256": digest, "made_on": "2026-11-23", "per_minute": 50}]
    }


def test_the_file_is_its_owners_alone_when_it_is_made_and_when_it_is_changed(file: KeyFile):
    file.add("library", TODAY)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    file.add("press", TODAY)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert [path.name for path in file.path.parent.iterdir() if path.suffix == ".part"] == []


def test_a_key_is_known_by_its_holder_and_no_other_text_is(file: KeyFile):
    key, other = file.add("library", TODAY).encode(), file.add("press", TODAY).encode()
    ring = file.ring()
    for presented, name in ((key, "library"), (other, "press")):
        holder = ring.holder(presented)
        assert holder is not None
        assert holder.name == name
    digest = hash_of(key).encode()
    assert [ring.holder(wrong) for wrong in (b"", key[:-1], key + b" ", key.upper(), digest, b"\xff")] == [None] * 6


def test_every_entry_is_compared_in_constant_time_even_after_one_that_fits(file: KeyFile, monkeypatch):
    keys = [file.add(name, TODAY) for name in ("first", "second", "third")]
    compared: list[tuple[str, str]] = []

    def watching(one: str, other: str) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(hmac, "compare_digest", watching)
    holder = file.ring().holder(keys[0].encode())
    assert holder is not None
    assert holder.name == "first"
    assert [one for one, _ in compared] == [hash_of(key.encode()) for key in keys]


def test_without_a_file_there_are_no_keys(file: KeyFile):
    assert file.ring() == KeyRing()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "its beginning: Invalid JSON"),
        ('{"keys": [{"name": "a"}]}', "keys.0.sha256: Field required"),
        ('{"keys": [{"name": "a", "sha256": "abc", "made_on": "2026-11-23"}]}', "keys.0.sha256: String should match"),
        ('{"keys": [], "more": 1}', "more: Extra inputs are not permitted"),
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused_by_name(file: KeyFile, content: str, told: str):
    file.path.parent.mkdir()
    file.path.write_text(content, "utf-8")
    with pytest.raises(QueryError) as raised:
        file.ring()
    assert raised.value.field == "keys_file"
    assert raised.value.reason.startswith(f"{file.path} is not as it was written ({told}")
    with pytest.raises(QueryError):
        file.add("library", TODAY)
    assert file.path.read_text("utf-8") == content


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_change_is_refused(file: KeyFile, mode: int):
    file.add("library", TODAY)
    file.path.chmod(mode)
    with pytest.raises(QueryError, match="can be changed by other users: look at it, then run `chmod 600"):
        file.ring()


def test_a_folder_in_the_place_of_the_file_can_not_be_read(file: KeyFile):
    file.path.mkdir(parents=True, mode=0o700)
    with pytest.raises(QueryError, match="can't be read"):
        file.ring()


def test_a_file_that_can_not_be_written_leaves_the_keys_as_they_were(file: KeyFile, tmp_path: Path, monkeypatch):
    file.add("library", TODAY)
    before = file.path.read_bytes()

    def full(*given: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keys_module, "replace_file", full)
    with pytest.raises(PublishFailed, match="No space left on device"):
        file.add("press", TODAY)
    assert file.path.read_bytes() == before
    (tmp_path / "no folder").write_text("a file")
    with pytest.raises(PublishFailed, match="could not be written"):
        KeyFile(tmp_path / "no folder" / "keys.json").add("library", TODAY)


def test_keys_made_at_once_are_all_kept(file: KeyFile):
    threads = [threading.Thread(target=file.add, args=(f"reader-{number}", TODAY)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {key.name for key in file.ring().keys} == {f"reader-{number}" for number in range(8)}


def test_a_file_that_another_command_is_changing_is_not_touched(file: KeyFile, monkeypatch):
    file.path.parent.mkdir()
    monkeypatch.setattr(keys_module, "_SECONDS_TO_WAIT", 0.0)
    with FileLock(file.path.with_name(".keys.json.lock")), pytest.raises(DirectoryBusy, match="by another command"):
        file.add("library", TODAY)
    assert not file.path.exists()


def test_a_removed_key_is_known_no_more_and_the_others_are(file: KeyFile):
    gone, left = file.add("library", TODAY).encode(), file.add("press", TODAY).encode()
    file.remove("library")
    assert file.ring().holder(gone) is None
    assert file.ring().holder(left) == ApiKey("press", hash_of(left), TODAY)


def test_the_command_makes_a_key_lists_it_without_it_and_removes_it(despatch: Despatch, tmp_path: Path):
    data = ("--data", tmp_path / "new")
    made = despatch("keys", "add", "library", *data)
    assert made.code == 0, made.err
    key, path = made.json["key"], tmp_path / "new" / "keys.json"
    assert made.json == {"name": "library", "key": key, "file": str(path)}
    assert despatch("keys", "add", "press", "--per-minute", "0", *data).code == 0
    listed = despatch("keys", *data)
    assert str(key) not in listed.out
    keys = listed.json["keys"]
    assert isinstance(keys, list)
    assert [(one["name"], one["per_minute"]) for one in keys] == [("library", None), ("press", 0)]
    assert despatch("keys", "remove", "library", *data).json == {"name": "library", "removed": True}
    assert [one.name for one in KeyFile(path).ring().keys] == ["press"]


def test_in_a_terminal_a_key_is_shown_once_with_what_to_do_with_it(despatch: Despatch, tmp_path: Path):
    at = ("--keys-file", tmp_path / "elsewhere.json")
    told = despatch("keys", "add", "front-page", "--per-minute", "6000", *at, terminal=True, width=200).out
    assert len(re.findall(r"despatch_[\w-]{43}", told)) == 1
    assert "Keep it now: only its hash is kept here, and it is never shown again." in told
    assert despatch("keys", "add", "free", "--per-minute", "0", *at).code == 0
    assert despatch("keys", "add", "plain", *at).code == 0
    listed = despatch("keys", *at, terminal=True, width=200).out
    assert re.search(r"front-page +made on \d{4}-\d\d-\d\d, 6,000 units a minute", listed)
    assert re.search(r"free +made on \d{4}-\d\d-\d\d, without limit", listed)
    assert re.search(r"plain +made on \d{4}-\d\d-\d\d *\n", listed)
    for name in ("front-page", "free", "plain"):
        removed = despatch("keys", "remove", name, *at, terminal=True, width=200).out
        assert f"{name} has no key any more. A service that runs refuses it from now on." in removed
    assert "To make one: despatch keys add NAME" in despatch("keys", *at, terminal=True, width=200).out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("mend",), "action: 'mend' is not one: there is list, add, remove"),
        (("add",), "name: it is missing: say whose key, as in `despatch keys add library`"),
        (("add", "two words"), "name: 'two words' can't be a name"),
        (("add", "x" * 41), "can't be a name"),
        (("add", "press", "--per-minute", "many"), "--per-minute: 'many' is not a whole number"),
        (("add", "library"), "name: 'library' has a key already"),
        (("list", "library"), "name: a list is of all keys"),
        (("remove", "libary"), "name: 'libary' has no key: did you mean library?"),
        (("remove", "zzz"), "name: 'zzz' has no key: `despatch keys` lists those there are"),
        (("remove", "library", "--per-minute", "1"), "--per-minute: it is for a new key alone"),
    ],
)
def test_a_mistake_is_told_and_changes_nothing(despatch: Despatch, tmp_path: Path, arguments, told: str):
    assert despatch("keys", "add", "library", "--data", tmp_path).code == 0
    before = (tmp_path / "keys.json").read_bytes()
    found = despatch("keys", *arguments, "--data", tmp_path)
    assert (found.code, found.out) == (2, "")
    assert told in found.err
    assert (tmp_path / "keys.json").read_bytes() == before
