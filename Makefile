# `make` alone lists the targets. Everything else is said in README.md and docs/operating.md.
PYTHON ?= python3
PORT ?= 8000
ROUNDS ?= 100
EXAMPLES ?= 200
REGRADES ?= 10000
FLIPS ?= 5000
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup demo test check soak peers bench

help:  ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 14

setup: .venv/tests  ## make .venv with everything, tests included

# The demonstration waits only for what it runs on; the tests' tools come on top.
.venv/product: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; name one with: make PYTHON=/path/to/python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(INSTALL) -e .
	@touch $@

.venv/tests: .venv/product
	$(INSTALL) -e '.[test]'
	@touch $@

demo: .venv/product  ## an exam platform with invented people on http://127.0.0.1:PORT
	$(BIN)/quizapp demo --port $(PORT)

check: setup  ## formatting, lint, types and the layer contracts
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: check  ## the whole gate: check, then every test on both databases and in a browser
	@chromium=$$($(BIN)/python -m tests.support.browser_setup) && \
		QUIZAPP_TEST_CHROMIUM="$$chromium" $(BIN)/pytest -n 2 --dist worksteal

soak: setup  ## every fault, the API and a regrade with large counts (ROUNDS, EXAMPLES, FLIPS, REGRADES)
	$(BIN)/python -m benchmarks.soak
	QUIZAPP_TEST_KILLS=$(ROUNDS) QUIZAPP_TEST_EXAMPLES=$(ROUNDS) $(BIN)/pytest -q tests/faults
	QUIZAPP_TEST_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -q tests/web/test_api_fuzzing.py
	QUIZAPP_TEST_FLIPS=$(FLIPS) $(BIN)/pytest -q tests/integrations/test_pdf_signatures.py
	QUIZAPP_TEST_REGRADES=$(REGRADES) $(BIN)/pytest -q tests/services/test_regrade_crowd.py

peers: setup  ## other people's programs check what we sign, and play and convert what we export (needs npm)
	test -x .venv-peers/bin/qti-convert || ($(PYTHON) -m venv .venv-peers && \
		.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check outloud==0.2.1 \
			citolab-qti-convert==0.2.0)
	$(BIN)/python -m tests.peers.pdfs .venv-peers/bin/outloud
	@command -v npm >/dev/null || { echo "npm is needed: install Node 20 or newer"; exit 1; }
	npm --prefix tests/peers/verifier ci --no-audit --no-fund
	npm --prefix tests/peers/player ci --no-audit --no-fund --ignore-scripts
	QUIZAPP_TEST_PEER=1 $(BIN)/pytest -v tests/peers

bench: setup  ## load and size measurements; they print ratios
	$(BIN)/python -m benchmarks
