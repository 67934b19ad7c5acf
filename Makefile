.DEFAULT_GOAL := help
.PHONY: help demo down test test-slow test-traffic test-install test-oldest test-versions clean-cache check check-versions audit fuzz bench bench-at-rest bench-start bench-tenants transitions generate lock

PYTHON ?= python3
BIN := .venv/bin

# Any of 1.31 to 1.37 (oldest, newest): 'make demo KUBERNETES=1.33', 'make test KUBERNETES=1.33'. Without it, the newest.
export KUBERNETES

# What is run on each version of Kubernetes: all that asks an API server, and a part of what needs real pods.
CLUSTER_TESTS := tests/cluster tests/property cluster/tests -m "cluster and not slow and not traffic"
TRAFFIC_TESTS := tests/traffic/test_smoke.py tests/traffic/test_nftables.py tests/traffic/scenarios/test_b_compact_strings.py -m traffic

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/installed ## Start a cluster with the operator and the samples in it, and show them; KUBERNETES=1.33
	@$(BIN)/python -m demo up

down: .venv/installed ## Stop what 'make demo' started
	@$(BIN)/python -m demo down

test: .venv/installed ## Run all tests but those below; ARGS="-m 'not cluster'" for those that need no cluster
	@$(BIN)/pytest --ignore=tests/install -m "not traffic and not slow" $(ARGS)

test-slow: .venv/installed ## Test outages, restores, and what is asked at rest, each on a cluster of its own
	@$(BIN)/pytest --ignore=tests/install -m slow $(ARGS)

test-traffic: .venv/installed ## Test with pods that really run, and connections to them; needs root
	@$(BIN)/pytest --ignore=tests/install -m traffic $(ARGS)

test-install: .venv/installed ## Test the chart, the image, the rights and the rest of manifests/; needs root
	@$(BIN)/pytest tests/install $(ARGS)

test-oldest: .venv/installed ## Test on the oldest Kubernetes that is supported what changes with the version; needs root
	@KUBERNETES=oldest $(BIN)/pytest $(CLUSTER_TESTS) $(ARGS)
	@KUBERNETES=oldest $(BIN)/pytest $(TRAFFIC_TESTS) $(ARGS)

test-versions: .venv/installed ## The same on every version, and write docs/versions.md: hours; needs root
	@$(BIN)/python -m docs.versions '$(CLUSTER_TESTS)' '$(TRAFFIC_TESTS)'

clean-cache: .venv/installed ## Remove builds of Kubernetes that are out of date
	@$(BIN)/python -m localcluster clean-cache

check: .venv/installed ## Check format, lint, types, the layers and what is generated
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/exposer crd | diff -u crds/exposerequests.yaml -
	$(BIN)/python docs/generate.py | diff -u docs/port-strings.md -
	$(BIN)/python docs/generate_conditions.py | diff -u docs/conditions.md -
	test -z "$$(gofmt -l cluster tests)"
	$(BIN)/python -m tests.budget

check-versions: .venv/installed ## Ask each version of Kubernetes whether it takes the CRD and the policies, and what they cost
	@$(BIN)/python -m tests.budget

audit: .venv/installed ## Look for known vulnerabilities of the locked packages; says so where no database can be reached
	@$(BIN)/python -m manifests.audit

fuzz: .venv/installed ## Feed the parser a million inputs; ARGS="--seed 1" repeats a run
	@$(BIN)/python -m tests.fuzz.fuzz_parse $(ARGS)

bench: .venv/installed ## Measure the parser, a large status, how soon a request is Ready, what holds the event loop
	@$(BIN)/python -m benchmarks.parse
	@$(BIN)/python -m benchmarks.status
	@$(BIN)/python -m benchmarks.latency
	@$(BIN)/python -m benchmarks.blocking

bench-at-rest: .venv/installed ## Count what is asked of the API server in 5 minutes beside 1,000 requests; ARGS="--requests 100"
	@$(BIN)/python -m benchmarks.at_rest $(ARGS)

bench-start: .venv/installed ## Measure memory and CPU of a start; ARGS="--services 1000 --bytes 260000"
	@$(BIN)/python -m benchmarks.start $(ARGS)

bench-tenants: .venv/installed ## Measure how soon requests are Ready beside each kind of hostile namespace; ARGS="one-name-deleted"
	@$(BIN)/python -m benchmarks.tenants $(ARGS)

transitions: .venv/installed ## Measure every change on a cluster, and write docs/transitions.md
	@$(BIN)/python -m docs.transitions

generate: .venv/installed ## Write what is generated from the models, the grammar and the code
	$(BIN)/exposer crd > crds/exposerequests.yaml
	$(BIN)/python docs/generate.py > docs/port-strings.md
	$(BIN)/python docs/generate_conditions.py > docs/conditions.md
	$(BIN)/python -m manifests.generate

lock: ## Pin the newest dependencies (needs uv)
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate pyproject.toml -o requirements.lock
	uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate pyproject.toml --group dev -o requirements-dev.lock
	echo pip-audit | uv pip compile -q --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate - -o requirements-audit.lock

# A virtual environment of its own: nothing is installed into the system's Python.
.venv/installed: requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("exposer needs Python 3.11 or later, and $(PYTHON) is " + sys.version.split()[0] + "; say which to use: make PYTHON=python3.12 ...")'
	@echo "Installing into .venv ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@
