# Despatch Box. `make` on its own lists what can be made.

PYTHON ?= python3
TORCH_INDEX ?=
UPGRADE ?=
FUZZ_SECONDS ?= 1200
# Some shells export HOST: only `make serve HOST=...` may open the service to others.
HOST := 127.0.0.1
PORT := 8000
DATA := data
# `make torture` kills every job at each of its changes to the disk, or at every so many of them.
EVERY := 1
# Tests are run in so many processes, of which each takes up to 2 GB and one core.
TEST_PROCESSES := 2

VENV := .venv
BIN := $(VENV)/bin
# Written last of all, so that an environment whose set-up stopped half way is never taken for ready.
STAMP := $(VENV)/.set-up
# Remembers the index that torch came from, so that naming another one installs torch again.
TORCH_FROM := $(VENV)/.torch-index

# The model comes from a package: nothing is fetched from a model hub while running or testing.
export HF_HUB_OFFLINE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export TORCH_INDEX
export UPGRADE

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup serve corpus test check chromium docs torture fuzz audit lint format format-check types imports lock clean venv new-torch-index

help: ## List what can be made
	@echo "Despatch Box. Say make and one of:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo "Settings: PYTHON=$(PYTHON) HOST=$(HOST) PORT=$(PORT) DATA=$(DATA), and for setup TORCH_INDEX=URL"

setup: $(STAMP) ## Make .venv and install everything (TORCH_INDEX=URL takes torch from there)
	@echo "$(if $(JUST_SET_UP),Set up: .venv is ready.,Already set up: .venv is ready.)"

serve: setup ## Build the index of seeds/ if there is none, and serve it (HOST, PORT, DATA)
	@if [ -e "$(DATA)/current" ]; then \
		echo "The index in $(DATA)/ is there already: using it."; \
	else \
		echo "Building the index of seeds/ in $(DATA)/..."; \
		$(BIN)/despatch build seeds --data "$(DATA)"; \
	fi
	@echo "Serving on http://$(HOST):$(PORT) (Ctrl-C stops it)..."
	@$(BIN)/despatch serve --data "$(DATA)" --host "$(HOST)" --port "$(PORT)"

corpus: setup ## Fetch last month's answers and this one's from Parliament, and index them (DATA)
	@echo "Filling $(DATA)/ from Parliament's service (Ctrl-C stops it; make corpus goes on)..."
	@$(BIN)/despatch sync --months 1 --data "$(DATA)"

test: setup ## Run all the tests, with coverage
	@echo "Running the tests..."
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses=$(TEST_PROCESSES) --dist=worksteal --cov --cov-report=term

check: chromium lint format-check types imports test ## Run every check that CI runs, the tests last
	@echo "All checks passed."

torture: setup ## Try to break an index: kills, power cuts, full disks, damage (EVERY=20 tries less)
	$(BIN)/python scripts/torture.py --every $(EVERY)

# In a folder of its own: what it needs is none of ours. An advisory service that can't be asked is a failure.
audit: venv ## Ask PyPI about known faults of what requirements.lock names (needs a network)
	@echo "Asking PyPI's advisory service about each version in requirements.lock..."
	@test -x build/audit/bin/pip-audit || { \
		$(BIN)/python -m venv --clear build/audit && \
		build/audit/bin/python -m pip install --quiet 'pip-audit>=2.10,<3'; }
	@build/audit/bin/pip-audit --requirement requirements.lock --no-deps --disable-pip --strict --progress-spinner off || { \
		echo "The audit did not pass: either a fault is listed above, or the advisory service could not be asked." >&2; \
		echo "Next: make lock UPGRADE=1 takes newer versions; without a network, run make audit where there is one" >&2; \
		exit 1; }

# No part of `make check`: it takes two hours, and what it finds is mended with a test of its own.
fuzz: setup ## Attack the service and the readers with input made by machine (FUZZ_SECONDS for each reader)
	@$(BIN)/python -m pip install --quiet --constraint requirements.lock --editable '.[fuzz]'
	@echo "Attacking the HTTP interface..."
	$(BIN)/python scripts/fuzz.py http
	@echo "Attacking the readers..."
	$(BIN)/python scripts/fuzz.py readers --seconds $(FUZZ_SECONDS)

# `make test` leaves the browser tests out where there is no browser; what CI calls checked has had them run.
chromium:
	@command -v chromium >/dev/null || { \
		echo "make check walks through the pages in Chromium, and there is none here." >&2; \
		echo "Next: sudo apt install chromium, or run make test, which leaves the browser out" >&2; exit 1; }

docs: setup ## Make the documentation as pages, in build/docs
	@echo "Making the documentation..."
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "It is in build/docs/index.html."

lint: setup ## Look for faults in the code (ruff)
	@echo "Linting..."
	$(BIN)/ruff check .

format-check: setup ## Check the layout of the code (ruff)
	@echo "Checking the layout..."
	$(BIN)/ruff format --check .

types: setup ## Check the types (mypy --strict)
	@echo "Checking the types..."
	$(BIN)/python -m mypy

imports: setup ## Check who may import whom (import-linter)
	@echo "Checking the imports..."
	$(BIN)/lint-imports --no-logo

format: setup ## Lay out the code and put right what can be put right by machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: venv ## Choose exact versions for requirements.lock (UPGRADE=1 takes newer ones)
	@$(BIN)/python -c 'import piptools' 2>/dev/null || { \
		echo "Installing pip-tools..."; \
		$(BIN)/python -m pip install --quiet 'pip-tools>=7.6,<8'; }
	@echo "Making requirements.lock..."
	@$(BIN)/python scripts/make_lock.py

clean: ## Remove .venv, caches and build output (not the index in data/)
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis \
		.coverage .coverage.* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A working .venv with nothing but pip in it; remade if it is missing, half-made or of too old a Python.
venv:
	@if $(BIN)/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then exit 0; fi; \
	if ! command -v $(PYTHON) >/dev/null; then \
		echo "Python 3.11 or newer is needed, and $(PYTHON) was not found." >&2; \
		echo "Next: sudo apt install python3 python3-venv" >&2; exit 1; fi; \
	if ! $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Next: install a newer one and run make with PYTHON=python3.11 (or its name)" >&2; exit 1; fi; \
	if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$(PYTHON) cannot make virtual environments yet: Debian and Ubuntu keep that in a package." >&2; \
		echo "Next: sudo apt install python3-venv" >&2; exit 1; fi; \
	echo "Making .venv with $$($(PYTHON) --version 2>&1)..."; \
	$(PYTHON) -m venv --clear $(VENV)

new-torch-index:

# Another TORCH_INDEX than last time, if one is given, is a reason to set up again.
ifneq ($(TORCH_INDEX),)
ifneq ($(TORCH_INDEX),$(shell cat $(TORCH_FROM) 2>/dev/null))
$(STAMP): new-torch-index
endif
endif

$(STAMP): requirements.lock pyproject.toml
	@rm -f $(STAMP)
	@$(MAKE) --no-print-directory venv
	@echo "Installing pip from requirements.lock..."
	@$(BIN)/python -m pip install --quiet --upgrade --constraint requirements.lock pip
	@if [ -n "$$TORCH_INDEX" ] && [ "$$TORCH_INDEX" != "$$(cat $(TORCH_FROM) 2>/dev/null)" ]; then \
		$(BIN)/python -m pip uninstall --quiet --yes torch; fi
	@$(BIN)/python scripts/announce_torch.py --lock requirements.lock --index-url "$$TORCH_INDEX"
	@if [ -n "$$TORCH_INDEX" ]; then \
		echo "Installing torch from the index given..."; \
		$(BIN)/python -m pip install --no-deps --index-url "$$TORCH_INDEX" \
			"$$(sed -n 's/^\(torch==[^ ]*\).*/\1/p' requirements.lock)" && \
		printf '%s\n' "$$TORCH_INDEX" > $(TORCH_FROM); fi
	@echo "Installing what requirements.lock names (some minutes the first time)..."
	@$(BIN)/python -m pip install --requirement requirements.lock
	@echo "Installing Despatch Box itself..."
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
	$(eval JUST_SET_UP := yes)
