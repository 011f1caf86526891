"""The one reader of settings from the environment: it fails loudly and names the variable."""

import os
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The variable's text; ImproperlyConfigured when it is empty and has no default."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"The environment variable {name} must be set.")
    return default


def flag(name: str, default: bool = False) -> bool:
    """A yes/no variable: 1, true, yes, on or 0, false, no, off."""
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"The environment variable {name} must be true or false, not {value!r}.")


def integer(name: str, default: int) -> int:
    """A whole number."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"The environment variable {name} must be a whole number, not {value!r}.") from None


def words(name: str, default: list[str] | None = None) -> list[str]:
    """A comma-separated list without empty entries."""
    found = [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]
    if found:
        return found
    if default is None:
        raise ImproperlyConfigured(f"The environment variable {name} must be set (comma-separated).")
    return default


def choice(name: str, choices: list[str], default: str) -> str:
    """One of a few words."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(
            f"The environment variable {name} must be one of {', '.join(choices)}, not {value!r}."
        )
    return value


def address(name: str, default: str | None = None) -> str:
    """An http(s) address without its trailing slash."""
    value = text(name, default)
    parts = urlsplit(value)
    if value and (parts.scheme not in {"http", "https"} or not parts.netloc):
        raise ImproperlyConfigured(
            f"The environment variable {name} must be an address such as https://www.example.org, not {value!r}."
        )
    return value.rstrip("/")


def hosts(name: str) -> list[str]:
    """A comma-separated list of http(s) addresses of one service, each with its port; none by default."""
    found = words(name, [])
    for host in found:
        parts = urlsplit(host)
        try:
            sound = parts.scheme in {"http", "https"} and parts.hostname and parts.port
        except ValueError:
            sound = False
        if not sound:
            # What stands before @ is a secret.
            shown = host.rpartition("@")[2]
            raise ImproperlyConfigured(
                f"The environment variable {name} must list addresses such as http://search:9200, not {shown!r}."
            )
    return [host.rstrip("/") for host in found]


def addresses(name: str, suffixes: Iterable[str]) -> dict[str, str]:
    """An address for each suffix that has one: NAME_DE, else NAME for all of them."""
    common = address(name, "")
    found = {suffix: address(f"{name}_{suffix.upper()}", common) for suffix in suffixes}
    return {suffix: value for suffix, value in found.items() if value}


def origins(name: str, default: list[str]) -> list[str]:
    """Origins of the web, such as https://www.example.org, or * for all."""
    found = words(name, default)
    for origin in found:
        parts = urlsplit(origin)
        sound = parts.scheme in {"http", "https"} and parts.netloc and origin == f"{parts.scheme}://{parts.netloc}"
        if origin != "*" and not sound:
            raise ImproperlyConfigured(
                f"The environment variable {name} must be * or origins such as https://www.example.org, not {origin!r}."
            )
    return found


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """A comma-separated list of networks or addresses, such as 10.0.0.0/8,fd00::/8,127.0.0.1; none by default."""
    try:
        return [ip_network(word) for word in words(name, [])]
    except ValueError as error:
        raise ImproperlyConfigured(
            f"The environment variable {name} must list networks such as 10.1.0.0/16: {error}."
        ) from None


def cache(name: str) -> dict[str, Any]:
    """Django's settings of one cache from `redis://host:6379/0` (or rediss://, for TLS), Redis or Valkey."""
    value = text(name)
    if urlsplit(value).scheme not in {"redis", "rediss"}:
        raise ImproperlyConfigured(f"The environment variable {name} must look like redis://host:6379/0.")
    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": value,
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},  # seconds
    }


def folder(name: str, default: Path) -> Path:
    """A folder that we may write, made when it is missing."""
    path = Path(text(name, str(default))).absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The environment variable {name} must be a folder that can be written, not {str(path)!r}: "
            f"{error.strerror}."
        ) from error
    return path


def database(name: str, default: str | None = None) -> dict[str, Any]:
    """Django's settings of one database from `postgresql://user:password@host:port/name` or `sqlite:///path`."""
    refusal = ImproperlyConfigured(
        f"The environment variable {name} must look like postgresql://user:password@host:5432/name "
        "or sqlite:///absolute/path."
    )
    parts = urlsplit(text(name, default))
    try:
        port = parts.port or ""
    except ValueError:
        raise refusal from None
    if not parts.path.strip("/"):
        raise refusal
    if parts.scheme == "sqlite" and not parts.netloc:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": Path(unquote(parts.path)),
            "OPTIONS": {
                # Writers queue for the lock instead of failing: it is taken when a transaction begins (a lock that a
                # reader asks for half-way is refused at once, whatever the timeout), and waited for so many seconds.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(port),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise refusal
