# Two commands set everything up on a machine with Python 3.11, make and git:
#   make run    the service with sample data      make test   lint, types and all tests
.DEFAULT_GOAL := help
.PHONY: help run demo test on-sqlite on-postgres lint format bench screenshots soak system lock clean

PYTHON ?= python3.11
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# Each process would compile every module again: a second or two, dozens of times in the tests.
unexport PYTHONDONTWRITEBYTECODE
# Tests of these rooms touch the database: they run once more on PostgreSQL.
ON_BOTH := tests/models tests/domain tests/queue tests/api tests/web
PYTEST := $(BIN)/python -m pytest -q -n 2 --dist worksteal

help:
	@echo "make run     start Waybill with sample data (PORT=8000, WAYBILL_VAR=var)"
	@echo "make demo    one export over REST, verified; then everything stops"
	@echo "make test    lint, types and all tests, on SQLite and on PostgreSQL"
	@echo "make lint    ruff, mypy, import-linter, djade"
	@echo "make format  let the formatters change the files"
	@echo "make bench   speed and memory against peers (BENCH_DOCS=2000000)"
	@echo "make screenshots  a picture of every page, into docs/images"
	@echo "make soak    the tests and benchmarks that take long (CORPORA=folder of bad bodies)"

# Installed things are reused: this runs again only when the lock has changed.
$(VENV)/installed: requirements.lock
	@command -v $(PYTHON) >/dev/null || { echo "Waybill needs Python 3.11; name yours with PYTHON=."; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || { \
		echo "This Python cannot make virtual environments: apt-get install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	@touch $@

run: $(VENV)/installed
	@exec $(BIN)/python manage.py up --port $(PORT)

demo: $(VENV)/installed
	@exec $(BIN)/python manage.py demo

# Side by side, since each of them waits at times: for a browser, for a service, for a lease.
test: $(VENV)/installed system
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target lint on-sqlite on-postgres

on-sqlite: $(VENV)/installed
	$(PYTEST) -m "not soak"

on-postgres: $(VENV)/installed
	WAYBILL_TEST_DATABASE=postgres $(PYTEST) -m "not soak" $(ON_BOTH)

lint: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djade --target-version 5.2 --check $$(git ls-files 'templates/*.html')
	$(BIN)/python manage.py makemigrations --check --dry-run

format: $(VENV)/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

bench: $(VENV)/installed
	$(BIN)/python -m bench

screenshots: $(VENV)/installed system
	$(BIN)/python -m tests.e2e.screenshots

soak: $(VENV)/installed system
	$(PYTEST) -m soak
	WAYBILL_TEST_DATABASE=postgres $(PYTEST) -m "not soak" tests/e2e tests/faults
	$(BIN)/python -m bench --growth 8000000

# PostgreSQL's server and a browser, from Debian's packages, and rclone, for the tests.
system: $(VENV)/installed
	@sh tests/system.sh $(BIN)/python

lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --upgrade --all-extras --generate-hashes --no-header \
		--no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11 \
		--universal -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
