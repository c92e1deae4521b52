"""What `make setup` says of the torch download before it begins."""

import importlib.metadata
import json
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scripts import announce_torch
from scripts.announce_torch import Download

CPU = [
    Download("torch", "2.13.0+cpu", "https://host.invalid/torch-cpu.whl"),
    Download("numpy", "2.4.6", "https://host.invalid/numpy.whl"),
]
CUDA = [
    Download("Jinja2", "3.1.6", "https://host.invalid/jinja2.whl"),
    Download("torch", "2.13.0", "https://host.invalid/torch.whl"),
    Download("nvidia-cudnn-cu13", "9.20.0.48", "https://host.invalid/cudnn.whl"),
    Download("cuda-toolkit", "13.0.3.0", "https://host.invalid/toolkit.whl"),
    Download("triton", "3.7.1", "https://host.invalid/triton.whl"),
]
SIZES = {
    "torch": 550_000_000,
    "nvidia-cudnn-cu13": 1_800_000_000,
    "cuda-toolkit": 4_000,
    "triton": 190_000_000,
    "Jinja2": 130_000_000_000,
    "numpy": 130_000_000_000,
}


def size_of(download):
    return SIZES[download.name]


def report_of(downloads):
    return json.dumps(
        {
            "version": "1",
            "install": [
                {"metadata": {"name": d.name, "version": d.version}, "download_info": {"url": d.url}} for d in downloads
            ],
        }
    )


@pytest.fixture
def lock(tmp_path):
    path = tmp_path / "requirements.lock"
    path.write_text("# A comment on torch==1.0\nsympy==1.14.0  # via torch\ntorch==9.9.9  # via pyproject.toml\n")
    return path


def test_the_requirement_is_read_from_the_lock_without_its_comment(lock):
    assert announce_torch.read_torch_requirement(lock.read_text()) == "torch==9.9.9"


def test_a_lock_without_torch_is_refused():
    with pytest.raises(ValueError, match="torch=="):
        announce_torch.read_torch_requirement("sympy==1.14.0  # via torch\n")


def test_a_report_gives_names_versions_and_addresses():
    assert announce_torch.read_report(report_of(CUDA)) == CUDA


def test_only_torch_and_what_cuda_brings_is_counted_torch_first():
    picked = announce_torch.pick_torch_and_cuda(CUDA)
    assert [d.name for d in picked] == ["torch", "nvidia-cudnn-cu13", "cuda-toolkit", "triton"]


@pytest.mark.parametrize(
    ("size_bytes", "written"),
    [
        (12, "1 MB"),
        (191_794_682, "192 MB"),
        (999_000_000, "999 MB"),
        (1_000_000_000, "1.0 GB"),
        (2_540_004_000, "2.5 GB"),
    ],
)
def test_a_size_is_written_as_people_say_it(size_bytes, written):
    assert announce_torch.write_size(size_bytes) == written


def test_a_cpu_build_takes_one_line_with_its_size():
    assert announce_torch.describe(CPU, lambda _: 191_794_682) == "torch 2.13.0: a CPU build, 192 MB."


def test_a_cpu_build_of_unknown_size_says_so():
    assert announce_torch.describe(CPU, lambda _: None) == "torch 2.13.0: a CPU build, size unknown."


def test_a_cuda_build_is_announced_with_the_size_of_all_it_brings():
    words = announce_torch.describe(CUDA, size_of)
    first_line = "*** A CUDA build of torch comes next: 2.5 GB to download (torch 2.13.0 and 3 CUDA packages)."
    assert words.splitlines()[0] == first_line
    assert "make setup TORCH_INDEX=URL" in words


def test_a_cuda_build_is_announced_as_about_3_gb_when_one_size_cannot_be_learnt():
    words = announce_torch.describe(CUDA, lambda d: None if d.name == "triton" else size_of(d))
    assert "CUDA build of torch comes next: about 3 GB to download" in words


def test_a_cuda_label_is_enough_to_know_a_cuda_build():
    words = announce_torch.describe([Download("torch", "2.13.0+cu130", "file:///torch.whl")], lambda _: 2_000_000_000)
    assert words.startswith("*** A CUDA build of torch comes next: 2.0 GB to download (torch 2.13.0).")


def test_nothing_is_said_when_torch_is_not_to_be_downloaded():
    assert announce_torch.describe(CUDA[:1], size_of) == ""


def test_the_size_of_a_file_on_disk_is_read_from_the_disk(tmp_path):
    wheel = tmp_path / "torch 2.13.0+cpu.whl"
    wheel.write_bytes(b"x" * 1234)
    assert announce_torch.learn_size(Download("torch", "2.13.0", wheel.as_uri())) == 1234


def test_a_size_that_cannot_be_learnt_is_none(tmp_path):
    missing = (tmp_path / "missing.whl").as_uri()
    for url in [missing, "ftp://host.invalid/torch.whl", "http://127.0.0.1:1/torch.whl"]:
        assert announce_torch.learn_size(Download("torch", "2.13.0", url)) is None


def test_the_size_of_a_file_on_a_server_is_asked_for_without_downloading_it(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    asked = []

    class Wheels(BaseHTTPRequestHandler):
        def do_HEAD(self):
            asked.append(self.command)
            self.send_response(200 if "sized" in self.path else 404)
            self.send_header("Content-Length", "530000000")
            self.end_headers()

        def log_message(self, format, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Wheels) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        address = f"http://127.0.0.1:{server.server_port}"
        sized = announce_torch.learn_size(Download("torch", "2.13.0", f"{address}/sized.whl"))
        absent = announce_torch.learn_size(Download("torch", "2.13.0", f"{address}/absent.whl"))
        server.shutdown()
        thread.join()
    assert (sized, absent) == (530_000_000, None)
    assert asked == ["HEAD", "HEAD"]


def test_the_program_asks_for_the_locked_torch_from_the_index_given(lock, capsys, tmp_path):
    wheel = tmp_path / "torch.whl"
    wheel.write_bytes(b"x" * 2_000_000)
    asked = []

    def ask(requirement, index_url):
        asked.append((requirement, index_url))
        return report_of([Download("torch", "9.9.9+cpu", wheel.as_uri())])

    assert announce_torch.main(["--lock", str(lock), "--index-url", "https://host.invalid/cpu"], ask) == 0
    assert announce_torch.main(["--lock", str(lock), "--index-url", ""], ask) == 0
    assert asked == [("torch==9.9.9", "https://host.invalid/cpu"), ("torch==9.9.9", None)]
    assert capsys.readouterr().out == "torch 9.9.9: a CPU build, 2 MB.\n" * 2


@pytest.mark.parametrize(
    "fault",
    [
        subprocess.CalledProcessError(1, "pip"),
        subprocess.TimeoutExpired("pip", 300),
        FileNotFoundError("pip"),
    ],
)
def test_set_up_goes_on_when_pip_will_not_say(lock, capsys, fault):
    def ask(requirement, index_url):
        raise fault

    assert announce_torch.main(["--lock", str(lock)], ask) == 0
    said = capsys.readouterr().out
    assert type(fault).__name__ in said
    assert "about 3 GB" in said


@pytest.mark.parametrize("answer", ["", "no JSON", "{}", '{"install": [{}]}', "[]"])
def test_set_up_goes_on_when_pip_answers_nonsense(lock, capsys, answer):
    assert announce_torch.main(["--lock", str(lock)], lambda *_: answer) == 0
    assert "pip did not say which torch build it will install" in capsys.readouterr().out


def test_nothing_is_said_or_asked_when_the_locked_torch_is_installed(tmp_path, capsys):
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"torch=={importlib.metadata.version('torch').partition('+')[0]}\n")
    asked = []

    def ask(requirement, index_url):
        asked.append(requirement)
        return report_of(CUDA)

    assert announce_torch.main(["--lock", str(lock)], ask) == 0
    assert asked == []
    assert capsys.readouterr().out == ""
