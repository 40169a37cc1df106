# Two commands do everything on a machine with Python 3.11 or newer and make:
#   make annotate   sets up, then opens the workbench on the sample articles
#   make test       sets up, then runs the tests
# Both are quick the second time, and need no network then.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
MODELS := models/.checked

.PHONY: annotate test browser check check-types check-rest format snapshots screenshots training-proof interop transcripts chat-test docs wheel-test help
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' $(MAKEFILE_LIST)
	@echo "make browser    the workbench of annotator serve in a headless Chromium, and behind nginx"
	@echo "make check      format, lint, types, import contracts, dead code"
	@echo "make format     mend what the formatter and the linter can mend"
	@echo "make snapshots  accept how the screens look now, for tests/tui/test_snapshots.py"
	@echo "make training-proof   train on exports of the sample articles, and suggest with the model"
	@echo "make interop    exports through the real programs and back; installs them below .interop/"
	@echo "make docs       the documentation site, into site/; every link is checked"
	@echo "make transcripts   play the sessions in the docs again, and compare"
	@echo "make chat-test  asks chat servers that others wrote; installs them below .chat/"
	@echo "make wheel-test the wheel installed by pip, pipx and uv, and used from init to validated gold"
	@echo "make screenshots   take the pictures of the docs from the running program"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "annotator needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@echo "making $(VENV)" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --upgrade "$$(grep '^pip==' constraints.txt)"

$(VENV)/.packages: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing packages" >&2
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

# They come with those of the program in one step: after one another, both would be resolved and ours built twice.
$(VENV)/.developer-packages: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing packages, with the tools for tests and checks" >&2
	@$(PIP) install --constraint constraints.txt --editable . --group dev
	@touch $(VENV)/.packages $@

# The models are data for the user's own download; without them rules and patterns suggest alone.
$(MODELS): $(VENV)/.packages
	@$(BIN)/annotator models install es en && touch $@ \
	  || echo "going on without models; the next run tries again" >&2

annotate: $(VENV)/.packages $(MODELS)
	@$(BIN)/annotator
	@command -v annotator > /dev/null || echo "in this shell, annotator becomes a command by: . $(BIN)/activate" >&2

test: $(VENV)/.developer-packages $(MODELS)
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal $(ARGS)

browser: $(VENV)/.developer-packages
	@for program in $${CHROMIUM:-chromium} /usr/sbin/nginx openssl; do command -v $$program > /dev/null \
	  || { echo "$$program is missing: on Debian, apt install chromium nginx-light openssl" >&2; exit 1; }; done
	@$(BIN)/python -m pytest -m browser tests/browser $(ARGS)

# The types take longest, so everything else is checked beside them.
check: $(VENV)/.developer-packages
	@$(MAKE) --no-print-directory --jobs check-types check-rest

check-types: $(VENV)/.developer-packages
	$(BIN)/mypy

check-rest: $(VENV)/.developer-packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/vulture

format: $(VENV)/.developer-packages
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

snapshots: $(VENV)/.developer-packages
	ACCEPT_SNAPSHOTS=1 $(BIN)/python -m pytest -q tests/tui/test_snapshots.py

screenshots: $(VENV)/.developer-packages $(MODELS)
	$(BIN)/python -m tools.screenshots

training-proof: $(VENV)/.packages $(MODELS)
	@$(BIN)/python -m tools.training

interop: $(VENV)/.developer-packages
	@$(BIN)/python -m tools.interop $(ARGS)

transcripts: $(VENV)/.developer-packages $(MODELS)
	@$(BIN)/python -m tools.transcripts $(ARGS)

$(VENV)/.docs-packages: $(BIN)/python pyproject.toml constraints.txt
	@echo "installing MkDocs" >&2
	@$(PIP) install --constraint constraints.txt --group docs
	@touch $@

# Not --quiet: with it, MkDocs does not count warnings, and --strict has no effect.
docs: $(VENV)/.docs-packages
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "the site is in site/: open site/index.html, or $(BIN)/python -m http.server -d site for its search"

chat-test: $(VENV)/.developer-packages
	@$(BIN)/python -m tools.chat_servers $(ARGS)

# What users get: without constraints, from nothing to validated gold. ARGS="pip" tries one way of installing.
wheel-test: $(VENV)/.developer-packages
	@$(PIP) install --constraint constraints.txt --group wheel
	@$(BIN)/python -m tools.wheel_test $(ARGS)
