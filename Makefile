# `make` prints what there is. Everything below needs only Python 3.11, Java 17 and Maven; what else a
# machine lacks, `.venv/bin/python -m local_stack doctor` says once `make setup` has the Python packages.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
JARS := .build/jars
DATA ?=
STAGE ?= dev
FAULTS ?=
CASES ?= 500
OURS := bikeshare lambdas glue_jobs chalice_api/app.py chalice_api/chalicelib cdk_app local_stack
PARTS ?=
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help demo test check templates unit accuracy bench chaos fuzz audit lighthouse screenshots setup synth costs diff deploy destroy lock clean

help: ## Print this list
	@grep -hE '^[a-z ]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z ]+):.*## /\1\t/' | expand -t 22

demo: setup ## Run it all on this machine and show the map (DATA="files…" for your own)
	$(BIN)/python -m local_stack demo $(DATA)

test: setup .build/setup-clients check ## Run every check and every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: setup .build/checked-templates ## Lint, types, import rules, spelling and templates; starts no service
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=.:chalice_api $(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/bandit --quiet --severity-level medium --configfile pyproject.toml --recursive $(OURS)

templates: setup .build/checked-templates ## Check the AWS templates of every stage: cdk-nag, cfn-lint, checkov

unit: setup ## Run the tests that need no service
	$(BIN)/python -m pytest tests/unit

accuracy: setup ## Measure how far off the answers are and write docs/accuracy.md
	$(BIN)/python -m tests.accuracy

bench: setup .venv-bench .build/setup-jars-flink ## Measure beside its rivals and write docs/benchmarks.md (PARTS="publish api")
	PYTHONPATH=chalice_api $(BIN)/python -m tests.bench $(PARTS)

# The rivals in an environment of their own; nothing of it can reach the product.
.venv-bench: requirements/bench.txt .build/setup-python
	test -x $@/bin/python || $(PYTHON) -m venv $@
	$(BIN)/uv pip sync --quiet --python $@/bin/python --require-hashes requirements/bench.txt
	touch $@

chaos: setup ## Strike the local stack with every fault once (FAULTS="--seed 5 --runs 200")
	$(BIN)/python -m tests.chaos $(FAULTS)

fuzz: setup ## Ask the API what its contract allows and does not (CASES=2000 for each path)
	PYTHONPATH=.:chalice_api $(BIN)/python -m tests.fuzz --max-examples $(CASES) --workers 2 --continue-on-failure

audit: setup .build/setup-audit ## Ask PyPI and npm for known vulnerabilities of what is pinned
	.ci/audit

setup: .build/setup-python .build/setup-jars-kafka .build/setup-jars-spark .build/setup-cdk .build/setup-page ## Install what is needed; again is free

.build/setup-python: requirements/setup.txt requirements/local.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Python 3.11 is needed, as on Glue 5.1; name it with make PYTHON=/path/to/python3.11"; exit 1; }
	@mkdir -p .build
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/setup.txt
	$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/setup.txt requirements/local.txt
	touch $@

# Strangers' programs that the tests have read us; nothing else needs them.
.build/setup-clients: .build/setup-python .build/setup-jars-validator requirements/clients.txt
	test -x .build/clients/bin/python || $(PYTHON) -m venv .build/clients
	$(BIN)/uv pip sync --quiet --python .build/clients/bin/python --require-hashes requirements/clients.txt
	touch $@

.build/setup-audit: .build/setup-python requirements/audit.txt
	test -x .build/audit/bin/python || $(PYTHON) -m venv .build/audit
	$(BIN)/uv pip sync --quiet --python .build/audit/bin/python --require-hashes requirements/audit.txt
	touch $@

# One Maven profile a folder: the broker and Spark want different versions of the same jars.
.build/setup-jars-%: pom.xml
	@command -v mvn > /dev/null || { echo "Maven is missing: apt-get install maven (macOS: brew install maven)"; exit 1; }
	@mkdir -p .build
	rm -rf $(JARS)/$*
	mvn --batch-mode --quiet -P$* dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$(CURDIR)/$(JARS)/$*"
	touch $@

# Apart, since it pins an old boto3.
.build/setup-checkov: .build/setup-python requirements/checkov.txt
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python .build/checkov
	$(BIN)/uv pip sync --quiet --python .build/checkov/bin/python --require-hashes requirements/checkov.txt
	touch $@

# Three gates, each shut by a finding that nobody has answered for in cdk_app: cdk-nag within the
# synthesis, cfn-lint, and checkov, which alone sees Chalice's resources. Only what the templates are
# made of can change what they find: cdk_app, what it imports, and the API, whose paths and methods come
# from its contract, its feeds and its answers. New content of another package is another digest in them
# and nothing else, so that `make check` mostly has nothing to do here.
MADE_OF := cdk.json chalice_api/app.py chalice_api/.chalice/config.json bikeshare/drops.py bikeshare/topics.py \
  $(shell find chalice_api/chalicelib -name '*.py') $(shell find cdk_app -name '*.py' -not -path '*/costs/*')
.build/checked-templates: $(MADE_OF) .build/setup-cdk .build/setup-checkov | .build/setup-page
	rm -rf .build/templates
	for stage in dev city metro; do \
	  $(BIN)/node node_modules/aws-cdk/bin/cdk synth --quiet -c stage=$$stage --output .build/templates/$$stage > /dev/null; \
	done
	$(BIN)/cfn-lint .build/templates/*/*.template.json
	.build/checkov/bin/checkov --quiet --compact --skip-download --framework cloudformation \
	  --file .build/templates/*/*.template.json
	touch $@

# Node 24 and npm come from a Python package, so that nothing needs root.
.build/setup-cdk: .build/setup-python package.json package-lock.json
	$(BIN)/npm ci --silent
	touch $@

.build/setup-page: .build/setup-python chalice_api/package.json chalice_api/package-lock.json chalice_api/chalicelib/page.py chalice_api/chalicelib/search/words.py $(wildcard chalice_api/frontend/*)
	$(BIN)/npm ci --silent --prefix chalice_api
	cd chalice_api && ../$(BIN)/python -m chalicelib.page
	touch $@

lighthouse: setup ## Audit the page with Lighthouse, on a phone and a desktop
	$(BIN)/npm ci --silent --prefix tests/lighthouse
	PYTHONPATH=chalice_api $(BIN)/python -m tests.lighthouse

screenshots: setup ## Take the pictures of the README from the real page
	PYTHONPATH=chalice_api $(BIN)/python -m tests.browser.screenshots

synth: setup ## Write the CloudFormation templates; needs no AWS account
	$(BIN)/node node_modules/aws-cdk/bin/cdk synth --quiet -c stage=$(STAGE)

costs: setup ## Price every stage and write it into docs/operations.md
	$(BIN)/python -m cdk_app.costs

diff deploy destroy: setup ## Compare with, stand up or take down STAGE in your AWS account
	$(BIN)/node node_modules/aws-cdk/bin/cdk $@ --all -c stage=$(STAGE)

# What runs on AWS is pinned for its own Python and processor; boto3 and all it needs come with Lambda.
LOCK := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-annotate --no-header
WITH_LAMBDA := boto3 botocore s3transfer jmespath python-dateutil six urllib3
lock: .build/setup-python ## Pin the newest allowed versions, with hashes and without addresses
	for name in setup local bench clients audit; do \
	  $(LOCK) --universal --python-version 3.11 requirements/$$name.in -o requirements/$$name.txt; \
	done
	for name in publish migrate api sweep measure; do \
	  $(LOCK) --only-binary :all: --python-version 3.12 --python-platform aarch64-manylinux_2_28 \
	    $(addprefix --no-emit-package ,$(WITH_LAMBDA)) requirements/$$name.in -o requirements/$$name.txt; \
	done
	$(LOCK) --only-binary :all: --python-version 3.12 --python-platform aarch64-manylinux_2_28 \
	  $(addprefix --no-emit-package ,$(filter-out urllib3,$(WITH_LAMBDA))) requirements/poll.in -o requirements/poll.txt
	$(LOCK) --universal --python-version 3.11 requirements/checkov.in -o requirements/checkov.txt
	$(LOCK) --only-binary :all: --python-version 3.11 --python-platform x86_64-manylinux_2_28 \
	  requirements/glue.in -o requirements/glue.txt

clean: ## Remove what setup and the local stack made
	-$(BIN)/python -m local_stack down --purge
	rm -rf .build .local cdk.out node_modules chalice_api/node_modules tests/lighthouse/node_modules $(VENV) .venv-bench
