# Two commands on a fresh machine: `make demo` and `make test`. Each sets up what it needs.
PYTHON ?= $(shell for v in 3.11 3.12 3.13; do command -v python$$v >/dev/null 2>&1 && python$$v -c pass >/dev/null 2>&1 && echo python$$v && break; done || echo python3)
VENV := .venv
BIN := $(VENV)/bin
OUT ?= out/demo
# setuptools warns of editable installs as such; here they are meant.
QUIETLY := PYTHONWARNINGS=ignore
INSTALL := -m pip install --quiet

.PHONY: help demo test lint test-slow test-gpu demonstration bench clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(QUIETLY) $(BIN)/python $(INSTALL) --upgrade pip
	$(QUIETLY) $(BIN)/python $(INSTALL) --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(QUIETLY) $(BIN)/python $(INSTALL) --editable '.[dev]'
	touch $@

demo: $(VENV)/.installed  ## Build the bundled sample corpus
	$(BIN)/mmscrub build examples/sample/llava.json --images examples/sample/images --out $(OUT) --llava-images

lint: $(VENV)/.installed-dev  ## Ruff and mypy, both block
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint  ## Lint and run the default suite
	$(BIN)/python -m pytest -m 'not gpu_extra and not slow' -n auto --maxprocesses=4 --dist loadfile

test-slow: $(VENV)/.installed-dev  ## Full-size checks on the development corpora, skipped where they are absent
	$(BIN)/python -m pytest -m slow || test $$? -eq 5

# An environment of its own: the default suite must pass where torch is not installed.
.venv-gpu/.installed: pyproject.toml
	$(PYTHON) -m venv .venv-gpu
	$(QUIETLY) .venv-gpu/bin/python $(INSTALL) --upgrade pip
	$(QUIETLY) .venv-gpu/bin/python $(INSTALL) --editable '.[gpu,dev]'
	touch $@

test-gpu: .venv-gpu/.installed  ## What needs torch (6.6 GB, some minutes to install)
	.venv-gpu/bin/python -m pytest -m gpu_extra

demonstration: .venv-gpu/.installed  ## Train a tiny model on a watermarked split; show what it remembers
	.venv-gpu/bin/python -m evaluation.demonstration --out out/demonstration

bench: $(VENV)/.installed-dev  ## Throughput and memory at 1x, 4x, 16x of the input
	$(BIN)/python benchmarks/scale.py

clean:  ## Remove environments, caches and output
	rm -rf $(VENV) .venv-gpu out build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
