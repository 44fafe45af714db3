# Two commands to remember: `make run` and `make test`. Everything else is `cargo xtask help`.

SHELL := /bin/sh
export PATH := $(HOME)/.cargo/bin:$(PATH)

# Where cargo builds, and where the release binary is always found.
TARGET := $(or $(CARGO_TARGET_DIR),target)
BINARY := target/release/kehub

WEB := $(wildcard web/package.json)
WEB_SOURCES := $(if $(WEB),$(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/e2e/*'))

.PHONY: help run build test bench
.DEFAULT_GOAL := help

help:
	@echo "make run     builds Kehub and starts it on http://127.0.0.1:8080"
	@echo "make test    runs every test (installs PostgreSQL, Chromium and fonts if they are missing)"
	@echo "make build   leaves the release binary at $(BINARY)"
	@echo "make bench   prints the benchmark table"

# Builds, then starts with the CRM and its sample data on the first run.
run: build
	@sh xtask/sh/run.sh $(BINARY)

# The web page first, because the binary holds it.
build: web/dist/.built
	@sh xtask/sh/need.sh cargo cc
	cargo build --release --package kehub
	@if [ "$(TARGET)" != target ]; then install -D "$(TARGET)/release/kehub" $(BINARY); fi

ifneq ($(WEB),)
web/dist/.built: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run build
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json
	@sh xtask/sh/need.sh node
	cd web && npm ci --no-audit --no-fund
	@touch $@
else
.PHONY: web/dist/.built
web/dist/.built:
	@echo "There is no web page yet (web/package.json); the binary is built without one."
endif

test:
	@sh xtask/sh/need.sh cargo cc node postgresql chromium fonts
	cargo xtask ci

bench: build
	cargo xtask bench
