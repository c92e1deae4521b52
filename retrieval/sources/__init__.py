"""Readers of source documents: one module for each kind of input, and the walk through files and folders."""

from retrieval.sources.documents import Document
from retrieval.sources.reader import Reader, Received, Withdrawn, house_from_wording
from retrieval.sources.walk import READERS, ReadReport, check_paths, read_sources, reader_named

__all__ = [
    "READERS",
    "Document",
    "ReadReport",
    "Reader",
    "Received",
    "Withdrawn",
    "check_paths",
    "house_from_wording",
    "read_sources",
    "reader_named",
]
