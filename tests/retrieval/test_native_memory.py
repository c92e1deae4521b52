from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

from retrieval.native_memory import give_back_large_blocks, keep_few_primitives

IS_GLIBC = platform.libc_ver()[0] == "glibc"

# What malloc has given out, which is the same on every machine: how many pages hold it is not.
THREADS = """
import ctypes, re, sys, tempfile
from concurrent.futures import ThreadPoolExecutor
import torch
from retrieval.linear_maps import LinearMap
from retrieval.native_memory import keep_few_primitives

if sys.argv[1] == "yes":
    keep_few_primitives()
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
c.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
c.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
c.fclose.argtypes = [ctypes.c_void_p]

def in_use():
    with tempfile.NamedTemporaryFile() as told:
        stream = c.fopen(told.name.encode(), b"w")
        c.malloc_info(0, stream)
        c.fclose(stream)
        total = told.read().decode().rpartition("</heap>")[2]
    taken, mapped = (int(re.search(rf'"{kind}".* size="(\\d+)"', total)[1]) for kind in ("current", "mmap"))
    free = sum(int(re.search(rf'"{kind}".* size="(\\d+)"', total)[1]) for kind in ("fast", "rest"))
    return (taken + mapped - free) / (1 << 20)

torch.set_num_threads(1)
made = LinearMap(torch.ones(1536, 384), torch.ones(1536))

def every_number_of_rows():
    torch.set_num_threads(1)
    with torch.inference_mode():
        for count in range(1, 257):
            made(torch.ones(count, 384))

def in_a_thread(pools):
    pools.append(ThreadPoolExecutor(1))
    pools[-1].submit(every_number_of_rows).result()

pools = []
in_a_thread(pools)
before = in_use()
for _ in range(4):
    in_a_thread(pools)
print(in_use() - before)
"""

BLOCKS = """
import ctypes, re, sys
from retrieval.native_memory import give_back_large_blocks

def own():
    return int(re.search(r"RssAnon:\\s+(\\d+)", open("/proc/self/status").read())[1]) / 1024

if sys.argv[1] == "yes":
    give_back_large_blocks()
c = ctypes.CDLL(None)
c.malloc.restype = ctypes.c_void_p
c.free.argtypes = [ctypes.c_void_p]

def taken(size):
    block = c.malloc(size)
    ctypes.memset(block, 1, size)
    return block

before = own()
c.free(taken(30 << 20))
blocks, pins = [], []
for _ in range(8):
    blocks.append(taken(24 << 20))
    pins.append(taken(64 << 10))
for block in blocks:
    c.free(block)
print(own() - before)
"""


def megabytes(program: str, *given: str) -> float:
    given_nothing = {name: value for name, value in os.environ.items() if name != "LRU_CACHE_CAPACITY"}
    done = subprocess.run(
        [sys.executable, "-c", program, *given],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env=given_nothing,
    )
    return float(done.stdout)


@pytest.mark.skipif(not IS_GLIBC, reason="only glibc tells what it has given out")
def test_a_further_thread_that_multiplies_keeps_little() -> None:
    few, many = megabytes(THREADS, "yes"), megabytes(THREADS, "no")
    assert few < many / 3


@pytest.mark.skipif(not IS_GLIBC, reason="only glibc keeps large blocks that are free")
def test_a_large_block_is_given_back_though_what_came_after_it_is_in_use() -> None:
    assert megabytes(BLOCKS, "no") > 100
    assert megabytes(BLOCKS, "yes") < 20


def test_a_capacity_that_the_environment_names_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LRU_CACHE_CAPACITY", "7")
    keep_few_primitives()
    assert os.environ["LRU_CACHE_CAPACITY"] == "7"
    monkeypatch.delenv("LRU_CACHE_CAPACITY")
    keep_few_primitives()
    assert os.environ["LRU_CACHE_CAPACITY"] == "1"


def test_where_memory_is_not_glibcs_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ctypes.CDLL", lambda name: object())
    assert not give_back_large_blocks()
