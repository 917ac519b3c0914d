# The front door. Each target is one script in scripts/, which can also be called by hand (`bash scripts/run.sh`) where there is no make.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run stop test bench clean

help: ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-7s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## install what is missing, build, start Yinuo with demo data on http://127.0.0.1:8420 (data stays in ./data)
	@bash scripts/run.sh

stop: ## stop what `make run` started; the data stays
	@bash scripts/stop.sh

test: ## install what tests need, start a private PostgreSQL, run every check and test, stop it
	@bash scripts/test.sh

bench: ## measure speed on this machine (minutes; loopback only)
	@bash scripts/bench.sh

clean: ## remove what was built; ./data stays
	@bash scripts/clean.sh
