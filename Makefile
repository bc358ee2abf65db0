# Everything here needs Python 3.11 or later and make, nothing else: `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

$(VENV)/made: constraints.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Rempart needs Python 3.11 or later: name it, make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "· Installing the packages of constraints.txt (a minute or two, once)" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement constraints.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: help run test outside lint format bench soak constraints clean

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV)/made ## Run the demonstration (REMPART_PORT, REMPART_DATA and REMPART_READY_FILE are heeded)
	@exec $(BIN)/rempart demo

test: $(VENV)/made ## Run every test
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder

outside: $(VENV)/made ## Install what a few tests need besides: Spark, and a server that speaks S3
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --require-hashes \
		--requirement constraints-spark.txt
	@test -x $(VENV)/outside/bin/python || $(PYTHON) -m venv $(VENV)/outside
	@$(VENV)/outside/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--requirement constraints-outside.txt

lint: $(VENV)/made ## Check style, types and the order of the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

format: $(VENV)/made ## Put the code into the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/made ## Measure the gate: look-ups a second, alone and over HTTP
	$(BIN)/rempart bench gate

soak: $(VENV)/made ## Kill, cut and fill again and again: every fault test twenty times (REMPART_SOAK)
	REMPART_SOAK=$${REMPART_SOAK:-20} $(BIN)/python -m pytest -m faults

PIN = $(BIN)/pip-compile --quiet --upgrade --generate-hashes --strip-extras --allow-unsafe --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --output-file

constraints: $(VENV)/made ## Pin every package again, with hashes, from pyproject.toml
	@$(BIN)/python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb")); print(*p["project"]["dependencies"], *p["dependency-groups"]["dev"], *p["build-system"]["requires"], "pip", "wheel", sep="\n")' \
	| $(PIN) constraints.txt -
	@echo pyspark | $(PIN) constraints-spark.txt -
	@echo 'moto[s3,server]' | $(PIN) constraints-outside.txt -

clean: ## Remove what was made here, but not the data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
