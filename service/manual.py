"""The help texts of the command, each with examples that work."""

from __future__ import annotations

from typing import Final

from service.exits import MEANINGS

# A line with the character \b alone keeps the lines of its paragraph as they are.
_KEPT = "\b\n"


def _page(*paragraphs: str, examples: tuple[str, ...]) -> str:
    return "\n\n".join((*paragraphs, f"{_KEPT}Examples:\n" + "\n".join(f"  {line}" for line in examples)))


DESPATCH: Final = _page(
    "Ask in plain words what UK ministers have said in answers to written questions, and get the passage "
    "with its citation.",
    "Output is laid out for reading in a terminal, and is JSON when it is piped or with --json. "
    "NO_COLOR switches colours off. DESPATCH_DATA and DESPATCH_MODEL stand for --data and --model.",
    examples=(
        "despatch build seeds",
        'despatch search "security at asylum hotels"',
        "despatch show KEY",
        "despatch cite KEY --style member",
    ),
)

EXIT_CODES: Final = f"{_KEPT}Exit codes:\n" + "\n".join(
    f"  {code.value:>3}  {meaning}" for code, meaning in MEANINGS.items()
)

COMMANDS: Final = {
    "build": _page(
        "Read sources and index them.",
        "The index then holds exactly these sources, unless --add is given.",
        "A record that can't be read is left out and listed; with --strict the first one ends the build. "
        "Until the new index is whole, searches go on with the one before. A running `despatch serve` goes on "
        "with it until it is started again.",
        examples=(
            "despatch build seeds",
            "despatch build questions.jsonl.gz --data ./commons",
            "despatch build --add today.json",
            "curl -s URL | despatch build -",
        ),
    ),
    "search": _page(
        "Find what ministers have said, with citations.",
        "All filters must hold; repeat one for alternatives. Dates are YYYY-MM-DD and inclusive. "
        "Holding answers, pointers and bare refusals are left out unless --kind or --finding asks for them.",
        examples=(
            'despatch search "security at asylum hotels"',
            'despatch search "rural buses" --answering-body Transport --answered-from 2024-07-05',
            'despatch search "school swimming pools" --finding not_held',
            'echo "who pays for village halls?" | despatch search - --json',
        ),
    ),
    "serve": _page(
        "Serve the HTTP interface.",
        "It goes on with the index that is there when it starts. Ctrl-C stops it.",
        examples=("despatch serve", "despatch serve --data ./commons --port 8080"),
    ),
    "show": _page(
        "Print one whole answer, its passages numbered.",
        examples=("despatch show commons-2023-07-18-194793", "despatch show 1644331 --json"),
    ),
    "cite": _page(
        "Print the citation of an answer, ready to paste.",
        "Without --style, every form. With it, that form alone goes to standard output, and what must be "
        "known beside it, with the licence, to standard error.",
        examples=(
            "despatch cite commons-2023-07-18-194793",
            "despatch cite commons-2023-07-18-194793 --style member --paragraph 2",
            "despatch cite commons-2023-07-18-194793 --style bibtex >> answers.bib",
        ),
    ),
    "coverage": _page(
        "Print what is indexed and what is lacking.",
        examples=("despatch coverage", "despatch coverage --data ./commons --json"),
    ),
    "verify": _page(
        "Check an index from the ground.",
        "Hashes its files again, reads its records again from what was received, counts everything, and "
        "looks up each passage in its source.",
        examples=("despatch verify", "despatch verify --data ./commons || echo 'build it again'"),
    ),
    "upgrade": _page(
        "Bring an older index up to this version.",
        "It is rebuilt from the records it keeps: no source is asked again.",
        examples=("despatch upgrade --data ./commons",),
    ),
    "evaluate": _page(
        "Measure the ranking with judged questions.",
        "Prints one JSON object.",
        examples=("despatch evaluate --data ./commons --queries queries.jsonl --qrels qrels.txt",),
    ),
}
"""By name, in the order in which they are listed."""
