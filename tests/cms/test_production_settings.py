"""Production refuses to start half-configured, and is sound once configured."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

from cms.settings import base

COMPLETE = {
    "DJANGO_SETTINGS_MODULE": "cms.settings.production",
    "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "www.example.org",
    "DATABASE_URL": "postgresql://mot:secret@localhost/mot",
}


def manage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(settings.VAR_DIR), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_production_refuses_to_start_without(missing):
    environment = {name: value for name, value in COMPLETE.items() if name != missing}
    ran = manage("check", **environment)
    assert ran.returncode != 0
    assert missing in ran.stderr
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_the_server_itself_refuses_too():
    """Not only manage.py: granian imports the WSGI application."""
    environment = {name: value for name, value in COMPLETE.items() if name != "SECRET_KEY"}
    ran = subprocess.run(
        [sys.executable, "-c", "import cms.wsgi"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ran.returncode != 0
    assert "SECRET_KEY must be set" in ran.stderr


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("cms.settings.dev", "DEBUG"),
        ("cms.settings.dev", "LOG_LEVEL"),
        ("cms.settings.dev", "FRONTEND_URL"),
        ("cms.settings.production", "BASE_URL"),
        ("cms.settings.production", "SECURE_HSTS_SECONDS"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_it(module, name):
    ran = manage("check", **{**COMPLETE, "DJANGO_SETTINGS_MODULE": module, name: "?"})
    assert ran.returncode != 0
    assert f"The environment variable {name} must be" in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_production_is_sound_by_django_own_checks():
    ran = manage("check", "--deploy", "--fail-level", "WARNING", **COMPLETE)
    assert ran.returncode == 0, ran.stderr


@pytest.mark.slow
def test_every_static_file_that_is_referred_to_exists(tmp_path, settings, monkeypatch):
    """The manifest storage of production fails on a style sheet that names a missing picture."""
    monkeypatch.setattr(
        CompressedManifestStaticFilesStorage, "post_process_with_compression", lambda _self, files: files
    )
    settings.STORAGES, settings.STATIC_ROOT = base.STORAGES, tmp_path
    call_command("collectstatic", "--no-input", verbosity=0)
    assert (tmp_path / "staticfiles.json").exists()


def test_the_image_holds_every_package_of_ours() -> None:
    kept = (settings.BASE_DIR / ".dockerignore").read_text().split()
    ours = {app.split(".")[0] for app in settings.INSTALLED_APPS if (settings.BASE_DIR / app.split(".")[0]).is_dir()}
    assert {f"!{package}" for package in ours} <= set(kept)
