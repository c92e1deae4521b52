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
        "despatch sync --months 1",
        'despatch search "security at asylum hotels"',
        "despatch show KEY",
        "despatch cite KEY --style member",
    ),
)

EXIT_CODES: Final = f"{_KEPT}Exit codes:\n" + "\n".join(
    f"  {code.value:>3}  {meaning}" for code, meaning in MEANINGS.items()
)

COMMANDS: Final = {
    "sync": _page(
        "Fetch what Parliament publishes, and index it.",
        "The first time, say from when: the newest months come first, and can be searched while the rest is "
        "fetched. After that, `despatch sync` alone brings the index up to date: new answers, corrections, answers "
        "that were awaited, and withdrawals. First it says how many calls, minutes and how much disk it will take.",
        "Ctrl-C, or a machine that stops, loses nothing: the same command goes on. A running `despatch serve` "
        "takes up each new index within seconds.",
        examples=(
            "despatch sync --months 1",
            "despatch sync --from 2024-07-05 --answering-body 'Home Office'",
            "despatch sync",
            "despatch sync --quick --json",
        ),
    ),
    "watch": _page(
        "Sync again and again.",
        "Each round looks at the last days; once a day all that is held is compared with Parliament's lists. What "
        "goes wrong is told, and the next round makes up for it. Run `despatch sync` once before. Ctrl-C stops it.",
        examples=("despatch watch", "despatch watch --every 60 --data ./commons"),
    ),
    "build": _page(
        "Read sources and index them.",
        "The index then holds exactly these sources, unless --add is given.",
        "A record that can't be read is left out and listed; with --strict the first one ends the build. "
        "Until the new index is whole, searches go on with the one before. A running `despatch serve` takes it up "
        "within seconds. With --store milvus, vectors and words go to a Milvus server, and later builds and syncs keep "
        "to that; texts and citations stay in the data directory.",
        examples=(
            "despatch build seeds",
            "despatch build questions.jsonl.gz --data ./commons",
            "despatch build --add today.json",
            "despatch build table.csv --mapping table.toml",
            "curl -s URL | despatch build -",
            "despatch build questions.jsonl.gz --store milvus --uri http://127.0.0.1:19530",
        ),
    ),
    "members": _page(
        "Take names, parties and posts of Members from files.",
        "For answers whose source gives ids alone. Reads what the Members service gives, and parlparse's people and "
        "ministers files. What an answer's own source says stays; the rest is filled in, and marked as from the "
        "register. Say with --as-of when the files were saved: without it, what had not ended then is taken to "
        "hold no longer than the latest day that a file names.",
        examples=("despatch members people.json ministers-2010.json --as-of 2026-11-21",),
    ),
    "search": _page(
        "Find what ministers have said, with citations.",
        "All filters must hold; repeat one for alternatives. Dates are YYYY-MM-DD and inclusive. "
        "Holding answers, pointers and bare refusals are left out unless --kind or --finding asks for them; "
        "--kind all looks in everything.",
        "--match exact finds every answer that has the words one after another. --match words takes AND, OR, NOT, "
        'parentheses and "phrases"; only capitals are operators, and what stands side by side must all be there, '
        "wherever in the answer. Both fold case and accents, do not stem, and take punctuation for a space. They "
        "look in answers and attachments, not in questions or headings.",
        examples=(
            'despatch search "security at asylum hotels"',
            'despatch search "village hall" --match exact --kind all --sort oldest',
            "despatch search '(bus OR coach) AND \"rural areas\" NOT school' --match words",
            'despatch search "rural buses" --answering-body Transport --answered-from 2024-07-05',
            'despatch search "school swimming pools" --finding not_held',
            'despatch search "what has the Home Office said since March 2026 about asylum hotels" --understand',
            'despatch search "current cap on bus fares" --fresh off',
            'despatch search "SEN transport" --no-expand',
            'despatch search "dentists contracts" --sort standing --facets answering_body,month',
            'echo "who pays for village halls?" | despatch search - --json',
        ),
    ),
    "asked": _page(
        "Tell whether a question has been asked before.",
        "Compares a draft with the questions that were tabled, those that still wait for an answer included, and shows "
        "what each has got, how long ago, and whether that was in the session of today. Of parts (a), (b) and (c) it "
        "tells which no answer here speaks of. The draft is kept nowhere. The Table Office has the last word.",
        examples=(
            'despatch asked "what steps she is taking to improve rural bus services"',
            'despatch asked "how many asylum hotels are in use" --house Commons --answering-body "Home Office"',
            "despatch asked - < draft.txt",
        ),
    ),
    "export": _page(
        "Write every passage that has the words to a file.",
        "One row a passage, with the record's facts, the citation and the licence's words. --match words takes AND, "
        'OR, NOT, parentheses and "phrases". What a search leaves out by default is left out here too: --kind all '
        "takes everything.",
        "In CSV a cell that a spreadsheet would take for a formula (it begins with =, +, - or @) gets an apostrophe "
        "before it; JSON Lines has every text as it is.",
        examples=(
            'despatch export "village hall" --output halls.csv',
            "despatch export 'bus AND (rural OR village)' --match words --kind all --format jsonl --output -",
        ),
    ),
    "counts": _page(
        "Count answers by month, body, finding and the like.",
        "With words, those that have them, beside all that there are; without, all that pass the filters. The "
        "same answer to several questions counts once. What a search leaves out by default is left out here too: "
        "--kind all counts everything.",
        examples=(
            'despatch counts "village hall" --by month,answering_body --kind all',
            "despatch counts --by finding,house --answered-from 2024-07-05 --json",
        ),
    ),
    "timeline": _page(
        "Show how the line on a topic changed.",
        "First the answers on it by month and department, against all answers of the month; months whose answers are "
        "not all known to be indexed are marked. Then the answers by date, newest first, each with the sentences that "
        "are new against the one before it: + new, ~ kept with other words, < said before and back again. What is "
        "unmarked stood in the one before.",
        "By meaning it takes the close answers of the nearest 200. --match exact and --match words take every answer "
        "that has the words, as in `despatch search`.",
        examples=(
            'despatch timeline "security at asylum hotels"',
            'despatch timeline "dental contract" --match exact --sort oldest --answered-from 2024-07-05',
            "despatch timeline 'dentist OR dental' --match words --limit 5",
        ),
    ),
    "serve": _page(
        "Serve the HTTP interface.",
        "It takes up a new index within seconds, and no request waits for that or fails. Ctrl-C stops it.",
        examples=(
            "despatch serve",
            "despatch serve --data ./commons --port 8080",
            "despatch serve --store milvus --uri http://10.0.0.5:19530",
        ),
    ),
    "mcp": _page(
        "Serve an AI assistant.",
        "It speaks the Model Context Protocol on standard input and output, and is started by the assistant: put the "
        "command into its settings. It takes up a new index within seconds. `despatch serve` speaks the same protocol "
        "over HTTP, at /mcp.",
        examples=("despatch mcp", "despatch mcp --data ./commons"),
    ),
    "keys": _page(
        "Make, list and remove API keys.",
        "A key is 256 random bits. It is shown once; its hash is kept in DIR/keys.json, which only its owner may read. "
        "`despatch serve` takes up each change with the next request. Reading needs no key unless the service is "
        "told so: DESPATCH_REQUIRE_KEY=true.",
        examples=(
            "despatch keys add library",
            "despatch keys add front-page --per-minute 6000 --data ./commons",
            "despatch keys list --json",
            "despatch keys remove library",
        ),
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
    "verify-quote": _page(
        "Check a quotation, or each quotation in a briefing.",
        "Says whether an answer or a written statement has these very words, where, by whom and when; what differs; "
        "whether the words have been corrected since, or are of a question and not of a minister. An ellipsis leaves "
        "words out, square brackets hold what the writer put in. In a briefing, quotations stand in quotation marks "
        "or in lines that begin with >.",
        "What is not found is not in the index: that never means that no minister has said it.",
        examples=(
            'despatch verify-quote "we will act as quickly as possible"',
            'despatch verify-quote "we will act … as soon as [it is] possible" --key commons-2023-07-18-194793',
            "despatch verify-quote --briefing briefing.md",
            "pandoc report.docx -t plain | despatch verify-quote --briefing - --json",
        ),
    ),
    "history": _page(
        "Print the texts that an answer has had.",
        "From the first to the one that stands, with what changed. A first text that the source no longer gives is "
        "said to be unknown.",
        examples=("despatch history commons-2023-07-18-194793",),
    ),
    "thread": _page(
        "Print the follow-up questions.",
        "Those that a question was asked pursuant to, and those asked pursuant to it, in the order tabled.",
        examples=("despatch thread commons-2023-07-18-194793",),
    ),
    "coverage": _page(
        "Print what is indexed and what is lacking.",
        "By House and month: what Parliament listed, what is held, and when that was last compared.",
        examples=("despatch coverage", "despatch coverage --data ./commons --json"),
    ),
    "verify": _page(
        "Check an index from the ground.",
        "Hashes its files again, reads its records again from what was received, counts everything, and "
        "looks up each passage in its source.",
        examples=("despatch verify", "despatch verify --data ./commons || echo 'build it again'"),
    ),
    "attachments": _page(
        "Read the files that came with answers.",
        "PDF files, spreadsheets (.xlsx) and CSV files are fetched from Parliament, and their text is searched beside "
        "the answers, marked as an attachment's. The files themselves are not kept. It needs two more libraries: "
        "pip install 'despatch-box[attachments]'. Ctrl-C loses nothing.",
        examples=("despatch attachments", "despatch attachments --limit 100 --data ./commons"),
    ),
    "pack": _page(
        "Write the index to one file, to carry it elsewhere.",
        "Every file is checked before it is packed.",
        examples=("despatch pack answers.despatch", "despatch pack answers.despatch --data ./commons"),
    ),
    "unpack": _page(
        "Put a packed index in place.",
        "Every file is checked before it is used. Until all are there, searches go on with the index before.",
        examples=("despatch unpack answers.despatch --data ./commons",),
    ),
    "rollback": _page(
        "Go back to the index before.",
        "For when the index is damaged, or is not what it should be. The index before is checked whole, then served in "
        "its place; a running `despatch serve` takes it up within seconds. The one that was served stays until the "
        "next build or sync. What the older one lacks is fetched again by the next `despatch sync`, or comes with the "
        "next build.",
        examples=(
            "despatch rollback",
            "despatch rollback --list",
            "despatch rollback --to 20261121T120000Z-3f9a1c --data ./commons",
        ),
    ),
    "export-vectors": _page(
        "Write the vectors of the index to a Parquet file.",
        "From files or from a Milvus server. For a machine that is to have the same index without encoding it again.",
        examples=("despatch export-vectors vectors.parquet --data ./commons",),
    ),
    "import-vectors": _page(
        "Take vectors from a Parquet file.",
        "The next `despatch build` or `despatch upgrade` here uses them for the texts that it meets again, whichever "
        "store it builds to.",
        examples=("despatch import-vectors vectors.parquet --data ./commons",),
    ),
    "upgrade": _page(
        "Bring an index up to this version, model and store.",
        "It is rebuilt from the records it keeps: no source is asked again. What the model did not encode before, it "
        "encodes. Until the new index is whole, searches go on with the old one. To keep the model it has, name it. "
        "With --store, vectors and words move to a Milvus server, or back.",
        examples=(
            "despatch upgrade --data ./commons",
            "despatch upgrade --model all-MiniLM-L6-v2",
            "despatch upgrade --store milvus --uri http://127.0.0.1:19530",
        ),
    ),
    "evaluate": _page(
        "Measure the ranking with judged questions.",
        "Prints one JSON object.",
        examples=("despatch evaluate --data ./commons --queries queries.jsonl --qrels qrels.txt",),
    ),
}
"""By name, in the order in which they are listed."""
