# One image for web and worker. `compose.yaml` shows how they are run.
FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
COPY requirements.txt constraints.txt ./
RUN python -m venv /venv && /venv/bin/pip install -r requirements.txt
COPY . .
# Collecting needs settings, not services: these values are made up, and stay in this layer.
RUN DJANGO_SETTINGS_MODULE=cms.settings.production SECRET_KEY=only-to-collect ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgresql://nobody@localhost/none VAR_DIR=/app/var \
    sh -c '/venv/bin/python manage.py compile_catalogues && /venv/bin/python manage.py collectstatic --no-input'

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home mot
COPY --from=build /venv /venv
COPY --from=build /app /app
# Static files are read-only like the code; uploads and the search index are written, and live in volumes.
RUN mkdir /app/var/media /app/var/search && chown mot /app/var /app/var/media /app/var/search
WORKDIR /app
USER mot
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=cms.settings.production VAR_DIR=/app/var GRANIAN_BLOCKING_THREADS=8
VOLUME /app/var/media /app/var/search
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD \
    ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# What each of these is for: docs/operations.md.
CMD ["granian", "cms.wsgi:application", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", \
     "--workers", "2", "--backpressure", "1000", "--http1-header-read-timeout", "10000", \
     "--workers-kill-timeout", "20", "--log-level", "warning"]
