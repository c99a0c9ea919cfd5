# `make` alone lists what there is.
PYTHON := .venv/bin/python
SOHOA := .venv/bin/sohoa
JOBS ?= 0
TORCH ?= $(PYTHON)
KILLS ?= 50
SCANS ?= samples/scans

.DEFAULT_GOAL := help
.PHONY: help setup setup-test demo test check fix score bench-ocr bench-whole bench-parse bench-restore train train-case train-neural train-figures samples chaos zoo load load-cluster capacity bench-desk

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

bench-ocr: setup-test  ## recognition against bare Tesseract and OCRmyPDF (install ocrmypdf first), by kind of page
	@$(PYTHON) -m bench.ocr --write docs/bench-ocr.md $(if $(OCRMYPDF),--ocrmypdf $(OCRMYPDF))

bench-whole: setup-test  ## the whole job against OCRmyPDF: pages a minute and processor time (OCRMYPDF=its command)
	@$(PYTHON) -m bench.whole --write docs/bench-ocr.md $(if $(OCRMYPDF),--ocrmypdf $(OCRMYPDF))

score: setup-test  ## read the samples and compare with their gold; fails if a figure fell
	@rm -rf out/score  # what was read before is not read again, also where the program has changed since
	@$(SOHOA) run samples/scans --out out/score --jobs $(JOBS)
	@$(SOHOA) score samples/gold out/score --check

# KIND: parent workers term int room readonly vanished changed (all). KILLS: for each. A kill costs a start and
# half a run of the clock: all of it over the samples is a night's work, CHAOS=--stand-ins a quarter of an hour.
chaos: setup-test  ## kill, stop and starve runs over the samples at random instants, compare (KIND= KILLS= SCANS= CHAOS=)
	@$(PYTHON) -m bench.chaos $(CHAOS) --kills $(KILLS) --inputs $(SCANS) $(KIND)

zoo: setup-test  ## bad inputs and 2,000 files broken at random: all answered, none above 1.5 GB
	@$(PYTHON) -m bench.zoo run --fuzzed 2000 $(ZOO)

# To see that it runs: LOAD="--files 100 --pages 10".
load: setup-test  ## 5,000 small inputs and one of 500 pages: memory, pace, busy cores, the ledger's share (LOAD=options)
	@$(PYTHON) -m bench.load many --jobs $(JOBS) $(LOAD)

load-cluster: setup-test  ## the samples on a Dask cluster of one worker, then of two: the ratio
	@$(PYTHON) -m bench.load cluster --inputs $(SCANS)

capacity: setup-test  ## pages a day and core on the samples, and what 10 million pages need
	@$(PYTHON) -m bench.load capacity --jobs $(JOBS)

bench-desk: setup-test  ## the desk over 10,000 documents (of out/demo): start, queue, search, correction, hand-over
	@$(PYTHON) -m bench.desk --documents 10000 --source out/demo

bench-parse: setup-test  ## processor time of parsing ten restored pages
	@$(PYTHON) -m bench.parse

# TEXTS: folders of text as for `make train`; the stretches held out for testing are restored as clean text.
bench-restore: setup-test  ## restoration of text beside its peers (PEERS=python that has pyvi and underthesea, TEXTS=folders)
	@$(PYTHON) -m bench.restore --write docs/bench-restore.md $(if $(PEERS),--peers $(PEERS)) $(if $(TEXTS),--texts $(TEXTS))

# TEXT: folders of .txt or .txt.xz, a paragraph a line. Hours of one core, most of them for the pages.
# A small share, to see that every step runs: LINES=3000 PAGES=12 HELD=3 MINUTES=1 MODELS=out/small.
MODELS ?= pipeline/data
PAGES ?= 1000
HELD ?= 40
MINUTES ?= 70
TRAIN = $(PYTHON) -m pipeline.training
OF_TEXT = --text $(TEXT) --exclude $(EXCLUDE) $(if $(LINES),--lines $(LINES)) --facts out/train/facts.jsonl
FACTS = --facts out/train/facts.jsonl
train: setup-test  ## train the restoration model anew (TEXT=folders, EXCLUDE=texts never to be seen)
	@mkdir -p out/train $(MODELS) && rm -f out/train/facts.jsonl
	@$(TRAIN) counts $(OF_TEXT) --out out/train/language.npz
	@$(TRAIN) pages $(OF_TEXT) --pages $(PAGES) --out out/train/pages.jsonl
	@$(TRAIN) channel $(FACTS) --pages out/train/pages.jsonl --out out/train/channels.npz
	@$(TRAIN) capitals $(OF_TEXT) --words out/train/language.npz --out out/train/capitals.npz
	@$(TRAIN) pack $(FACTS) --parts out/train/language.npz out/train/channels.npz out/train/capitals.npz --out $(MODELS)/restore.npz
	@$(TRAIN) card $(FACTS) --models $(MODELS)/restore.npz --out out/train/card.md

train-case: setup-test  ## count anew which words are hardly ever capital (TEXT, EXCLUDE); five minutes of one core
	@$(TRAIN) lowercase $(OF_TEXT) --out dictionaries/lower_case.tsv

# After `make train`. TORCH: a python with torch, numpy and rapidfuzz; an hour of one core.
train-neural: setup-test  ## train the second reader anew (TEXT, EXCLUDE, TORCH=python that has torch), calibrate, judge
	@for split in dev test; do $(TRAIN) pages $(OF_TEXT) --split $$split --pages $(HELD) --out out/train/$$split.jsonl || exit 1; done
	@$(TORCH) -m pipeline.training neural $(OF_TEXT) --model $(MODELS)/restore.npz --minutes $(MINUTES) --pages out/train/pages.jsonl --held out/train/dev.jsonl --out $(MODELS)/neural.npz
	@$(TRAIN) calibrate $(FACTS) --model $(MODELS)/restore.npz --held out/train/dev.jsonl --out out/train/calibrated.npz
	@mv out/train/calibrated.npz $(MODELS)/restore.npz
	@$(TRAIN) judge $(OF_TEXT) --model $(MODELS)/restore.npz --held out/train/test.jsonl
	@$(TRAIN) card $(FACTS) --models $(MODELS)/restore.npz $(MODELS)/neural.npz --out out/train/card.md

# TORCH: as for train-neural. FONTS: folders of font files; the more kinds, the better.
FONTS ?= /usr/share/fonts /usr/share/texmf/fonts
HELD_FONTS := charis gentium bonum schola carlito opensans dejavuserif c059 bookman
train-figures: setup-test  ## train the reader of figures anew from drawn numbers (FONTS, TORCH=python that has torch)
	@mkdir -p out/train
	@$(PYTHON) -m pipeline.training figures --fonts $(wildcard $(FONTS)) --only $(HELD_FONTS) --count 1500 --seed 77 --out out/train/held.npz
	@$(PYTHON) -m pipeline.training figures --fonts $(wildcard $(FONTS)) --without $(HELD_FONTS) --count 280000 --out out/train/drawn.npz
	@$(TORCH) -m pipeline.training glyphs --drawn out/train/drawn.npz --held out/train/held.npz --out pipeline/data/figures.npz
