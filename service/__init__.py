"""Despatch Box on every surface: HTTP and the command line, over one searcher."""
