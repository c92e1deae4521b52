from __future__ import annotations

import numpy as np
import threadpoolctl

from retrieval.cores import keep_numpy_to_one_core, usable_cores


def test_numpy_multiplies_in_one_thread() -> None:
    assert (np.ones((2, 3)) @ np.ones((3, 2))).tolist() == [[3, 3], [3, 3]]
    keep_numpy_to_one_core()
    found = [one["num_threads"] for one in threadpoolctl.threadpool_info() if one["internal_api"] == "openblas"]
    assert set(found) <= {1}


def test_there_is_a_core_to_work_with() -> None:
    assert usable_cores() >= 1
