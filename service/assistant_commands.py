"""The command that an AI assistant starts."""

from __future__ import annotations

from pathlib import Path

from retrieval.models import DEFAULT_MODEL, DEFAULT_RERANKER
from service import options as given
from service.running import Session
from service.terminal import show, words

_DATA = Path("data")


class AssistantCommands:
    """The commands for assistants, each a method; `manual` has their help.

    Args:
        session: Where a user is told what to do with them.
    """

    def __init__(self, session: Session) -> None:
        """Keep where a user is told."""
        self._session = session

    def mcp(
        self,
        data: given.Data = _DATA,
        model: given.Model = DEFAULT_MODEL,
        reranker: given.RerankerName = DEFAULT_RERANKER,
    ) -> None:
        """Serve an assistant over standard input and output."""
        # The protocol is for this command alone, and takes a while to import.
        from service.mcp_stdio import serve_stdio  # noqa: PLC0415
        from service.settings import read_settings  # noqa: PLC0415

        if self._session.err.is_terminal:
            told = (
                "This is for an AI assistant to start, and speaks to it on standard input and output. Ctrl-C stops it."
            )
            show(self._session.err, [words(told)])
        serve_stdio(read_settings(data=data, model=model, reranker=reranker))
