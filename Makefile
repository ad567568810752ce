# Two commands do everything: `make verify` and `make test`. `make` alone lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash
BIN := .venv/bin
EXAMPLE ?= e01-client-at-module-scope
PROJECT ?=
ARGS ?=
FUZZ_SECONDS ?= 30

.PHONY: help setup engine verify test check lint type arch unit replay faults faults-live fuzz live scenarios record bench accuracy lock clean

help:  ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

verify: engine  ## Verify a bundled example, or your project: make verify PROJECT=path
ifeq ($(PROJECT),)
	@rm -rf .cache/example && mkdir -p .cache
	@$(BIN)/verifier scenario prepare $(EXAMPLE) .cache/example
	@$(BIN)/verifier verify .cache/example/project $(ARGS) || [ $$? -eq 1 ]
else
	@$(BIN)/verifier verify $(PROJECT) $(ARGS)
endif

test: engine check replay faults live  ## Everything, live builds too

check: setup lint type arch unit  ## Fast checks, no engine needed

lint: setup
	$(BIN)/ruff check verifier tests
	$(BIN)/ruff format --check verifier tests

type: setup
	$(BIN)/mypy

arch: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/pytest -n 2 -m "not docker and not live" tests/unit tests/cli tests/architecture tests/lab

replay: setup  ## Scenarios from their recordings, no engine needed
	$(BIN)/pytest -n 2 tests/scenarios -m "not live"

faults: setup  ## Trouble of ours at every step of a run, no engine needed, counted in a table
	$(BIN)/pytest -n 2 -m "not live" tests/faults

faults-live: engine  ## The same with real registries, engines, disks and kills, all of it
	$(BIN)/pytest tests/faults

fuzz: setup  ## Readers of logs and archives against a fuzzer, FUZZ_SECONDS each
	$(BIN)/python -m pip install -q --disable-pip-version-check 'atheris>=3.0'
	for target in log archive; do $(BIN)/python -m tests.fuzz $$target -max_total_time=$(FUZZ_SECONDS); done

live: engine  ## Engine contract and a representative dozen of scenarios in real containers
	$(BIN)/pytest -m "(docker or live) and not thorough" tests/docker tests/contract tests/hostile tests/faults tests/cli tests/scenarios

scenarios: engine  ## All scenarios live, as a table
	$(BIN)/verifier scenario run

record: engine  ## Record all scenarios anew for replays
	$(BIN)/verifier scenario run --record

bench: engine  ## Speed ratios, taken side by side
	$(BIN)/python -m tests.bench

accuracy: setup  ## The search over recorded scenarios and in simulated worlds, beside others
	$(BIN)/python -m tests.lab.corpus
	$(BIN)/python -m tests.lab.table
	$(BIN)/python -m tests.lab.unsteady

engine: setup
	@$(BIN)/verifier doctor --fix

setup: .venv/.ready

.venv/.ready: pyproject.toml .ci/requirements.lock
	@command -v python3 >/dev/null || { echo "python3 (3.11 or newer) is needed"; exit 1; }
	@command -v git >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq git >/dev/null; } || { echo "git is needed"; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@test -x .venv/bin/python || python3 -m venv .venv 2>/dev/null || { rm -rf .venv; [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && python3 -m venv .venv; } || { echo "python3-venv is needed"; exit 1; }
	@echo "installing verifier into .venv"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r .ci/requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

lock:  ## Choose the newest versions that pyproject.toml allows, with the checksums of their files
	@test -x .cache/uv/bin/uv || { python3 -m venv .cache/uv && .cache/uv/bin/pip install -q uv; }
	@.cache/uv/bin/uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 \
	  --upgrade --generate-hashes --no-header --no-annotate -o .cache/requirements.lock
	@{ echo "# What 'make setup' installs, with the checksums of all files; written by 'make lock'."; \
	  cat .cache/requirements.lock; } > .ci/requirements.lock

clean:  ## Remove the virtual environment and caches
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis
