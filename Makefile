# Everything a person or a machine does with this repository. `make help` lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp
# a file of tests stays in one process, with the store and the server it was given
PYTEST := $(BIN)/python -m pytest -n 2 --dist loadfile --durations 12 --durations-min 10
COCKPIT := $(BIN)/cockpit

.PHONY: help setup demo test check bench soak screenshots docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## install what is needed: .venv, Chromium and a Chinese font for the tests

$(STAMP): requirements.txt pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" bash scripts/setup.sh
	@touch $@

demo: setup ## the demo city on a wall, in your browser
	$(COCKPIT) demo

test: check ## every test: check, then the slow ones, then the browser
	$(PYTEST) -m "(slow or server) and not browser"
	$(PYTEST) -m browser

check: setup ## lint, arrows, types and the fast tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(PYTEST) -m "not slow and not browser and not server"

bench: setup ## how fast: loading, asking, drawing, and what a wall costs
	$(BIN)/python -m benchmarks

soak: setup ## weeks of a wall in little time: memory, nodes, console; writes docs/soak.md
	$(BIN)/python -m benchmarks.soak

screenshots: setup ## pictures for README and docs; every scene at every size into var/screenshots
	$(BIN)/python -m scripts.screenshots

docs: setup ## write the generated pages again: commands, indicators, schemas
	$(BIN)/python scripts/docs.py

lock: ## requirements.txt anew from pyproject.toml
	@$(PYTHON) -m venv var/lock && var/lock/bin/pip install --quiet uv
	var/lock/bin/uv pip compile --quiet --upgrade --generate-hashes --no-annotate \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --python-version 3.11 --extra dev --group build --output-file requirements.txt pyproject.toml
	@rm -rf var/lock

clean: ## take away everything that was made, but keep the data in var/
	rm -rf .venv dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
