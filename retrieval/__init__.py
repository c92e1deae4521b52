"""Ask in plain words what ministers have said, and get the passage with its citation.

Build and search in five lines::

    from retrieval import SentenceEncoder, build, open_corpus

    build(["seeds"], "sample-data", SentenceEncoder())
    searcher = open_corpus("sample-data")
    for hit in searcher.search("What security is there at asylum hotels?").hits:
        print(hit.passage.text, hit.written["house"])
"""

from retrieval.build import BuildReport, build, upgrade
from retrieval.citations import Citation, CitationStyle, written
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder, SentenceEncoder
from retrieval.errors import DespatchError
from retrieval.evaluation import evaluate
from retrieval.filters import Filters
from retrieval.hit_results import Hit
from retrieval.opening import open_corpus
from retrieval.records import AnswerKind, FindingName, House, Record
from retrieval.rerankers import CrossEncoderReranker
from retrieval.results import Outcome, SearchResult
from retrieval.search import Searcher

__all__ = [
    "AnswerKind",
    "BuildReport",
    "Citation",
    "CitationStyle",
    "Corpus",
    "CrossEncoderReranker",
    "DespatchError",
    "Encoder",
    "Filters",
    "FindingName",
    "Hit",
    "House",
    "Outcome",
    "Record",
    "SearchResult",
    "Searcher",
    "SentenceEncoder",
    "build",
    "evaluate",
    "open_corpus",
    "upgrade",
    "written",
]
