"""The text of files that came with answers: an optional extra, kept apart from the answers themselves."""
