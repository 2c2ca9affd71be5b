# The targets below are exactly what CI runs. All they make goes below build/, but for the pages
# that Sphinx generates beside its sources (docs/auto_examples, docs/api/generated).

PYTHON ?= python3
WORKERS ?= 2
TORCH ?= $(shell grep '^torch==' constraints.txt)

VENV := build/venv
DEMO := build/venv-demo
# Directories are listed too: their times change when a file is removed.
SOURCES := $(shell find sklstm -name __pycache__ -prune -o -print) pyproject.toml LICENSE README.md
EXAMPLES := $(wildcard examples/[0-9][0-9]_*.py)

# The package under test is the installed wheel: the checkout never stands on the import path.
export PYTHONSAFEPATH := 1
export MPLBACKEND := Agg
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# What pytest makes of plugins and tests is kept for the processes that come after.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test test-oldest test-newest lint examples docs format benchmark reliability constraints clean
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

help:
	@echo "make demo         install the package and run the first example; it writes to build/demo"
	@echo "make test         build the wheel, install it, run the tests and every doctest on it,"
	@echo "                  in an order shuffled by SEED (SEED=default draws one)"
	@echo "make test-oldest  run the tests on the lowest versions allowed, without those of servers,"
	@echo "                  clusters and other packages; it is not part of CI"
	@echo "make test-newest  run all tests on the newest releases for PYTHON, torch excepted: for example"
	@echo "                  with PYTHON=python3.14; it is not part of CI"
	@echo "make lint         check the style of the code and of the docstrings"
	@echo "make examples     run every example as a script; they write to build/examples"
	@echo "make docs         build the documentation into build/docs; its gallery runs every example,"
	@echo "                  which write to build/examples"
	@echo "make format       write shared texts into docstrings, sort the imports, lay out the code"
	@echo "make benchmark    measure against other libraries; it renews the figures in docs"
	@echo "make reliability  two worker processes, more rows than memory, an hour of use"
	@echo "make constraints  renew constraints.txt (TORCH=torch==X.Y.Z to move torch)"
	@echo "make clean        remove everything that the other targets made"

demo: $(DEMO)/.installed
	$(DEMO)/bin/python examples/01_first_forecast.py --out build/demo

# Tests that kill, fork and connect processes, and those that read what progress bars print, come
# first, each in a process of its own: pools of other tests would feel it, or write in between.
# Two of these run at a time, the longest first; each prints its words when it has ended.
# Elsewhere one thread per worker: the workers are what uses the cores.
# The order is shuffled by a seed that stands here, so that a run can be repeated anywhere;
# make test SEED=default draws another one. Tests get their numbers from the fixture `rng` and not
# from global generators, which stay as they are.
SEED ?= 2026
ORDER := --randomly-seed=$(SEED) --randomly-dont-reset-seed
APART := tests/clusters tests/callbacks tests/reliability_processes tests/out_of_core \
	tests/ecosystem/test_callbacks_through_all_levels.py
OUTPUT_SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
test: $(VENV)/.installed
	$(VENV)/bin/python -c "import sklstm; assert 'site-packages' in sklstm.__file__, sklstm.__file__"
	$(MAKE) -j$(WORKERS) $(OUTPUT_SYNC) $(addprefix apart-,$(APART))
	OMP_NUM_THREADS=1 $(VENV)/bin/pytest $(ORDER) -n $(WORKERS) --dist worksteal \
		$(addprefix --ignore=,$(APART)) \
		--doctest-modules --doctest-glob=README.md --pyargs sklstm ./tests ./README.md

apart-tests/%: $(VENV)/.installed
	OMP_NUM_THREADS=1 $(VENV)/bin/pytest $(ORDER) tests/$*

# The lowest versions that pyproject.toml allows, torch excepted (tools/lowest_versions.py). What only
# tests need is as new as goes with them.
OLDEST := build/venv-oldest
test-oldest:
	rm -rf $(OLDEST)
	$(PYTHON) -m venv $(OLDEST)
	$(PYTHON) tools/lowest_versions.py > build/constraints-lowest.txt
	$(OLDEST)/bin/pip install -q -c build/constraints-lowest.txt $(TORCH) hatchling
	$(OLDEST)/bin/pip install -q --no-build-isolation -c build/constraints-lowest.txt \
		".[demo,onnx,holidays]" hypothesis mapie openvino polars pyarrow "pyparsing<3.3" pytest \
		pytest-randomly pytest-xdist scoringrules skops tensorboard
	OMP_NUM_THREADS=1 $(OLDEST)/bin/pytest $(ORDER) -n $(WORKERS) --dist worksteal \
		$(addprefix --ignore=,$(APART) tests/ecosystem tests/serving tests/test_docs.py) ./tests

# The newest releases that go with PYTHON and with each other, torch excepted: constraints.txt is of
# the lowest Python. The versions are in build/versions-newest.txt.
NEWEST := build/venv-newest
test-newest:
	rm -rf $(NEWEST)
	$(PYTHON) -m venv $(NEWEST)
	$(NEWEST)/bin/pip install -q $(TORCH) hatchling
	$(NEWEST)/bin/pip install -q --no-build-isolation $(TORCH) ".[demo,test]"
	$(NEWEST)/bin/pip freeze > build/versions-newest.txt
	for part in $(APART); do \
		OMP_NUM_THREADS=1 $(NEWEST)/bin/pytest $(ORDER) $$part || exit; \
	done
	OMP_NUM_THREADS=1 $(NEWEST)/bin/pytest $(ORDER) -n $(WORKERS) --dist worksteal \
		$(addprefix --ignore=,$(APART)) --doctest-modules --doctest-glob=README.md \
		--pyargs sklstm ./tests ./README.md

lint: $(VENV)/.installed
	$(VENV)/bin/python tools/write_docstrings.py --check
	$(VENV)/bin/ruff check --output-format=concise .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	find sklstm -name '*.py' | sort | xargs $(VENV)/bin/numpydoc lint

examples: $(addprefix run-,$(EXAMPLES))

run-examples/%.py: $(VENV)/.installed
	PYTHONSAFEPATH= $(VENV)/bin/python examples/$*.py --out build/examples/$*

docs: $(VENV)/.installed
	rm -rf docs/api/generated
	$(VENV)/bin/sphinx-build -j $(WORKERS) -W --keep-going -d build/doctrees docs build/docs

format: $(VENV)/.installed
	$(VENV)/bin/python tools/write_docstrings.py
	$(VENV)/bin/ruff check --select I --fix .
	$(VENV)/bin/ruff format .

# Half an hour on a machine that does nothing else; the first time also gigabytes of installs.
benchmark:
	PYTHONSAFEPATH= $(PYTHON) benchmarks/run.py
	cp build/benchmarks/table.md docs/benchmarks.md
	cp build/benchmarks/performance.png docs/images/performance.png

# An hour and a half on a machine that does nothing else.
reliability: $(VENV)/.installed
	PYTHONSAFEPATH= $(VENV)/bin/python benchmarks/cluster.py
	PYTHONSAFEPATH= $(VENV)/bin/python benchmarks/out_of_core.py
	PYTHONSAFEPATH= $(VENV)/bin/python benchmarks/soak.py

# Thousands of modules are compiled by all cores, which pip would leave to one; a few are templates
# or of an older Python, and cannot be.
INSTALL := install -q --no-compile -c constraints.txt
compiled = $(1)/bin/python -m compileall -qq -j $(WORKERS) $(1)/lib > /dev/null || true

# An environment is made afresh when the dependencies or their pins change, ...
$(VENV)/.made $(DEMO)/.made: pyproject.toml constraints.txt
	rm -rf $(@D)
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip $(INSTALL) hatchling
	touch $@

# ... and the wheel is built and installed again when a source file changes.
$(VENV)/.installed: EXTRAS = demo,test,lint,docs
$(DEMO)/.installed: EXTRAS = demo
$(VENV)/.installed $(DEMO)/.installed: %/.installed: %/.made $(SOURCES)
	rm -rf $*/dist
	$*/bin/pip wheel -q --no-deps --no-build-isolation --wheel-dir $*/dist .
	$*/bin/pip uninstall -qq -y sklstm
	$*/bin/pip $(INSTALL) "$$(echo $*/dist/*.whl)[$(EXTRAS)]"
	$(call compiled,$*)
	touch $@

constraints:
	rm -rf build/venv-constraints
	$(PYTHON) -m venv build/venv-constraints
	build/venv-constraints/bin/pip install -q $(TORCH) hatchling ".[demo,test,lint,docs]"
	sed '/^#/!d' constraints.txt > build/constraints.txt
	build/venv-constraints/bin/pip freeze --all --exclude pip --exclude sklstm \
		| sed 's/+[a-z0-9.]*$$//' >> build/constraints.txt
	mv build/constraints.txt constraints.txt

clean:
	rm -rf build dist docs/api/generated docs/auto_examples \
		.hypothesis .pytest_cache .ruff_cache
	find sklstm tests examples docs -name __pycache__ -prune -exec rm -rf {} +
