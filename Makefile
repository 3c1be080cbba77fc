# The one file of commands that people and CI both use. `make demo` and `make test` set up what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE = 1
# All cores, and sets in the same order each time.
PYTEST := PYTHONHASHSEED=0 $(BIN)/python -m pytest -n auto --dist worksteal -q --durations=10

.PHONY: bench demo test check lint sam-validate sam-build fuzz clean simulate soak

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

# Lint, types, and every test. The same each time: `make fuzz` and `make soak` are for chance.
test: $(VENV)/.ready lint
	$(PYTEST)

# The daily loop: all but the simulation, the browser, the fuzzing and what is marked slow.
check: $(VENV)/.ready lint
	$(PYTEST) -m "not slow" --ignore=tests/simulation --ignore=tests/browser --ignore=tests/fuzz

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml

# Looks for input that breaks what tests/fuzz/targets.py says holds for all of it; build/fuzz keeps
# what was found interesting, and the input of a finding. One target: `make fuzz FUZZ_TARGETS=feed`.
# Then every property test with examples of chance; what fails prints its example to pin.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= unpack feed sanitise normalise pages
fuzz: $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --requirement requirements-fuzz.txt
	@set -e; for target in $(FUZZ_TARGETS); do echo "--- $$target"; \
	$(BIN)/python -m tests.fuzz.run $$target build/fuzz/$$target -print_final_stats=1 \
	-artifact_prefix=build/fuzz/$$target- -max_total_time=$(FUZZ_SECONDS); done
	$(BIN)/python -m pytest -n auto -q -m hypothesis --hypothesis-profile=chance

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

# Replay one run of the simulation with its story: make simulate SEED=186
simulate: $(VENV)/.ready
	PYTHONPATH=shared:infra:. $(BIN)/python -m tests.simulation simulate $(SEED)

# Run SEEDS seeds from FIRST on, on all cores; without SEEDS, until told to stop. Failing ones go to
# build/simulation: make soak FIRST=1000 SEEDS=20000
FIRST ?= 1000
SEEDS ?= 0
soak: $(VENV)/.ready
	PYTHONPATH=shared:infra:. $(BIN)/python -m tests.simulation soak $(FIRST) $(SEEDS)
