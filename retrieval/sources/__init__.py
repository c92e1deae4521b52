"""Readers of source documents: one module for each kind of input, and the walk through files and folders."""

from retrieval.sources.documents import Document
from retrieval.sources.reader import NoAnswer, Reader, Received, house_from_wording
from retrieval.sources.walk import READERS, ReadReport, check_paths, read_sources, reader_named

__all__ = [
    "READERS",
    "Document",
    "NoAnswer",
    "ReadReport",
    "Reader",
    "Received",
    "check_paths",
    "house_from_wording",
    "read_sources",
    "reader_named",
]
