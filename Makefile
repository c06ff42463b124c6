# Every target makes the environment that it needs. PYTHON chooses the interpreter (3.11 or newer).
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Hundreds of processes are started by the tests: none of them should have to compile the sources again.
KEPT := env -u PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# For example --index-url with the address of PyTorch's CPU wheels.
TORCH_OPTIONS ?=
TRAIN_PIP := .venv-train/bin/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt --constraint constraints-train.txt

.PHONY: help demo sample test test-train lint fmt bench fuzz serve train notebooks contracts interface clean

help: ## Say what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# constraints.txt pins what was tested, so that tomorrow's install is today's.
$(VENV)/.base: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) install --constraint constraints.txt pip
	$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(PIP) install --constraint constraints.txt --editable . --group dev
	@touch $@

demo: $(VENV)/.base ## Install, then run the sample firm through ingest, suggest, decide and export.
	$(BIN)/hourtrail demo

test: $(VENV)/.dev ## Run the test-suite on real SQLite, PostgreSQL, git and Chromium.
	$(KEPT) $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# torch comes first, where TORCH_OPTIONS say that its CPU wheel lies: plain torch pulls gigabytes of CUDA on Linux.
.venv-train/.train: pyproject.toml constraints.txt constraints-train.txt
	$(PYTHON) -m venv .venv-train
	$(TRAIN_PIP) pip
	$(TRAIN_PIP) $(TORCH_OPTIONS) --no-deps torch
	$(TRAIN_PIP) --editable '.[postgres,train]' --group dev
	@touch $@

test-train: .venv-train/.train ## Run the tests of torch, sentence-transformers and a real mlflow server; installs 2 GB, once.
	.venv-train/bin/pytest -m train --no-skips --timeout 1200 $$(grep -rl 'mark\.train' tests --include='test_*.py')

lint: $(VENV)/.dev ## ruff, mypy strict, the import contracts.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

fmt: $(VENV)/.dev ## Format the code and fix what can be fixed.
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

bench: $(VENV)/.dev ## Measure speed as ratios in one run.
	$(BIN)/pytest tests/benchmarks -o python_files='bench_*.py' -s --timeout=1200

fuzz: $(VENV)/.dev ## Ask every operation hundreds of wrong and right things, as every role.
	HOURTRAIL_FUZZ=deep $(BIN)/pytest tests/serving/test_schemathesis.py tests/serving/test_bad_input.py

serve: $(VENV)/.base ## Serve the API and the day page on 127.0.0.1:8000, without a login: to try it out.
	$(BIN)/hourtrail serve --no-login

train: $(VENV)/.base ## Train the ranker on the public benchmark files named by DATA.
	$(BIN)/hourtrail train $(DATA)

notebooks: $(VENV)/.dev ## Execute the notebooks.
	$(BIN)/python notebooks/execute.py

contracts: $(VENV)/.base ## Write the JSON Schemas and the reference pages from the code.
	$(BIN)/python -m hourtrail.sources.contract_files.schemas data/contracts
	$(BIN)/python -m hourtrail.sources.contract_files.reference docs/reference/data-files.md
	$(BIN)/python -m hourtrail.cli.reference .
	$(BIN)/hourtrail models cards docs/reference/model-cards

interface: $(VENV)/.dev ## Ask for the examples anew, then write the snapshot of the interface, its table of roles and the client.
	$(BIN)/pytest tests/serving/test_examples.py -k answers_its_example --update-golden
	$(BIN)/pytest tests/serving/test_reading_api.py tests/serving/test_role_matrix.py -k "committed_one or the_table_is" --update-golden
	$(BIN)/python -m hourtrail_serving.client_writer tests/serving/openapi.json serving/hourtrail_client

sample: $(VENV)/.base ## Simulate the sample firm in data/sample again; the same bytes every time.
	$(BIN)/hourtrail simulate sample data/sample

clean: ## Remove environments and caches.
	rm -rf $(VENV) .venv-train .mypy_cache .ruff_cache .pytest_cache .hypothesis demo dist
