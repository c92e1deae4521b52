"""Which store a command builds to, and which a service searches."""

from __future__ import annotations

from pathlib import Path

from retrieval.corpus import Corpus
from retrieval.errors import QueryError, SnapshotError
from retrieval.milvus.place import DEFAULT_ALIAS, THIS_MACHINE, StoreName, Target
from service.settings import Settings, milvus_token, milvus_uri


def target_named(store: str | None, uri: str | None, collection: str | None) -> Target | None:
    """Return where a build puts vectors and words; None for where the index before has them.

    Args:
        store: `local` or `milvus`, as the user typed it.
        uri: Where the Milvus server is; None for where the environment says, which is asked for no other store.
        collection: What it is called there.

    Raises:
        QueryError: If they don't go together.
    """
    if store is not None and store not in tuple(StoreName):
        raise QueryError("store", f"{store!r} is no store: there is {', '.join(StoreName)}")
    if store != StoreName.MILVUS:
        for field, value in (("uri", uri), ("collection", collection)):
            if value is not None:
                raise QueryError(field, "it is for a Milvus server: give `--store milvus` too, or leave it out")
        return THIS_MACHINE if store else None
    uri = milvus_uri() if uri is None else uri
    if not (uri or "").strip():
        raise QueryError("uri", "`--store milvus` needs it: say where the server is, such as http://127.0.0.1:19530")
    return Target(_address(str(uri)), milvus_token(), DEFAULT_ALIAS if collection is None else collection)


def _address(uri: str) -> str:
    """Return an address that means the same from any folder: a file of Milvus Lite by its whole path."""
    uri = uri.strip()
    return uri if "://" in uri else str(Path(uri).resolve())


def served_corpus(settings: Settings) -> Corpus:
    """Open what a service searches: the current snapshot, from the store that its settings name.

    Raises:
        SnapshotError: If there is none, it can't be used, or it is in another store.
    """
    corpus = Corpus.open(settings.data, uri=settings.uri, token=settings.milvus_token)
    wanted = StoreName.MILVUS if settings.uri and not settings.store else settings.store
    found = StoreName.MILVUS if corpus.manifest.milvus else StoreName.LOCAL
    if wanted and wanted != found:
        raise SnapshotError(_elsewhere(settings.data, found, wanted))
    return corpus


def _elsewhere(data: Path, found: StoreName, wanted: StoreName) -> str:
    where = "on a Milvus server" if found is StoreName.MILVUS else "on this machine"
    return (
        f"the index in {data} has its vectors {where}, and the service was told that its store is {wanted}: leave "
        f"--store and --uri (DESPATCH_STORE, DESPATCH_URI) out, or build with `--store {wanted}`"
    )
