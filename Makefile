# make run        try the site: http://localhost:8000 (HOST=, PORT=)
# make test       the whole suite on PostgreSQL, a smoke run on SQLite
# make test-fast  the smoke run on SQLite without slow tests: under a minute and a half
# make lint       style, types, imports, migrations, production settings, translations
# make relevance  how well the demo's readers are answered, on both engines beside plain BM25
# make bench      the API beside stock Wagtail API v2, on PostgreSQL with 1,000 and 100,000 pages
# make bench-search  the search beside the bare engines, with 5,000 and 50,000 records and the texts of their files
# Words for pytest go in ARGS, such as make test ARGS="tests/cms -k worker".

PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11 python
FITS = import sys, venv, ensurepip; (3, 11) <= sys.version_info < (3, 15) and print(sys.executable)
BASE = $(or $(firstword $(foreach name,$(PYTHON),$(shell $(name) -c '$(FITS)' 2>/dev/null))),$(error Python 3.11 to 3.14 with its venv module is needed (Debian: sudo apt-get install python3-venv); found none of: $(PYTHON)))
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input
PYTEST = .venv/bin/python -m pytest
# The slow tests come first: in small portions they are not all one worker's, in these a module mostly stays whole.
IN_ORDER = -n 2 --maxschedchunk 100
# Few tests, of which some take minutes: whoever is done takes over what the other still has before it.
IN_ANY_ORDER = -n 2 --dist worksteal
# The settings that production refuses to start without, made up for checking the rest.
PRODUCTION = DJANGO_SETTINGS_MODULE=cms.settings.production ALLOWED_HOSTS=www.example.org \
	BASE_URL=https://www.example.org DATABASE_URL=postgresql://nobody@localhost/none \
	SECRET_KEY=$$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')

# What Python compiles is kept, whatever the machine says: otherwise each of the many processes of a test compiles all.
export PYTHONDONTWRITEBYTECODE =

.PHONY: run test test-sqlite test-postgres test-fast bench bench-search lint
run: .venv/run.stamp
	@.venv/bin/python manage.py serve

test: .venv/dev.stamp
	@.venv/bin/python -m tests.services $(MAKE) --no-print-directory test-sqlite test-postgres

test-sqlite:
	@env -u DATABASE_URL $(PYTEST) $(IN_ANY_ORDER) -m "sqlite and not browser and not postgres" $(ARGS)

test-postgres:
	@$(PYTEST) $(IN_ORDER) $(ARGS)

test-fast: .venv/dev.stamp
	@env -u DATABASE_URL $(PYTEST) $(IN_ANY_ORDER) -m "sqlite and not browser and not postgres and not slow" $(ARGS)

relevance: .venv/dev.stamp
	@.venv/bin/python -m tests.services $(PYTEST) tests/demo/test_relevance.py -s $(ARGS)

bench: .venv/dev.stamp
	@.venv/bin/python -m tests.benchmarks $(ARGS)

bench-search: .venv/dev.stamp
	@.venv/bin/python -m tests.benchmarks.search $(ARGS)

lint: .venv/dev.stamp
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	.venv/bin/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) .venv/bin/python manage.py check --deploy --fail-level WARNING
	@command -v msgfmt >/dev/null || .venv/bin/python -m tests.services.apt gettext
	.venv/bin/python manage.py check_catalogues

# Stamps are written last: whatever is interrupted is done again, and what is done is not.
.venv/run.stamp: requirements.txt constraints.txt
	@echo "Installing the dependencies into .venv (a minute or two, the first time) …"
	@$(BASE) -m venv .venv
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev.stamp: requirements-dev.txt .venv/run.stamp
	@$(PIP) -r requirements-dev.txt
	@touch $@

# At a release, and then only: what the API promises from now on (tests/contracts/test_compatibility.py).
.PHONY: openapi
openapi: .venv/run.stamp
	@.venv/bin/python manage.py openapi > var/openapi.json && mv var/openapi.json docs/openapi.json

# After a change of requirements*.txt: what a fresh installation brings today becomes what everyone gets.
.PHONY: pins
pins:
	@rm -rf var/pins && $(BASE) -m venv var/pins
	@sed -i.old '2,$$d' constraints.txt && rm constraints.txt.old
	@var/pins/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@var/pins/bin/python -m pip freeze >> constraints.txt
	@rm -rf var/pins
