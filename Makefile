# Everything one does with this project. Each target makes the virtual environment it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLES := sample_statements
RUN_STAMP := $(VENV)/.installed-run
DEV_STAMP := $(VENV)/.installed-dev

# by environment and not by -c, so that the build of the package itself is pinned too; newer pip wants it said twice
export PIP_CONSTRAINT := constraints.txt
export PIP_BUILD_CONSTRAINT := constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# one dependency is built here; an older pip would do so the old way and warn of it at length
export PIP_USE_PEP517 := 1

.PHONY: run notebooks test test-server coverage check docs pictures package lowest bench soak fuzz damage clean

run: $(RUN_STAMP)  ## the sample month from files to workbook, in out/
	$(BIN)/reconcile run $(SAMPLES)/history-2018-09.csv $(SAMPLES)/history-2018-09-17-to-30.ofx \
	  $(SAMPLES)/emailed-2018-09.csv \
	  --campaigns $(SAMPLES)/campaigns.csv --funds $(SAMPLES)/funds.csv --out out

notebooks: $(RUN_STAMP)  ## the notebooks, in the browser; Ctrl-C ends it
	$(BIN)/pip install --quiet -e '.[notebook,jupyter]'
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks/01_first_reconciliation.ipynb

test: $(DEV_STAMP)  ## the tests, without the long sweeps and without a database server
	$(BIN)/python -m pytest -n 2 -m "not soak and not server"

test-server: $(DEV_STAMP)  ## the tests of the store once more on PostgreSQL, which they start themselves
	$(BIN)/python -m pytest -n 2 -m "server and not soak"

coverage: $(DEV_STAMP)  ## the tests with what of src/ they reach, by branch, and what they leave out
	$(BIN)/pip install --quiet -e '.[coverage]'
	$(BIN)/python -m pytest -n 2 -m "not soak and not server" --cov --cov-report=term --cov-fail-under=95

check: $(DEV_STAMP)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(DEV_STAMP)  ## the pages to read, in site/; stops where a link or an anchor leads nowhere
	$(BIN)/pip install --quiet -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet

pictures: $(DEV_STAMP)  ## docs/pictures/ anew; needs LibreOffice Calc, poppler-utils and Chromium
	$(BIN)/pip install --quiet -e '.[docs]'
	$(BIN)/python docs/draw_pictures.py

TRIED := build/tried

package: $(DEV_STAMP)  ## wheel and sdist in dist/, the wheel tried in an empty environment without the checkout
	$(BIN)/pip install --quiet -e '.[package]'
	rm -rf dist $(TRIED)
	$(BIN)/python -m build --outdir dist .
	$(PYTHON) -m venv $(TRIED)
	$(TRIED)/bin/pip install --quiet dist/*.whl
	cd $(TRIED) && bin/python ../../tests/installed.py ../../$(SAMPLES) .

LOWEST := build/lowest
QUICK := tests/test_run.py tests/test_samples.py tests/test_campaigns.py tests/test_schema.py tests/test_cli.py \
  tests/test_arguments.py tests/parsers/test_round_trip.py tests/reporters/test_workbook.py tests/store/test_ledger.py \
  tests/nightjob/test_config.py tests/review/test_taking.py tests/matching/test_matches.py

lowest:  ## a quick part of the tests with the lowest versions that pyproject.toml allows
	$(PYTHON) -m venv $(LOWEST)
	$(PYTHON) tests/lowest.py >$(LOWEST)/versions.txt
	PIP_CONSTRAINT= $(LOWEST)/bin/pip install --quiet -r $(LOWEST)/versions.txt -e .
	$(LOWEST)/bin/python -m pytest -m "not soak" $(QUICK)

bench: $(DEV_STAMP)  ## side by side with what a notebook would do by hand, and with other readers
	$(BIN)/pip install --quiet -e '.[bench]'
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/matching.py
	$(BIN)/python benchmarks/workbook.py
	$(BIN)/python benchmarks/store.py
	$(BIN)/python benchmarks/linking.py
	$(BIN)/python benchmarks/books.py

soak: $(DEV_STAMP)  ## the long sweeps, with what each of them counted
	$(BIN)/python -m pytest -n 2 -m soak -rP

FUZZ_SECONDS ?= 600

fuzz: $(DEV_STAMP)  ## fuzzing led by what the code does, FUZZ_SECONDS long; on Linux
	$(BIN)/pip install --quiet -e '.[fuzz]'
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python tests/fuzz/guided.py

damage: $(DEV_STAMP)  ## the table of docs/damage.md: every byte of every sample damaged, a quarter of an hour
	$(BIN)/python tests/parsers/damage.py

clean:  ## all that was made here: environment, results, caches
	rm -rf $(VENV) out site build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; $(PYTHON) is older or not there. Say which: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -e .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet -e '.[dev,notebook,postgres]'
	@touch $@ $(RUN_STAMP)
