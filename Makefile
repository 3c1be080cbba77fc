# The one file of commands that people and CI both use. `make demo` and `make test` set up what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: bench demo test lint sam-validate sam-build clean

$(VENV)/.ready: requirements-dev.txt infra/requirements.txt shared/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

.venv-sam/.ready: requirements-sam.txt
	$(PYTHON) -m venv .venv-sam
	.venv-sam/bin/python -m pip install --quiet --requirement requirements-sam.txt
	touch $@

# A made-up newspaper from the sample wire, on a port of this machine, until Ctrl-C. Without a
# terminal, or with DEMO_ONCE=1, it stops when the front page is there.
demo: $(VENV)/.ready
	@$(BIN)/wireroom demo

# Lint, types, and every test.
test: $(VENV)/.ready lint
	$(BIN)/python -m pytest -n auto -q

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml

sam-validate: .venv-sam/.ready
	AWS_DEFAULT_REGION=eu-west-1 SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam validate --lint

# Needs a python3.13 on PATH, as SAM builds for the runtime's own version.
sam-build: .venv-sam/.ready
	SAM_CLI_TELEMETRY=0 .venv-sam/bin/sam build

clean:
	rm -rf $(VENV) .venv-sam .aws-sam out build

# How fast it is, on this machine.
bench: $(VENV)/.ready
	$(BIN)/python -m bench.publish
