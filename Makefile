# Two commands do all the set-up: `make run` and `make test`.
.DELETE_ON_ERROR:
.PHONY: run test check unit setup lock clean

PYTHON ?= python3
BIN := .venv/bin
SCENARIO ?= scenarios/corporate/no-upgrade-and-buffering.yaml

run: setup
	$(BIN)/lab run $(SCENARIO)

test: setup check
	$(BIN)/pytest -q

# What needs no browser, for the time between two edits.
unit: setup check
	$(BIN)/pytest -q -m "not browser"

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/lab install
	touch $@

# Locks what pyproject.toml asks for (needs pip-tools).
lock:
	pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-emit-index-url \
	  --no-emit-find-links --no-emit-trusted-host --no-header --extra dev --extra fast -o requirements.lock pyproject.toml

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
