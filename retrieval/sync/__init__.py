"""Fills a data directory from Parliament's service and keeps it fresh: see `engine` for the way through it."""
