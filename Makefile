# Everything happens inside this folder: .venv (libraries) and var (data of the demo and of tests).
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
TRUCKS ?= 60
STATIONS ?= 6
SPEED ?= 10
SEED ?= 1
PORT ?= 8000
PYTHON := .venv/bin/python
# System checks need settings that parse, not servers that answer.
SETTINGS := SECRET_KEY=$$(head -c 40 /dev/urandom | od -An -tx1 | tr -d ' \n') \
	DATABASE_URL=postgresql://check@127.0.0.1:1/check REDIS_URL=redis://127.0.0.1:1/0 \
	PUBLIC_URL=https://yizhan.example ALLOWED_HOSTS=yizhan.example

.PHONY: help venv demo pictures icons test test-slow test-long test-all kill-reports outages fuzz bench-ingest bench-overload bench-map bench-find bench-plan bench-windows bench-fairness bench-charging lint format doctor lock bench-storage lighthouse bench-lists bench-start bench-tables

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

venv: ## make .venv with the locked libraries
	@bash config/make-venv.sh dev

demo: ## start everything with a simulated fleet; TRUCKS= STATIONS= SPEED= SEED= PORT=
	@bash config/make-venv.sh runtime
	@exec $(PYTHON) -m config.demo --trucks $(TRUCKS) --stations $(STATIONS) --speed $(SPEED) --seed $(SEED) \
		--port $(PORT)

test: lint ## lint and all tests but the slow ones
	@$(PYTHON) -m pytest -m "not slow and not long" -n 2 --dist loadgroup

test-slow: venv ## the slow tests: fresh-clone demo, a living world
	@$(PYTHON) -m pytest -m slow

test-thorough: venv ## every property with ten times the examples, new ones each time
	@$(PYTHON) -m pytest -m hypothesis --hypothesis-profile thorough -n 2 --dist loadgroup

test-long: venv ## kills that lose nothing, outages, a thousand rotations of keys, thousands of fuzzed requests
	@$(PYTHON) -m pytest -m long -s

test-all: test test-slow test-long test-thorough ## make test, the slow tests, the long ones, the search for new examples

kill-reports: venv ## 1,000,000 reports through 50 kills of web and PostgreSQL: none lost, none twice; REPORTS= KILLS= SEED=
	@$(PYTHON) -m tests.kill $(if $(REPORTS),--reports $(REPORTS)) $(if $(KILLS),--kills $(KILLS)) \
		$(if $(filter-out file,$(origin SEED)),--seed $(SEED))

outages: venv ## PostgreSQL killed and hung for 60 s, its disks full: what callers are told, and how soon
	@$(PYTHON) -m tests.kill.away

fuzz: venv ## the whole API under CASES (50,000) requests made from its contract; SEED= repeats a run
	@FUZZ_CASES=$(or $(CASES),50000) FUZZ_SEED=$(if $(filter command line,$(origin SEED)),$(SEED)) \
		$(PYTHON) -m pytest tests/e2e/test_fuzz.py -m long -n 0 -s

pictures: venv ## take the pictures of the README anew from a running demo
	@$(PYTHON) -m tests.pictures

lighthouse: venv ## what Lighthouse says of the driver's page on a slow phone; needs npm
	@$(PYTHON) -m pytest tests/e2e/test_lighthouse.py -m long -n 0 -s

icons: venv ## draw the driver's app icons anew from their SVG
	@$(PYTHON) -m tests.icons

bench-map: venv ## 5,000 trucks report, the live map in Chromium: change to pixels, bytes a refresh; TRUCKS= JSON last
	@$(PYTHON) -m tests.benchmarks.screens.live_map $(if $(filter command line,$(origin TRUCKS)),--trucks $(TRUCKS))

bench-charging: venv ## days of one station: what orderly charging saves against charging on return
	@$(PYTHON) -m tests.benchmarks.charging

bench-fairness: venv ## equal carriers, one of them unlucky: spread of waits and cost, with waits paid back and without
	@$(PYTHON) -m tests.benchmarks.fairness

bench-windows: venv ## windows in a noisy world: kept, promised, width, by noise, load and belief
	@$(PYTHON) -m tests.benchmarks.windows

bench-streams: venv ## 2,000 drivers with an open page each: from a promise's commit to the page, and memory; JSON last
	@$(PYTHON) -m tests.benchmarks.screens.streams

bench-ingest: venv ## reports at the limit of the machine: ours, DRF, COPY, hello, interleaved; JSON last
	@$(PYTHON) -m tests.benchmarks.ingest

bench-overload: venv ## three times what is taken, one noisy device, a week of backfill: what the others notice; JSON last
	@$(PYTHON) -m tests.benchmarks.overload

SIZE ?= ua1
bench-find: venv ## Ctrl-K over 92,800 objects or a million (SIZE=million): the right one in the first three, how soon; JSON last
	@$(PYTHON) -m tests.benchmarks.screens.find --size $(SIZE)

bench-plan: venv ## the planner on its instances: baselines, cost, bound, gap, seconds, memory; JSON last
	@$(PYTHON) -m tests.benchmarks.plan

ROWS ?= 50000000
bench-storage: venv ## bytes a report, reads, lists, roll-ups and dropping a day at 50 million reports; ROWS=
	@$(PYTHON) -m tests.benchmarks.storage --rows $(ROWS)

bench-lists: venv ## every list of the admin and our own pages at 10,000 trucks, 200 stations, 20,000 packs; JSON last
	@$(PYTHON) -m tests.benchmarks.screens.lists

bench-start: venv ## the start page and a why page at 10,000 trucks, 200 stations, 20,000 packs; JSON last
	@$(PYTHON) -m tests.benchmarks.screens.start

bench-tables: venv ## 10,000 trucks, packs and trips as tables: dry run, writing, changing, going out; JSON last
	@$(PYTHON) -m tests.benchmarks.screens.tables

lint: venv ## formatting, style, types, import contracts, migrations, deployment settings
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy .
	@.venv/bin/lint-imports
	@$(SETTINGS) $(PYTHON) -W ignore manage.py makemigrations --check --dry-run
	@$(SETTINGS) $(PYTHON) -W ignore manage.py check --deploy --fail-level WARNING

format: venv ## format the code and mend what ruff can mend
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

doctor: ## list what this machine has and lacks
	@p=$(PYTHON); [ -x $$p ] || p=$$(bash config/find-python.sh) || p=python3; $$p -m config.doctor

lock: venv ## compile requirements/*.txt anew from pyproject.toml
	@uv=$$(command -v uv || echo "$(PYTHON) -m uv"); \
	$$uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url \
		--no-emit-find-links --extra embedded pyproject.toml -o requirements/runtime.txt; \
	$$uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url \
		--no-emit-find-links --extra embedded --extra figures --extra routing --extra test --extra lint \
		-c requirements/runtime.txt pyproject.toml -o requirements/dev.txt
	@! grep -nE 'https?://' requirements/*.txt
