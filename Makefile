# The one file of commands that people and CI both use. `make demo` and `make test` set up what they need.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PYTHONDONTWRITEBYTECODE = 1
# Where modules are; as `pythonpath` in pyproject.toml.
SOURCES := shared:infra:.:functions/pictures:functions/desk
# All cores, and sets in the same order each time.
PYTEST := PYTHONHASHSEED=0 $(BIN)/python -m pytest -n auto --dist worksteal -q --durations=10

# $(call BESIDE_LINT,tests): lint runs beside the tests, and the failure of either is the gate's. What
# lint found is said at once, and again below what the tests say.
BESIDE_LINT = @mkdir -p build; \
	{ $(MAKE) --no-print-directory lint >build/lint.txt 2>&1 || { cat build/lint.txt; exit 1; }; } & \
	echo '$(1)'; $(1); tests=$$?; wait $$!; lint=$$?; cat build/lint.txt; \
	[ $$lint = 0 ] || echo '=== lint failed: see above ==='; [ $$tests = 0 ] && [ $$lint = 0 ]

.PHONY: bench demo test check lint lint-style lint-types lint-template sam-validate sam-build fuzz clean simulate soak parity dynamodb-local tools audit pictures

$(VENV)/.ready: requirements-dev.txt infra/requirements.txt shared/requirements.txt functions/pictures/requirements.txt functions/desk/requirements.txt pyproject.toml
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

# Lint, types, and every test. The same each time: `make fuzz` and `make soak` are for chance. With
# COMPARE=1, in the same run, what `make parity` does; `make dynamodb-local` first.
COMPARE ?=
test: $(VENV)/.ready
	$(call BESIDE_LINT,$(PYTEST) $(if $(COMPARE),-p tests.parity.plugin))

# The daily loop: all but the simulation, the browser, the fuzzing and what is marked slow.
check: $(VENV)/.ready
	$(call BESIDE_LINT,$(PYTEST) -m "not slow" $(addprefix --ignore=tests/,simulation browser fuzz))

# Side by side: each of the three uses one core.
lint: $(VENV)/.ready
	@$(MAKE) --no-print-directory -j 3 lint-style lint-types lint-template

lint-style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

lint-types:
	$(BIN)/mypy

lint-template:
	$(BIN)/cfn-lint template.yaml

# Looks for input that breaks what tests/fuzz/targets.py says holds for all of it; build/fuzz keeps
# what was found interesting, and the input of a finding. One target: `make fuzz FUZZ_TARGETS=feed`.
# Then every property test with examples of chance; what fails prints its example to pin.
FUZZ_SECONDS ?= 60
FUZZ_TARGETS ?= unpack feed text json sanitise normalise pages
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

# What the tests believe of DynamoDB, compared call by call with Amazon's own DynamoDB Local. An npm
# package carries it; it is fetched to test with, and is no part of Wireroom. Skipped, with the
# reason, where it can't be had. A package with another hash, and a difference, are failures.
SIMULATOR := amplify-dynamodb-simulator
SIMULATOR_VERSION := 2.9.30
SIMULATOR_SHA256 := 3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9
SIMULATOR_PACKAGE := build/$(SIMULATOR)-$(SIMULATOR_VERSION).tgz
parity: $(VENV)/.ready dynamodb-local
	@[ ! -d build/dynamodb-local ] || \
		$(PYTEST) -m "not slow" -p tests.parity.plugin tests/pipeline tests/parity

dynamodb-local:
	@mkdir -p build; reason=""; \
	if ! command -v java >/dev/null; then \
		reason="java is missing (Debian: default-jre-headless)"; \
	elif [ -e $(SIMULATOR_PACKAGE) ]; then true; \
	elif ! command -v npm >/dev/null; then \
		reason="npm is missing (Debian: nodejs npm)"; \
	elif ! timeout 300 npm pack --loglevel=error --pack-destination build \
		$(SIMULATOR)@$(SIMULATOR_VERSION) >/dev/null; then \
		rm -f $(SIMULATOR_PACKAGE); reason="npm could not fetch $(SIMULATOR)"; \
	fi; \
	if [ -n "$$reason" ]; then \
		echo "=== SKIPPED: nothing is compared with DynamoDB Local: $$reason ===" >&2; \
	else \
		$(MAKE) --no-print-directory build/dynamodb-local; \
	fi

build/dynamodb-local: $(SIMULATOR_PACKAGE)
	echo "$(SIMULATOR_SHA256)  $<" | sha256sum --check --quiet || { rm $<; exit 1; }
	rm -rf $@ $@.new && mkdir $@.new
	tar -xzf $< -C $@.new --strip-components=1 package/emulator
	mv $@.new $@ && touch $@

# Programs of others that tests use, from npm; said where one can't be had. The tests that need them
# are part of `make test`, and skipped without them.
tools: $(VENV)/.ready
	$(BIN)/python -m tests.browser.tools

# Each kind of page in Chromium, by axe-core, Lighthouse and the Nu HTML checker, at each width, by day
# and by night, in each language. `make test` looks at each page in some of these ways.
audit: tools
	AUDIT=1 $(BIN)/python -m pytest -q -rs tests/browser/test_every_kind.py

# The pictures of each kind of page in docs/pictures/pages, and of each screen of the desk in
# docs/pictures/desk, to be looked at after a change of design.
pictures: $(VENV)/.ready
	PYTHONPATH=$(SOURCES) $(BIN)/python -m tests.browser.pictures
	PYTHONPATH=$(SOURCES) $(BIN)/python -m tests.browser.desk_pictures

# How fast it is, on this machine.
bench: $(VENV)/.ready
	$(BIN)/python -m bench.publish
	$(BIN)/python -m bench.click
	$(BIN)/python -m bench.desk

# Replay one run of the simulation with its story: make simulate SEED=186
simulate: $(VENV)/.ready
	PYTHONPATH=$(SOURCES) $(BIN)/python -m tests.simulation simulate $(SEED)

# Run SEEDS seeds from FIRST on, on all cores; without SEEDS, until told to stop. Failing ones go to
# build/simulation: make soak FIRST=1000 SEEDS=20000
FIRST ?= 1000
SEEDS ?= 0
soak: $(VENV)/.ready
	PYTHONPATH=$(SOURCES) $(BIN)/python -m tests.simulation soak $(FIRST) $(SEEDS)
