# `make` alone lists what there is.
PYTHON := .venv/bin/python
SOHOA := .venv/bin/sohoa
JOBS ?= 0

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test check fix score samples

help:  ## list these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

setup:  ## install what the program needs (apt, .venv)
	@tools/setup.sh run

setup-test:  ## install what the program and its tests need
	@tools/setup.sh test

demo: setup  ## set everything up, read samples/scans, show what was found
	@$(SOHOA) run samples/scans --out out/demo --jobs $(JOBS)

test: setup-test  ## set everything up and run the tests
	@$(PYTHON) -m pytest -q -n 2

check: setup-test  ## style, types and layers; changes nothing
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -m pytest -q tests/test_layers.py

fix: setup-test  ## let ruff mend what it can
	@$(PYTHON) -m ruff check --fix .

# --- measuring: every figure in docs/ comes from one of these ----------------------------------------

samples: setup-test  ## render and age the samples anew (deterministic)
	@$(PYTHON) -m samples.make

score: setup-test  ## read the samples and compare with their gold; fails if a figure fell
	@$(SOHOA) run samples/scans --out out/score --jobs $(JOBS)
	@$(SOHOA) score samples/gold out/score --check
