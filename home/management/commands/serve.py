import contextlib
import fcntl
import http.client
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from cms import env, supervisor
from cms.catalogues import compile_catalogues
from cms.health import PATH as HEALTH_PATH
from home.demo.accounts import ACCOUNTS
from search import portal

# What a browser on this machine opens for a server on its own or on every address.
LOCAL = {"127.0.0.1": "localhost", "0.0.0.0": "localhost", "::1": "localhost", "::": "localhost"}  # noqa: S104


class Command(BaseCommand):
    """Brings up the site for trying it: prepares the database, then runs the web server and the worker until Ctrl-C.

    HOST and PORT say where (localhost:8000). An empty database gets the demo content.
    """

    help = __doc__
    requires_system_checks: list[str] = []  # `make lint` and the tests run them; a start must be quick

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = env.text("HOST", "127.0.0.1"), env.integer("PORT", 8000)
        try:
            ip = supervisor.listening_address(host, port)
        except supervisor.UnusableAddressError as error:
            raise CommandError(str(error)) from error
        with _alone(Path(settings.VAR_DIR)):
            compile_catalogues(settings.BASE_DIR)
            try:
                self._prepare_database()
            except DatabaseError as error:
                raise CommandError(f"the database cannot be used: {str(error).strip().splitlines()[0]}") from error
        connection.close()
        greeting = _Greeting(self, ip, port)
        reason = supervisor.run({"web": _web(ip, port), "worker": _worker()}, greeting.when_ready)
        if reason:
            raise CommandError(f"{reason}.")
        self.stdout.write("Stopped.")

    def _prepare_database(self) -> None:
        """Migrate, and load the demo content into a database without accounts.

        A file in var/ says that a load was begun, so that one which was interrupted is taken up again.
        """
        begun = Path(settings.VAR_DIR) / "demo-load-begun"
        self.stdout.write("Preparing the database …")
        call_command("migrate", interactive=False, verbosity=0)
        if begun.exists() or not get_user_model()._default_manager.exists():
            begun.touch()
            self.stdout.write("Loading the demo content …")
            try:
                with supervisor.beside(_worker()):  # so that the pictures are ready when the load is
                    call_command("load_demo")
            except CommandError:
                raise
            except Exception as error:
                what = f"{type(error).__name__}: {error}".splitlines()[0]
                raise CommandError(f"the demo content could not be loaded ({what}). `make run` tries again.") from error
            begun.unlink()


@contextlib.contextmanager
def _alone(var: Path) -> Iterator[None]:
    """Only one start at a time prepares what is in a folder; the lock ends with its process, however that ends."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "serve.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(
                f"another start is preparing the database in {var}: wait until it says where the site is."
            ) from None
        yield


class _Greeting:
    """Prints the addresses once, when the web server answers."""

    def __init__(self, command: BaseCommand, ip: str, port: int) -> None:
        self.command, self.ip, self.port, self.said = command, ip, port, False

    def when_ready(self) -> None:
        if not self.said and _answers(self.ip, self.port):
            self.said = True
            name = LOCAL.get(self.ip, f"[{self.ip}]" if ":" in self.ip else self.ip)
            self.command.stdout.write(greeting(f"http://{name}:{self.port}"))
            self.command.stdout.flush()


def greeting(address: str) -> str:
    """The addresses, and a demo account per role where the demo content was loaded."""
    lines = [
        "",
        f"The site      {address}/",
        f"The portal    {address}/{settings.LANGUAGE_CODE}/{portal.PATH}",
        f"The admin     {address}/admin/",
        f"The API       {address}/api/v2/",
        *_accounts(),
        "Ctrl-C stops everything.",
    ]
    return "\n".join(lines)


def _accounts() -> list[str]:
    users = get_user_model()._default_manager
    names = [account.username for account in ACCOUNTS]
    present = set(users.filter(username__in=names).values_list("username", flat=True))
    connection.close()
    shown = [account for account in ACCOUNTS if account.username in present]
    if not shown:
        return []
    width = max(len(account.role) for account in shown)
    return ["Demo accounts:", *(f"  {a.role:<{width}}  {a.username} / {a.password}" for a in shown)]


def _answers(ip: str, port: int) -> bool:
    asked = http.client.HTTPConnection("localhost" if ip in LOCAL else ip, port, timeout=2)
    with contextlib.closing(asked):
        try:
            asked.request("GET", HEALTH_PATH)
            return asked.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False


def _web(ip: str, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "granian", "cms.wsgi:application", "--interface", "wsgi", "--no-ws"),
        *("--working-dir", str(settings.BASE_DIR), "--host", ip, "--port", str(port)),
        *("--blocking-threads", str(settings.SERVER_THREADS), "--http1-header-read-timeout", "10000"),
        *("--workers-kill-timeout", "5", "--log-level", "warning"),
    ]


def _worker() -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"]
