"""Many copies of one question to one record, and records to what is indexed of them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import IntEnum

from retrieval.questions import addressee
from retrieval.received import Held
from retrieval.records import AnswerKind, Genre, Provenance, Record, folded
from retrieval.sources import Received
from retrieval.status import classify

# Parliament's own data before its own page, and both before anyone's copy of them.
_AUTHORITY = {"parliament-api": 2, "parliament-statements": 2, "official-page": 1}


class Standing(IntEnum):
    """How a copy of a record came into this build."""

    HELD = 0
    READ = 1
    FETCHED = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """One copy of one question or statement.

    Attributes:
        received: The copy as its source gave it.
        record: What was read from that, without what the member register adds.
        standing: A copy fetched just now is the source's present word: it replaces what was held of the same
            source, whatever it says.
        copies: Where other copies of it were read.
        earlier: What the same source gave before, where its text was another, oldest first.
        other_ids: The API's ids of it that only the other copies have.
    """

    received: Received
    record: Record
    standing: Standing = Standing.READ
    copies: tuple[Provenance, ...] = ()
    earlier: tuple[Received, ...] = ()
    other_ids: frozenset[int] = frozenset()

    @property
    def api_ids(self) -> frozenset[int]:
        """Every id that the API has for it, as far as any copy tells."""
        return self.other_ids | ({self.record.api_id} if self.record.api_id is not None else frozenset())

    @property
    def names(self) -> frozenset[str]:
        """Every name that it is known by: its key, and each id."""
        ids = {f"id-{number}" for number in self.api_ids}
        if self.record.statement_id is not None:
            ids.add(f"statement-{self.record.statement_id}")
        return frozenset({self.record.key, *ids})

    @property
    def mark(self) -> bytes:
        """Names the reader and the bytes received: what is worked out of two with one mark is the same."""
        return mark_of(self.received)


@dataclass(frozen=True, slots=True)
class Gathered:
    """One record a question.

    Attributes:
        kept: In the order of their keys.
        repeated: How many copies were not kept.
        redirects: From a key that a question had in an earlier or another copy, to its key now.
        tombstones: Names of what was withdrawn: no copy but one that the source gives again brings it back.
        disputed: Keys that two questions with different ids claim; the one with the higher id has it.
        set_aside: What was held and this version can't read: kept as it is for one that can.
    """

    kept: tuple[Candidate, ...]
    repeated: int
    redirects: dict[str, str]
    tombstones: frozenset[str] = frozenset()
    disputed: tuple[str, ...] = ()
    set_aside: tuple[Held, ...] = ()


def mark_of(received: Received) -> bytes:
    """Return the first 16 bytes of the SHA-256 of the reader's name and the bytes it reads."""
    return hashlib.sha256(received.reader.encode() + b"\0" + received.raw).digest()[:16]


def gather(
    candidates: Iterable[Candidate],
    withdrawn: frozenset[str] = frozenset(),
    redirects: Mapping[str, str] | None = None,
    tombstones: frozenset[str] = frozenset(),
) -> Gathered:
    """Keep one copy a question, whatever the order in which they were read.

    A copy fetched just now replaces what was held from the same source, and a copy fetched before stands against a
    file of the same source that tells of nothing since. Among others, the one that is answered is kept; then
    Parliament's own, data or page, before anyone else's copy; then the one corrected last; then one that answers
    before one that only holds the answer back; then Parliament's data before its page; then the one answered last;
    then the one that knows more facts; then the one read last.

    Args:
        candidates: Copies in the order they were read; the same question has the same id of the API, or the same
            key and no other id. A copy without UIN and id is one with the only question that has its words and day.
        withdrawn: Names, as in `Candidate.names`, of what is no longer to be had.
        redirects: Those known before.
        tombstones: Names of what was withdrawn before; a copy fetched just now is there again.
    """
    kept, read, there_again = _Kept(redirects or {}), 0, set[str]()
    for candidate in candidates:
        read += 1
        if candidate.standing is Standing.FETCHED:
            there_again |= candidate.names
        kept.take(candidate)
    kept.join_unnumbered()
    gone = withdrawn | (tombstones - there_again)
    left = [one for one in kept.all() if not one.names & gone]
    buried = gone.union(*(one.names for one in kept.all() if one.names & gone))
    chosen, disputed = _one_a_key(left)
    keys = {one.record.key for one in chosen}
    repeated = read - len(kept.all())
    return Gathered(tuple(chosen), repeated, _redirects(kept.renamed, keys), buried - keys, tuple(disputed))


def _one_a_key(candidates: Iterable[Candidate]) -> tuple[list[Candidate], list[str]]:
    """Return the candidates in the order of their keys, and the keys that two of them claim."""
    by_key: dict[str, Candidate] = {}
    disputed: list[str] = []
    for candidate in candidates:
        key = candidate.record.key
        claimants = [candidate, *([by_key[key]] if key in by_key else [])]
        if len(claimants) > 1:
            disputed.append(key)
        by_key[key] = max(claimants, key=lambda one: one.record.api_id or 0)
    return [by_key[key] for key in sorted(by_key)], sorted(set(disputed))


class _Kept:
    """The copies kept so far, found again by any of their names."""

    def __init__(self, renamed: Mapping[str, str]) -> None:
        self._candidates: dict[int, Candidate] = {}
        self._place: dict[str | tuple[str, int], int] = {}
        self._next = 0
        self.renamed = dict(renamed)

    def all(self) -> list[Candidate]:
        return list(self._candidates.values())

    def take(self, candidate: Candidate) -> None:
        """Keep a copy, or the best of it and its rivals, which are joined to it."""
        rivals = {
            place
            for name in _names(candidate)
            if (place := self._found(name, candidate)) is not None and _may_be_one(candidate, self._candidates[place])
        }
        self._put(_best([*(self._dropped(place) for place in sorted(rivals)), candidate], self.renamed))

    def join_unnumbered(self) -> None:
        """Join each copy without a number to the one question that has its words and its day, if it is one."""
        by_words: defaultdict[tuple[str, date], list[int]] = defaultdict(list)
        unnumbered: list[tuple[int, tuple[str, date]]] = []
        for place, candidate in self._candidates.items():
            record = candidate.record
            if record.genre is not Genre.ANSWER or record.answered is None:
                continue
            words = (folded(record.question), record.answered)
            if record.uin is None and record.api_id is None:
                unnumbered.append((place, words))
            else:
                by_words[words].append(place)
        for place, words in unnumbered:
            numbered = by_words.get(words, [])
            if len(numbered) == 1 and numbered[0] in self._candidates:
                pair = [self._dropped(place), self._dropped(numbered[0])]
                by_words[words] = [self._put(_best(pair, self.renamed))]

    def _found(self, name: str | tuple[str, int], candidate: Candidate) -> int | None:
        """Return the place of a name; for a copy without an id, a key that was given up leads on to its successor."""
        seen: set[object] = set()
        while not candidate.api_ids and name not in self._place and isinstance(name, str) and name in self.renamed:
            if name in seen:
                break
            seen.add(name)
            name = self.renamed[name]
        return self._place.get(name)

    def _put(self, candidate: Candidate) -> int:
        place = self._next
        self._next += 1
        self._candidates[place] = candidate
        self._place.update(dict.fromkeys(_names(candidate), place))
        return place

    def _dropped(self, place: int) -> Candidate:
        candidate = self._candidates.pop(place)
        for name in _names(candidate):
            if self._place.get(name) == place:  # Another question may have taken the name since.
                del self._place[name]
        return candidate


def _may_be_one(one: Candidate, other: Candidate) -> bool:
    """Whether two copies can be of one question: what has two ids of the API is two, whatever else is the same."""
    return not (one.api_ids and other.api_ids) or bool(one.api_ids & other.api_ids)


def _names(candidate: Candidate) -> list[str | tuple[str, int]]:
    record = candidate.record
    names: list[str | tuple[str, int]] = [record.key, *(("question", number) for number in candidate.api_ids)]
    if record.statement_id is not None:
        names.append(("statement", record.statement_id))
    return names


def _best(rivals: list[Candidate], renamed: dict[str, str]) -> Candidate:
    """Return the best of the copies of one question, with what the others add; the later read wins a tie."""
    best = rivals[0]
    for rival in rivals[1:]:
        if rival.mark == best.mark and rival.standing is not Standing.HELD:
            # Nothing new: the copy that is held keeps the day on which it was first read.
            best = _joined(best, rival)
            continue
        better, other = (rival, best) if _beats(rival, best) else (best, rival)
        if other.record.key != better.record.key:
            renamed[other.record.key] = better.record.key
        best = _joined(better, other)
    return best


def _joined(best: Candidate, other: Candidate) -> Candidate:
    """Return the copy that is kept, with what another one adds."""
    # An id of its own is enough to find it by; another one under the same key is another question's.
    other_ids = best.api_ids | other.api_ids if best.record.api_id is None else frozenset[int]()
    return replace(best, copies=_copies(best, other), earlier=_earlier(best, other), other_ids=other_ids)


def _beats(later: Candidate, before: Candidate) -> bool:
    if later.received.reader == before.received.reader:
        if Standing.FETCHED in (later.standing, before.standing):
            return later.standing is Standing.FETCHED
        if _was_fetched(before) and not _was_fetched(later):
            return _tells_of(later) >= before.received.provenance.read_on and _precedence(later) >= _precedence(before)
        if _was_fetched(later) and not _was_fetched(before):
            return not _beats(before, later)
    return _precedence(later) >= _precedence(before)


def _was_fetched(candidate: Candidate) -> bool:
    """Whether a copy came from the service itself: its source is then the address that it was fetched from."""
    return candidate.received.provenance.source.startswith(("https://", "http://"))


def _tells_of(candidate: Candidate) -> date:
    """Return the latest day that a copy knows of."""
    return max(candidate.record.corrected or date.min, candidate.record.answered or date.min)


def _precedence(candidate: Candidate) -> tuple[bool, bool, date, bool, int, date, int]:
    record, authority = candidate.record, _AUTHORITY.get(candidate.received.reader, 0)
    facts = (record.uin, record.tabled, record.answered, record.answering_body, record.heading, record.house)
    return (
        record.is_answered,
        # What anyone else says of an answer, even that it was corrected, never stands before Parliament's own word.
        authority > 0,
        record.corrected or date.min,
        classify(record).kind is not AnswerKind.HOLDING,
        authority,
        record.answered or date.min,
        sum(fact is not None for fact in facts),
    )


def _copies(best: Candidate, other: Candidate) -> tuple[Provenance, ...]:
    """Return where the copies that are not kept were read: each source once, with the last day."""
    mine = best.received.provenance
    found: dict[tuple[str, str], Provenance] = {}
    for one in (*best.copies, *other.copies, other.received.provenance):
        name = (one.reader, one.source)
        if name != (mine.reader, mine.source) and (name not in found or found[name].read_on <= one.read_on):
            found[name] = one
    return tuple(found[name] for name in sorted(found))


def _earlier(best: Candidate, other: Candidate) -> tuple[Received, ...]:
    """Return the texts that the source of the kept copy gave before, oldest first, each once."""
    found = {mark_of(received): received for received in (*other.earlier, *best.earlier)}
    same_source = other.received.reader == best.received.reader
    if same_source and other.record.is_answered and _text(other.record) != _text(best.record):
        found.setdefault(other.mark, other.received)
    found.pop(best.mark, None)
    texts = (received for received in found.values() if received.reader == best.received.reader)
    # What was held was read before what is read or fetched now; copies that are read together have no order.
    together = best.standing is other.standing is Standing.READ
    by_mark = sorted(texts, key=lambda received: mark_of(received) if together else b"")
    return tuple(sorted(by_mark, key=lambda received: received.provenance.read_on))


def _text(record: Record) -> str:
    return folded(record.answer_text)


def _redirects(renamed: dict[str, str], keys: set[str]) -> dict[str, str]:
    """Return where each old key leads in the end; a key that is in use again leads nowhere."""
    found: dict[str, str] = {}
    for old, first in renamed.items():
        new, seen = first, {old}
        while new not in keys and new in renamed and new not in seen:
            seen.add(new)
            new = renamed[new]
        if new in keys and old not in keys:
            found[old] = new
    return found


def answer_name(record: Record) -> bytes:
    """Return what the records of one answer have in common: the clean text and the answering body, hashed.

    Where the source gives no body, the minister whom the question is put to stands in for it, so that the same
    stock words from two departments stay two answers; where the question does not tell that either, as in the
    Lords, the member who answered; and where nothing tells, the record is alone.
    """
    office = addressee(record.question)
    answerer = record.answerer
    if record.answering_body or record.answering_body_id:
        body = f"body {record.answering_body or record.answering_body_id}"
    elif office and not office.endswith("majesty's government"):
        body = f"put to {office}"
    elif answerer and (answerer.id or answerer.name):
        body = f"answered by {answerer.id or answerer.name}"
    else:
        body = f"alone {record.key}"
    return hashlib.sha256(f"{body}\0{folded(record.answer_text)}".encode("utf-8", "surrogatepass")).digest()


def in_date_order(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Order by date answered, the undated last, so that a span of dates is one range of rows."""
    return sorted(
        candidates,
        key=lambda one: (
            one.record.answered is None,
            one.record.answered.isoformat() if one.record.answered else "",
            one.record.key,
        ),
    )


def answer_groups(records: Iterable[Record]) -> Iterator[int]:
    """Yield for each record a number that it shares with those of the same answer, from 0 in their order."""
    numbers: dict[bytes, int] = {}
    for record in records:
        yield numbers.setdefault(answer_name(record), len(numbers))
