"""Say how large the torch download will be, before it begins.

Run by `make setup`, with the standard library alone since nothing else is installed yet. The one pin
`torch==2.13.0` is met by a CPU build or by a CUDA build of several gigabytes, and which of them pip takes
depends on the machine and its index. pip is asked without installing; whatever goes wrong, set-up goes on.
"""

import argparse
import importlib.metadata
import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import Request, url2pathname, urlopen

CUDA_SIZE = "about 3 GB"
"""Said when the sizes cannot be learnt; a CUDA build of torch 2.13.0 with its packages is of this order."""

HOW_TO_AVOID = """\
    Despatch Box needs no graphics card. For the much smaller CPU build, stop now (Ctrl-C) and run
        make setup TORCH_INDEX=URL
    where URL is the index for CPU builds that the install page on pytorch.org gives for pip."""

_CUDA_PACKAGE = re.compile(r"(?:nvidia|cuda)[-_]|(?:pytorch[-_])?triton$", re.IGNORECASE)
_CUDA_LABEL = re.compile(r"\+cu\d")
_PIP_TIMEOUT_SECONDS = 300
_SIZE_TIMEOUT_SECONDS = 15


@dataclass(frozen=True, slots=True)
class Download:
    """A file that pip would download, known by its package's name."""

    name: str
    version: str
    url: str


def read_torch_requirement(lock: str) -> str:
    """Find the lock's line for torch, without its comment, such as `torch==2.13.0`."""
    found = re.search(r"^torch==[^\s#]+", lock, flags=re.MULTILINE)
    if found is None:
        raise ValueError("the lock has no line that begins with torch==")
    return found[0]


def read_report(report: str) -> list[Download]:
    """Read what pip's installation report (`pip install --report`) says it would install."""
    return [
        Download(item["metadata"]["name"], item["metadata"]["version"], item["download_info"]["url"])
        for item in json.loads(report)["install"]
    ]


def pick_torch_and_cuda(downloads: Sequence[Download]) -> list[Download]:
    """Keep torch and the packages that only a CUDA build brings, torch first."""
    torch = [d for d in downloads if d.name.lower() == "torch"]
    return torch + [d for d in downloads if _CUDA_PACKAGE.match(d.name)]


def write_size(size_bytes: int) -> str:
    """Write a size as people say it: `192 MB`, `2.6 GB`."""
    if size_bytes >= 1_000_000_000:
        return f"{size_bytes / 1_000_000_000:.1f} GB"
    return f"{max(1, round(size_bytes / 1_000_000))} MB"


def learn_size(download: Download) -> int | None:
    """Learn a file's size in bytes from the disk or from its server's headers; None if neither says."""
    try:
        address = urlsplit(download.url)
        if address.scheme == "file":
            return Path(url2pathname(address.path)).stat().st_size
        if address.scheme not in {"http", "https"}:
            return None
        # The scheme is checked above, and the address is the one pip is about to download.
        with urlopen(Request(download.url, method="HEAD"), timeout=_SIZE_TIMEOUT_SECONDS) as answer:  # noqa: S310 - pip chose it
            return int(answer.headers["Content-Length"])
    except (OSError, ValueError, TypeError):
        return None


def describe(downloads: Sequence[Download], size_of: Callable[[Download], int | None] = learn_size) -> str:
    """Say which torch build will be downloaded and how large it is.

    Args:
        downloads: All that pip would install for torch.
        size_of: Gives a download's size in bytes, or None.

    Returns:
        The words to show: one line for a CPU build, a warning with the way round it for a CUDA build,
        and nothing if torch is not among the downloads.
    """
    wanted = pick_torch_and_cuda(downloads)
    if not wanted or wanted[0].name.lower() != "torch":
        return ""
    torch, cuda = wanted[0], wanted[1:]
    with ThreadPoolExecutor(max_workers=8) as pool:
        sizes = list(pool.map(size_of, wanted))
    known = [size for size in sizes if size is not None]
    complete = len(known) == len(sizes)
    version = torch.version.partition("+")[0]
    if not cuda and not _CUDA_LABEL.search(torch.version):
        return f"torch {version}: a CPU build, {write_size(known[0]) if complete else 'size unknown'}."
    size = write_size(sum(known)) if complete else CUDA_SIZE
    count = f"torch {version} and {len(cuda)} CUDA packages" if cuda else f"torch {version}"
    return f"*** A CUDA build of torch comes next: {size} to download ({count}).\n{HOW_TO_AVOID}"


def ask_pip(requirement: str, index_url: str | None) -> str:
    """Ask pip what it would install for a requirement, as a JSON report, without installing it."""
    command = [
        *(sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--report", "-"),
        # Where an index has no metadata files, read the end of the package rather than download it all.
        "--use-feature=fast-deps",
        *(["--index-url", index_url] if index_url else []),
        requirement,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PIP_TIMEOUT_SECONDS, check=True)
    return done.stdout


def has_installed(requirement: str) -> bool:
    """Tell whether this Python already has the pinned torch, whichever its build."""
    try:
        installed = importlib.metadata.version("torch")
    except importlib.metadata.PackageNotFoundError:
        return False
    return requirement == f"torch=={installed.partition('+')[0]}"


def main(arguments: Sequence[str] | None = None, ask: Callable[[str, str | None], str] = ask_pip) -> int:
    """Print what is known of the coming torch download; never fail."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--lock", type=Path, default=Path("requirements.lock"))
    parser.add_argument("--index-url", default="", help="the index torch will be installed from")
    given = parser.parse_args(arguments)
    try:
        requirement = read_torch_requirement(given.lock.read_text(encoding="utf-8"))
        if has_installed(requirement):
            return 0
        words = describe(read_report(ask(requirement, given.index_url or None)))
    except (OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError) as error:
        words = (
            f"pip did not say which torch build it will install ({type(error).__name__}). "
            f"On Linux it may be a CUDA build, {CUDA_SIZE}.\n{HOW_TO_AVOID}"
        )
    if words:
        print(words, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
