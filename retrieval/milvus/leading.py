"""Where the alias on a server leads: to the collection of the snapshot that is served, and to nothing where none is."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from retrieval.errors import SnapshotDamaged, StoreUnreachable
from retrieval.milvus.generation import made_here
from retrieval.milvus.place import Generation, Made, Places
from retrieval.milvus.server import connected


def lead(data: Path, generation: Generation) -> None:
    """Have the alias lead to the collection of a snapshot that is about to be served.

    Raises:
        StoreUnreachable: If the server can't do that; the snapshot must not be served then.
    """
    target = Places.read(data).target(generation)
    try:
        connected(target).lead(target.alias, generation.collection)
    except StoreUnreachable as error:
        raise StoreUnreachable(f"{error}. What was served still is; once the server is well, run this again") from error


def lead_back(data: Path, generation: Generation, before: Generation | None) -> None:
    """Undo `lead`, as far as the server can be used, where the snapshot was not published after all.

    Args:
        data: The data directory.
        generation: What the alias was to lead to.
        before: Of the snapshot that is served.
    """
    with suppress(StoreUnreachable, SnapshotDamaged):
        server = connected(Places.read(data).target(generation))
        if server.led_to(generation.alias) != generation.collection:
            return
        if before and _place(before) == _place(generation):
            server.lead(before.alias, before.collection)
        else:
            server.release(generation.alias, generation.collection)


def lead_again(data: Path, served: Generation) -> None:
    """Have the alias lead to what is served, where a build or a rollback that was killed has moved it.

    A server that can't be used keeps it as it is until the next run: nobody searches by it here. One that leads to what
    no build here has made is left alone.

    Args:
        data: The data directory.
        served: Of the snapshot that is served.
    """
    with suppress(StoreUnreachable, SnapshotDamaged):
        server = connected(Places.read(data).target(served))
        led_to = server.led_to(served.alias)
        if led_to is None or Made(served.uri, led_to) in made_here(data):
            server.lead(served.alias, served.collection)


def leave(data: Path, before: Generation | None, now: Generation | None) -> None:
    """Remove the alias of a snapshot that is no longer served, unless it leads to another by now.

    A server that can't be used keeps it until the collection is removed: that is no reason not to leave it. What a
    manifest alone names may be the collection of the directory that this one is a copy of, which keeps its alias.

    Args:
        data: The data directory.
        before: Of the snapshot served before.
        now: Of the one that is served.
    """
    if before and (now is None or _place(before) != _place(now)):
        with suppress(StoreUnreachable, SnapshotDamaged):
            places = Places.read(data)
            if Made(before.uri, before.collection) in places.made:
                connected(places.target(before)).release(before.alias, before.collection)


def _place(generation: Generation) -> tuple[str, str]:
    return generation.uri, generation.alias
