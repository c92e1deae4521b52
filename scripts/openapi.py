"""Writes the description of the HTTP interface to docs/openapi.json, or checks that the one there is current.

docs/openapi-v1.json is what users were promised: it changes with a release, and with nothing else.

python scripts/openapi.py                     check, and say how to put it right
python scripts/openapi.py --write             write it
python scripts/openapi.py --examples          ask the seed documents for the examples anew, then write it
python scripts/openapi.py --against OLD.json  list what would break for those who use the old one
python scripts/openapi.py --release           promise what the code gives, if that breaks nothing promised before
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from pathlib import Path

from fastapi.testclient import TestClient

from retrieval.build import build
from retrieval.encoders import Encoder, SentenceEncoder
from scripts.openapi_changes import breaking_changes
from service.app import create_app
from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "openapi.json"
PROMISED = ROOT / "docs" / "openapi-v1.json"
EXAMPLES = ROOT / "service" / "examples.json"
WORDS = "foreign national offenders"
DRAFT = "what security there is at (a) asylum hotels and (b) other places where asylum seekers live"
QUESTION = "How many foreign national offenders were returned in a year?"

QUOTATION = "there is immediate intention to publish them"  # Without its "no".
BRIEFING = f"The Home Office says that “{QUOTATION}”."


def document() -> dict[str, object]:
    """Return the description as the code gives it."""
    return create_app(Settings()).openapi()


def as_text(value: object) -> str:
    """Return JSON laid out so that a change shows as few changed lines."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def examples(encoder: Encoder, data: Path) -> dict[str, object]:
    """Return, by path, a real response.

    Args:
        encoder: The encoder that the service uses.
        data: Where an index of the seed documents may be built.
    """
    # The response names its sources as they were given, so that must not be a path of this machine.
    with contextlib.chdir(ROOT):
        build(["seeds"], data, encoder)
    with TestClient(create_app(Settings(data=data), encoder=encoder)) as client:
        found = client.get("/v1/search", params={"q": QUESTION, "limit": 1}).json()
        hit = found["hits"][0]
        answer = f"/v1/answers/{hit['key']}"
        cited = {"style": "oscola", "paragraph": hit["passage"]["ordinal"]}
        kept = {"key": hit["key"], "passage": hit["passage"]["hash"], "note": "For the debate.", "added": "2026-11-22"}
        return {
            "/v1/search": found,
            "/v1/counts": client.get("/v1/counts", params={"by": "month,finding", "q": WORDS}).json(),
            "/v1/collection": client.post("/v1/collection", json={"items": [kept]}).json(),
            "/v1/timeline": _timeline(client),
            "/v1/answers/{key}": client.get(answer).json(),
            "/v1/answers/{key}/citation": client.get(f"{answer}/citation", params=cited).json(),
            "/v1/answers/{key}/history": client.get(f"{answer}/history").json(),
            "/v1/answers/{key}/thread": client.get(f"{answer}/thread").json(),
            "/v1/verify-quote": client.post("/v1/verify-quote", json={"text": QUOTATION}).json(),
            "/v1/verify-briefing": client.post("/v1/verify-briefing", json={"text": BRIEFING}).json(),
            "/v1/similar-questions": client.post("/v1/similar-questions", json={"text": DRAFT, "limit": 1}).json(),
            # A path with a page and data gives data to who asks for it.
            "/": client.get("/", headers={"Accept": "application/json"}).json(),
            **{path: client.get(path).json() for path in ("/v1/coverage", "/healthz", "/readyz")},
        }


def _timeline(client: TestClient) -> object:
    return client.get("/v1/timeline", params={"q": WORDS, "match": "exact", "limit": 1}).json()


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--write", action="store_true")
    choice.add_argument("--examples", action="store_true")
    choice.add_argument("--against", type=Path, metavar="OLD.json")
    choice.add_argument("--release", action="store_true")
    parser.add_argument("--to", type=Path, metavar="FILE", help="instead of the file in docs/")
    asked = parser.parse_args(arguments)
    file: Path = asked.to or (PROMISED if asked.release else DOCUMENT)
    if asked.against or (asked.release and file.exists()):
        broken = breaking_changes(json.loads((asked.against or file).read_bytes()), document())
        print("\n".join(broken) or "Nothing is broken.")
        if broken or asked.against:
            return 1 if broken else 0
    if asked.examples:
        with tempfile.TemporaryDirectory() as folder:
            EXAMPLES.write_text(as_text(examples(SentenceEncoder(), Path(folder) / "data")), encoding="utf-8")
    if asked.examples or asked.write or asked.release:
        file.write_text(as_text(document()), encoding="utf-8")
        return 0
    if not file.exists() or file.read_text(encoding="utf-8") != as_text(document()):
        print(
            f"{file.name} is not what the code gives: run `python scripts/openapi.py --write`",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
