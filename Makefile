# Everything a person or CI does with this repository. `make help` lists it.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
export CGO_ENABLED := 0
# The same source gives the same bytes, wherever it is built.
GOBUILD := go build -trimpath -buildvcs=false -ldflags '-s -w -buildid= -X main.version=$(VERSION)'
GOTEST  := go test -p 2 -shuffle=on -timeout 10m
LINT    := bin/golangci-lint
WEB_SOURCES := $(shell find web/src web/locales web/public -type f 2>/dev/null) web/index.html web/vite.config.ts
GENERATED := api/openapi.json docs/privacy.md internal/store/query web/src/api/schema.gen.ts web/src/live/protocol.gen.ts web/src/i18n

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: bin/plenum ## build and start on https://localhost:8443 with data in .data
	@./bin/plenum serve --data .data

.PHONY: test
test: need-test bin/plenum bin/versitygw e2e/node_modules/.package-lock.json ## install what tests need and run all: Go, web client, browsers
	@echo '== go test'
	@$(GOTEST) ./...
	@echo '== web client'
	@cd web && npm test --silent && npm run size --silent
	@echo '== browsers'
	@cd e2e && npm test --silent

.PHONY: check
check: need-build $(LINT) web/node_modules/.package-lock.json e2e/node_modules/.package-lock.json ## exactly what CI runs: linters, formats, generated files
	@echo '== golangci-lint'
	@$(LINT) run
	@echo '== generated files'
	@$(MAKE) gen
	@git diff --exit-code --stat -- $(GENERATED) || { echo 'make check: generated files were out of date; commit what `make gen` made'; exit 1; }
	@echo '== web client'
	@cd web && npm run check --silent
	@cd e2e && npm run check --silent

.PHONY: e2e
e2e: need-test bin/plenum e2e/node_modules/.package-lock.json ## only the browser tests; T=network.test.ts for one file
	@cd e2e && npm test --silent -- $(T)

.PHONY: bench
bench: need-test bin/plenum e2e/node_modules/.package-lock.json ## measure against a stock LiveKit server; PART=recording for one part
	@cd bench && go build -o ../bin/livekit-server github.com/livekit/livekit-server/cmd/server && go run . $(if $(PART),-part $(PART))

.PHONY: gen
gen: bin/sqlc bin/tygo web/node_modules/.package-lock.json ## regenerate SQL code, OpenAPI, TypeScript types, the list of what is kept
	@bin/sqlc generate
	@mkdir -p api && go run ./cmd/plenum openapi >api/openapi.json
	@go run ./cmd/plenum datamap >docs/privacy.md
	@cd web && npx --no-install openapi-typescript ../api/openapi.json --output src/api/schema.gen.ts >/dev/null
	@bin/tygo generate
	@cd web && npm run gen --silent

.PHONY: build
build: need-build web/dist/index.html ## reproducible static binaries for linux amd64 and arm64, in dist/
	@mkdir -p dist
	@for arch in amd64 arm64; do GOOS=linux GOARCH=$$arch $(GOBUILD) -o dist/plenum-linux-$$arch ./cmd/plenum; done
	@cd dist && sha256sum plenum-linux-* | tee SHA256SUMS

.PHONY: deb
deb: build ## Debian packages from those binaries, in dist/
	@for arch in amd64 arm64; do packaging/deb $$arch $(VERSION); done

.PHONY: clean
clean: ## delete what was built, not the data
	@rm -rf bin dist e2e/out
	@find web/dist -mindepth 1 ! -name .keep -delete

.PHONY: need-build need-test
need-build:
	@scripts/need build
need-test: need-build
	@scripts/need test

# The program for this machine. go itself knows what is stale.
.PHONY: bin/plenum
bin/plenum: need-build web/dist/index.html
	@$(GOBUILD) -o bin/plenum ./cmd/plenum

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	@echo '== building the web client'
	@cd web && npm run build --silent -- --logLevel warn
	@touch web/dist/.keep web/dist/index.html

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	@cd web && npm ci --loglevel error --no-audit --no-fund
	@touch $@

e2e/node_modules/.package-lock.json: e2e/package.json e2e/package-lock.json
	@cd e2e && npm ci --loglevel error --no-audit --no-fund
	@touch $@

bin/golangci-lint: tools/go.mod
	@go build -C tools -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint
bin/sqlc: tools/go.mod
	@go build -C tools -o ../$@ github.com/sqlc-dev/sqlc/cmd/sqlc
bin/tygo: tools/go.mod
	@go build -C tools -o ../$@ github.com/gzuidhof/tygo
# An S3 server for tests, apart from tools/go.mod since it brings many modules.
bin/versitygw:
	@GOBIN=$(CURDIR)/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0
