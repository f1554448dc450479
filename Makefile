# Start with make run. All files go into .venv and instance/.

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

SIZE ?= s
DB ?= sqlite
SECONDS_EACH ?= 3
MEASURE ?= pages

.PHONY: run install demo test quick check bench lighthouse screenshots format lock translations icons fonts clean

# Only config.py reads .env then, and it says in one line what is wrong there.
run demo: export FLASK_SKIP_DOTENV = 1
run demo: export FLASK_APP = microblog.py

run: install
	@$(BIN)/flask --no-debug db upgrade
	@exec $(BIN)/flask --no-debug serve

install: .venv/installed .venv/compressed

demo: export INSTANCE_PATH = $(CURDIR)/instance/demo
demo: install
	@$(BIN)/flask --no-debug db upgrade
	@$(BIN)/flask --no-debug community demo
	@exec $(BIN)/flask --no-debug serve

test: .venv/installed-dev .venv/compressed
	@$(BIN)/python -m tests

# The tests that a change breaks most often: on SQLite only, without a browser, without "thorough",
# and with fewer random examples.
quick: .venv/installed-dev .venv/compressed
	@TEST_DATABASE=sqlite $(BIN)/python -m pytest -n 2 --dist worksteal --hypothesis-profile quick -m "not browser and not machines and not thorough"

check: .venv/installed-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/lint-imports --no-cache

# The speed of each kind of page, compared with a bare view of the same size, in a generated community:
# make bench SIZE=s|m|l DB=sqlite|postgresql SECONDS_EACH=3 MEASURE=pages|writes|flat|hostile|memory
bench: .venv/installed-dev .venv/compressed
	@command -v wrk > /dev/null || { apt-get update && apt-get install --yes --no-install-recommends wrk; } || { echo "The load comes from wrk. On Debian: apt-get install wrk"; exit 1; }
	@$(BIN)/python -m benchmarks $(MEASURE) --size $(SIZE) --database $(DB) --seconds $(SECONDS_EACH)

# The Lighthouse scores of the pages on a phone; needs Node and npm.
lighthouse: install .venv/installed-dev
	@command -v npm > /dev/null || { echo "Lighthouse needs Node and npm. On Debian: apt-get install npm"; exit 1; }
	@$(BIN)/python -m benchmarks.lighthouse

# The pictures of README and docs, of the demo community.
screenshots: install .venv/installed-dev
	@$(BIN)/python -m benchmarks.screenshots

format: .venv/installed-dev
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

# Pins every dependency with its hashes, for all platforms and any package index.
lock: .venv/installed-dev
	@$(PIP) install uv
	@$(BIN)/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-header --quiet -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url --no-header --quiet -c requirements.txt -o requirements-dev.txt

# Collects the strings of the interface; new ones are added to translations/ untranslated.
translations: .venv/installed-dev
	@mkdir -p .cache
	@$(BIN)/pybabel --quiet extract -F babel.cfg -k _l --no-location --sort-output --project Microblog --msgid-bugs-address "" -o .cache/messages.pot app templates
	@$(BIN)/pybabel --quiet update -i .cache/messages.pot -d translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	@$(BIN)/pybabel --quiet compile -d translations

# Draws the icons of devices, and the picture of the site, from static/icon.svg.
icons: .venv/installed-dev
	@$(BIN)/python -m tools.icons

# Makes the fonts of app/sharing/fonts from npm packages; needs npm.
fonts: .venv/installed-dev
	@command -v npm > /dev/null || { echo "The fonts come from npm. On Debian: apt-get install npm"; exit 1; }
	@$(PIP) install fonttools
	@$(BIN)/python -m tools.fonts

clean:
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache
	find static -name '*.br' -delete -o -name '*.gz' -delete

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.11 …"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is missing. On Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

.venv/installed: requirements.txt | .venv/python
	@echo "Installing into .venv …"
	@$(PIP) install --require-hashes -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt | .venv/python
	@echo "Installing into .venv …"
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# -OO, as the site is served: Python keeps most of what a start compiles, which takes longer than the rest of
# it. Kept although the environment may say otherwise, or each start of each process would compile it again.
.venv/compressed: .venv/installed $(shell find static -type f -not -name '*.br' -not -name '*.gz' -not -name 'site.*s')
	@find static \( -name '*.br' -o -name '*.gz' \) -delete
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -OO -c "from app.web.assets import join; join()"
	@$(BIN)/python -m whitenoise.compress --quiet static
	@touch $@
