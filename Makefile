# Everything a newcomer types: `make run` to try it, `make check` while working, `make test` before handing in.
# A fresh machine needs Python 3.11 or newer, make, and the package registries; nothing else.

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
LOCKS := .requirements

# One text is little work: threads of the matrix library only get into each other's way when several programs run.
export OPENBLAS_NUM_THREADS ?= 1

# The first of these that starts and is new enough. Set PYTHON=... to choose another.
PYTHON ?= $(shell for candidate in python3.13 python3.12 python3.11 python3 python; do \
	"$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$candidate" && break; done)

# The machine's own list of trusted certificates, so that a network which inspects its traffic still works.
export UV_SYSTEM_CERTS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
UV := $(BIN)/uv

# Two workers suit two cores; tests that share one big part (Rasa, a browser) stay together in one worker.
WORKERS ?= 2
PYTEST := $(BIN)/python -m pytest --numprocesses=$(WORKERS) --dist=loadgroup

.PHONY: help
help: ## show what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r what why; do printf '%-18s %s\n' "$$what" "$$why"; done

# ---------------------------------------------------------------------------------------------------- setting up

.PHONY: setup
setup: $(VENV)/.installed bot/web/static/vendor/.installed ## build .venv with first-contact in it; a second time takes no time
	@:

$(VENV)/pyvenv.cfg:
	@if [ -z "$(PYTHON)" ]; then \
		echo "No Python 3.11 or newer was found. Install one (on Debian 12: apt install python3 python3-venv)," >&2; \
		echo "or name it: make setup PYTHON=/path/to/python3.12" >&2; exit 1; fi
	@if ! "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "$(PYTHON) cannot make virtual environments here, because its parts venv and ensurepip are missing." >&2; \
		echo "On Debian and Ubuntu: apt install $$("$(PYTHON)" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')" >&2; exit 1; fi
	@echo "==> setting up: a virtual environment in $(VENV), with $$("$(PYTHON)" --version)"
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.uv: $(LOCKS)/uv.txt | $(VENV)/pyvenv.cfg
	@echo "==> setting up: the installer (uv)"
	@$(BIN)/python -m pip install --quiet --require-hashes -r $<
	@touch $@

# uv is fast but reads settings of its own; where only pip is set up to reach a registry, pip does the same, slowly.
# Each list is whole, so nothing is installed that is not on it.
$(VENV)/.installed: $(LOCKS)/dev.txt $(LOCKS)/encoder.txt pyproject.toml $(VENV)/.uv
	@echo "==> setting up: the libraries, exact versions with hashes (a minute or two, mostly downloads)"
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes $(LOCKS)/dev.txt $(LOCKS)/encoder.txt \
		|| { echo "==> setting up: uv could not, so pip tries the same"; \
		$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r $(LOCKS)/dev.txt -r $(LOCKS)/encoder.txt; }
	@echo "==> setting up: first-contact itself"
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

bot/web/static/vendor/.installed: bot/web/frontend/package.json bot/web/frontend/package-lock.json bot/web/frontend.py $(VENV)/.installed
	@$(BIN)/python -m bot.web.frontend
	@touch $@

# ------------------------------------------------------------------------------------------------------- running

.PHONY: run
run: setup ## set up if need be, then serve at 127.0.0.1:8000 with demonstration data
	@$(BIN)/first-contact demo
	@trap : INT; $(BIN)/first-contact serve --with-nlu || [ $$? -eq 130 ] # 130: Ctrl-C, which is no error here

# ------------------------------------------------------------------------------------------------------ checking

.PHONY: check
check: setup lint ## the fast checks: style, types, import direction, fast tests
	@$(PYTEST) -q -m "not slow"

.PHONY: lint
lint: setup ## style, types and import direction alone
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: test
test: setup ## every test, with PostgreSQL, Rasa and a browser started for them
	@$(PYTEST)

.PHONY: format
format: setup ## put every file into the house style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: bench
bench: setup ## messages a second on SQLite and on a PostgreSQL started for it, next to the bare commit rate
	@$(BIN)/python -m tests.support.postgres $(BIN)/first-contact bench --postgresql '{url}'

# ---------------------------------------------------------------------------------------------------- the detector

.PHONY: detector
detector: setup ## build the detector's classifier anew from its training text (about half an hour)
	@$(BIN)/python -m dialogue.safety.build fit

.PHONY: detector-report
detector-report: setup ## the training text's balance and near-duplicates, and the detector's figures
	@$(BIN)/python -m dialogue.safety.build report

.PHONY: screenshots
screenshots: setup ## take the README's pictures again
	@$(BIN)/python -m tests.support.screenshots

# ----------------------------------------------------------------------------------------------------- upkeep

# Exact versions with hashes and no addresses. `make lock` keeps what is locked; `make lock UPGRADE=--upgrade` renews.
UPGRADE ?=
COMPILE := $(UV) pip compile --quiet --generate-hashes --universal --custom-compile-command "make lock" $(UPGRADE)

.PHONY: lock
lock: $(VENV)/.uv ## compile the lists of exact versions again, after a change in pyproject.toml
	@cd $(LOCKS) && for part in uv node postgresql; do \
		echo "==> locking $$part"; ../$(COMPILE) --python-version 3.11 $$part.in -o $$part.txt || exit 1; done
	@echo "==> locking encoder"
	@cd $(LOCKS) && ../$(COMPILE) --no-deps --python-version 3.11 encoder.in -o encoder.txt
	@echo "==> locking service"
	@$(COMPILE) --python-version 3.11 pyproject.toml -o $(LOCKS)/service.txt
	@echo "==> locking dev"
	@$(COMPILE) --python-version 3.11 -c $(LOCKS)/service.txt -c $(LOCKS)/uv.txt pyproject.toml --extra training --group dev -o $(LOCKS)/dev.txt

.PHONY: clean
clean: ## take away what setting up and testing made; the data in var/ and the trained model stay
	rm -rf $(VENV) dist bot/web/frontend/node_modules bot/web/static/vendor
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find bot dialogue handoff tests -name __pycache__ -type d -prune -exec rm -rf {} +
