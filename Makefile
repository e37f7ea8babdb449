# Two commands are enough: `make demo` and `make test`. Both do the whole set-up.
SHELL := /bin/sh
BIN := .venv/bin
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
AS_OF := 2026-10-05

.PHONY: help setup demo serve test test-postgresql test-spark check recovery calibration peers bench bench-engine lock clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

setup: ## Make .venv from the lock file
	@sh scripts/setup.sh

demo: setup ## Run the main job on the sample analysis and say how to open the pages
	@$(BIN)/mmm run params/demo.yaml --as-of $(AS_OF)
	@echo "Open the pages and the simulator with: make serve"

serve: setup ## Serve the published pages
	@$(BIN)/mmm serve

test: setup ## Run all tests on two cores (the slow statistical suites have their own targets)
	@sh scripts/install_browser.sh
	@$(BIN)/python -m pytest -n 2 --dist loadfile -m "not slow and not postgresql and not spark"

test-postgresql: setup ## Histories and journeys on a real PostgreSQL, started for the tests
	@sh scripts/install_postgresql.sh
	@$(BIN)/python -m pytest tests/databases -m postgresql

test-spark: setup ## Histories and journeys on a local Spark, which it installs with Java where they are absent
	@sh scripts/install_spark.sh
	@$(BIN)/python -m pytest tests/databases -m spark

check: setup ## Lint, types, and the tests that take seconds
	@$(BIN)/ruff check src tests benchmarks scripts
	@$(BIN)/ruff format --check src tests benchmarks scripts
	@$(BIN)/mypy
	@$(BIN)/python -m pytest tests/unit tests/contracts tests/laws tests/published src -m "not slow"

recovery: setup ## Planted worlds: are the truths inside the intervals? Tests, then the table of every suite
	@$(BIN)/python -m pytest tests/recovery -m slow -s
	@$(BIN)/python benchmarks/compare.py

calibration: setup ## Simulation-based calibration, 250 fits per specification
	@$(BIN)/python benchmarks/calibration.py
	@$(BIN)/python benchmarks/calibration.py --recomputed

peers: setup ## Fit the same worlds with the peers, in environments of their own (hours), and print all
	@$(BIN)/python benchmarks/peers/environments.py
	@$(BIN)/python benchmarks/peers/run.py
	@$(BIN)/python benchmarks/tables.py

bench: setup ## Measure speed and memory
	@$(BIN)/python benchmarks/run.py

bench-engine: setup ## Measure the engine: seconds, effective draws, memory, gradients; the peers beside it
	@$(BIN)/python benchmarks/engine.py --peers

lock: ## Lock the dependencies again (names, versions and hashes; no address)
	@$(BIN)/uv pip compile pyproject.toml --group dev --generate-hashes --no-annotate --no-header --universal \
	    --python-version 3.12 -q -o requirements.lock
	@$(BIN)/python scripts/environment_yml.py

clean: ## Remove caches (runs and .venv stay)
	@rm -rf .pytest_cache .mypy_cache .ruff_cache
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
