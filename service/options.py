"""The options of the command, each described once."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from retrieval.choices import Match, Sort
from retrieval.choices import Mode as RankingMode
from retrieval.citations import CitationStyle
from retrieval.exporting import ExportFormat
from retrieval.facets import Dimension
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House


def _one_of(values: type[StrEnum]) -> str:
    return "|".join(values)


Sources = Annotated[list[str], typer.Argument(metavar="SOURCE", help="Files or folders to read; - is standard input.")]
Question = Annotated[str, typer.Argument(metavar="QUESTION", help="In plain words; - reads it from standard input.")]
Draft = Annotated[
    str, typer.Argument(metavar="DRAFT", help="The question that you mean to table; - reads it from standard input.")
]
Key = Annotated[
    str,
    typer.Argument(metavar="KEY", help="Key of an answer, as `search` prints it, or Parliament's own id."),
]
Data = Annotated[
    Path,
    typer.Option("--data", metavar="DIR", envvar="DESPATCH_DATA", help="The data directory.", show_default=True),
]
Model = Annotated[
    str,
    typer.Option("--model", metavar="NAME_OR_FOLDER", envvar="DESPATCH_MODEL", help="The model that encodes texts."),
]
RerankerName = Annotated[
    str,
    typer.Option(
        "--reranker",
        metavar="NAME_OR_FOLDER",
        envvar="DESPATCH_RERANKER",
        help="The model that reads the best answers again; none leaves it out.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, as when the output is piped.")]

Add = Annotated[bool, typer.Option("--add", help="Keep what is there, and add or replace by key.")]
Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="Says which columns of a CSV or JSON Lines file mean what (TOML)."),
]
Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="local|milvus",
        envvar="DESPATCH_STORE",
        help="Where vectors and words are: in files, or on a Milvus server. Where they were, unless given.",
    ),
]
Uri = Annotated[
    str | None,
    typer.Option(
        "--uri",
        metavar="URI",
        help="Where the Milvus server is: http://HOST:PORT or a .db file. DESPATCH_URI, unless given.",
    ),
]
Collection = Annotated[
    str | None,
    typer.Option(
        "--collection", metavar="NAME", help="What the index is called on the Milvus server; despatch unless given."
    ),
]
Keep = Annotated[str, typer.Option("--keep", metavar="N", help="How many snapshots to keep, the one served included.")]
From = Annotated[str | None, typer.Option("--from", metavar="DATE", help="From this day on, by the day tabled.")]
To = Annotated[str | None, typer.Option("--to", metavar="DATE", help="Up to this day; without it there is no end.")]
Months = Annotated[
    str | None,
    typer.Option("--months", metavar="N", help="In place of --from: the N months before this one, and this one."),
]
Quick = Annotated[
    bool, typer.Option("--quick", help="Look only at the last days: what was withdrawn or changed in silence stays.")
]
NoStatements = Annotated[bool, typer.Option("--no-statements", help="Leave out written ministerial statements.")]
NoMembers = Annotated[bool, typer.Option("--no-members", help="Do not ask for Members' names, parties and posts.")]
ApiUrl = Annotated[
    str,
    typer.Option("--api-url", metavar="URL", envvar="DESPATCH_API_URL", help="Parliament's questions service."),
]
MembersUrl = Annotated[
    str,
    typer.Option("--members-url", metavar="URL", envvar="DESPATCH_MEMBERS_URL", help="Parliament's Members service."),
]
Rate = Annotated[
    str,
    typer.Option(
        "--requests-per-second", metavar="N", help="At most so many calls begin in a second; Parliament is asked 10."
    ),
]
Contact = Annotated[
    str | None,
    typer.Option(
        "--contact", metavar="ADDRESS", envvar="DESPATCH_CONTACT", help="Tell Parliament's services how to reach you."
    ),
]
Every = Annotated[str, typer.Option("--every", metavar="MINUTES", help="Minutes from one sync to the next.")]
RollbackTo = Annotated[
    str | None, typer.Option("--to", metavar="NAME", help="The index to go back to; without it, the one before.")
]
RollbackList = Annotated[bool, typer.Option("--list", help="List the indexes that are kept, each checked whole.")]
ParquetFile = Annotated[Path, typer.Argument(metavar="FILE", help="The Parquet file.")]
PackFile = Annotated[Path, typer.Argument(metavar="FILE", help="The pack.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="The day the files were saved: what had not ended then held till then."
    ),
]
MemberFiles = Annotated[list[Path], typer.Argument(metavar="FILE", help="Files that tell of Members.")]

AttachmentLimit = Annotated[
    str | None, typer.Option("--limit", metavar="N", help="The most files to fetch in this run.")
]
Again = Annotated[bool, typer.Option("--again", help="Ask again for files that gave no text.")]

Strict = Annotated[bool, typer.Option("--strict", help="Stop at the first record that can't be read.")]

Limit = Annotated[str, typer.Option("--limit", metavar="N", help="The most answers to show, 1 to 200.")]
QuestionLimit = Annotated[str, typer.Option("--limit", metavar="N", help="The most questions to show, 1 to 200.")]
_Day = str | None
AnsweredFrom = Annotated[_Day, typer.Option("--answered-from", metavar="DATE", help="Answered on this day or later.")]
AnsweredTo = Annotated[_Day, typer.Option("--answered-to", metavar="DATE", help="Answered on this day or earlier.")]
TabledFrom = Annotated[_Day, typer.Option("--tabled-from", metavar="DATE", help="Tabled on this day or later.")]
TabledTo = Annotated[_Day, typer.Option("--tabled-to", metavar="DATE", help="Tabled on this day or earlier.")]
_Values = list[str] | None
Houses = Annotated[
    _Values, typer.Option("--house", metavar=_one_of(House), help="House in which the question was tabled.")
]
Bodies = Annotated[
    _Values, typer.Option("--answering-body", metavar="NAME", help="Department or other body that answered.")
]
Ministers = Annotated[_Values, typer.Option("--minister", metavar="NAME", help="Who answered.")]
Askers = Annotated[_Values, typer.Option("--asker", metavar="NAME", help="Who asked.")]
Parties = Annotated[_Values, typer.Option("--party", metavar="NAME", help="The asker's party.")]
Kinds = Annotated[
    _Values, typer.Option("--kind", metavar="NAME", help=f"What the answer is: {', '.join(AnswerKind)}; or all.")
]
Findings = Annotated[
    _Values,
    typer.Option("--finding", metavar="NAME", help=f"What the answer says about itself: {', '.join(FindingName)}."),
]
Headings = Annotated[_Values, typer.Option("--heading", metavar="WORDS", help="Words in the question's heading.")]
Genres = Annotated[
    _Values, typer.Option("--genre", metavar=_one_of(Genre), help="Answers, or written statements; both without it.")
]
Answerers = Annotated[
    _Values,
    typer.Option("--answerer", metavar=_one_of(AnswererKind), help="Whether a minister answered."),
]
Matching = Annotated[
    str,
    typer.Option("--match", metavar=_one_of(Match), help="By meaning, or every answer that has the words."),
]
Sorting = Annotated[
    str | None,
    typer.Option(
        "--sort",
        metavar=_one_of(Sort),
        help="By the day; standing puts what the present government says before all else.",
    ),
]
Cursor = Annotated[
    str | None, typer.Option("--cursor", metavar="CURSOR", help="For the next page, as the page before gives it.")
]

Facets = Annotated[
    str | None,
    typer.Option(
        "--facets", metavar="NAMES", help=f"Count the answers by these, parted by commas: {', '.join(Dimension)}."
    ),
]

WordsToFind = Annotated[str, typer.Argument(metavar="WORDS", help="The words to find; - reads standard input.")]
WordsToCount = Annotated[
    str | None,
    typer.Argument(
        metavar="WORDS", help="The words to find; without them all answers are counted. - reads standard input."
    ),
]
WordMatching = Annotated[
    str, typer.Option("--match", metavar="exact|words", help="One phrase, or words joined by AND, OR and NOT.")
]
Format = Annotated[str, typer.Option("--format", metavar=_one_of(ExportFormat), help="How the rows are written.")]
OutputFile = Annotated[
    str, typer.Option("--output", metavar="FILE", help="The file to write, or to write anew; - is standard output.")
]
CountedBy = Annotated[str, typer.Option("--by", metavar="NAMES", help=f"Parted by commas: {', '.join(Dimension)}.")]
Understanding = Annotated[
    bool,
    typer.Option(
        "--understand",
        help="Turn explicit words into filters, and list them: `what has the Home Office said since March 2026 about`. "
        "Only with --match meaning.",
    ),
]
Freshening = Annotated[
    str,
    typer.Option(
        "--fresh",
        metavar="auto|off",
        help="Whether answers of the time that the question asks for are preferred. Only with --match meaning.",
    ),
]
NoGroup = Annotated[
    bool,
    typer.Option(
        "--no-group", help="Show answers that say nearly the same one by one, not as one. Only with --match meaning."
    ),
]
NoExpand = Annotated[
    bool,
    typer.Option(
        "--no-expand",
        help="Look for the question's own words only, not for what they are short for, or in short. "
        "Only with --match meaning.",
    ),
]

Quotation = Annotated[str | None, typer.Argument(metavar="TEXT", help="The quotation; - reads it from standard input.")]
QuotedKey = Annotated[
    str | None, typer.Option("--key", metavar="KEY", help="Look in this one answer, by its key or Parliament's own id.")
]
Briefing = Annotated[
    str | None,
    typer.Option("--briefing", metavar="FILE", help="Check each quotation in this text; - is standard input."),
]

Host = Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="Address to listen on.")]
Port = Annotated[str | None, typer.Option("--port", metavar="N", help="Port to listen on.")]

Style = Annotated[
    str | None,
    typer.Option("--style", metavar="NAME", help=f"{', '.join(CitationStyle)}; without it, every form."),
]
Paragraph = Annotated[
    str | None,
    typer.Option("--paragraph", metavar="N", help="Cite this passage of the answer, counted from 1."),
]

Queries = Annotated[
    Path,
    typer.Option("--queries", metavar="FILE", help='The questions: JSON Lines of {"id": ..., "query": ...}.'),
]
Qrels = Annotated[
    Path,
    typer.Option("--qrels", metavar="FILE", help="The judgements, as TREC writes them: query 0 record relevance."),
]
Mode = Annotated[
    str,
    typer.Option(
        "--mode",
        metavar=_one_of(RankingMode),
        help="fast leaves out reading the best answers again, which only a search by meaning does.",
    ),
]

KeyAction = Annotated[str, typer.Argument(metavar="ACTION", help="list, add or remove.")]
KeyName = Annotated[
    str | None, typer.Argument(metavar="NAME", help="Whose key: letters, digits, dots and hyphens.", show_default=False)
]
PerMinute = Annotated[
    str | None,
    typer.Option(
        "--per-minute",
        metavar="N",
        help="Units that the key may use in a minute; 0 is without limit. Without this the service's settings say.",
    ),
]
KeysFile = Annotated[
    Path | None,
    typer.Option(
        "--keys-file",
        metavar="FILE",
        envvar="DESPATCH_KEYS_FILE",
        help="Where the hashes are, if not in keys.json in the data directory.",
    ),
]
