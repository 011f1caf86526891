"""Whereto nothing is sent, whatever name leads there; and that what is encrypted is for the right receiver."""

import socket
import ssl
import subprocess
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from cms.webhooks import networks
from cms.webhooks.models import Problem
from cms.webhooks.sending import Outcome, Request, Sender
from tests.webhooks import receiver as receivers
from tests.webhooks.receiver import Receiver

SECRET = "whsec_" + "A" * 32
PRIVATE = [
    *(
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "255.255.255.255",
    ),
    *("255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1", "2001::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    *("2002:7f00:1::", "::ffff:0:10.0.0.1"),
]
PUBLIC = ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822", "::ffff:93.184.216.34", "2002:5db8:d822::"]

Names = Callable[..., None]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Have names lead to addresses; others are known to nobody."""

    def known(**addresses: list[str]) -> None:
        def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> list[Any]:
            written = host.replace("_", ".")
            found = addresses.get(host.replace(".", "_").replace("-", "_"))
            if found is None:
                try:
                    found = [str(ip_address(written))]
                except ValueError:
                    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from None
            return [
                (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (one, port, 0, 0))
                if ":" in one
                else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
                for one in found
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    known()
    return known


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(networks.Refused):
        networks.require(address, encrypted=True)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_reached_encrypted_alone(address: str) -> None:
    networks.require(address, encrypted=True)
    with pytest.raises(networks.Refused):
        networks.require(address, encrypted=False)


def test_networks_that_are_named_are_reached(settings: Any) -> None:
    settings.WEBHOOKS_ALLOWED_NETWORKS = [ip_network("10.1.0.0/16"), ip_network("fd00::/8")]
    for address in ("10.1.2.3", "fd00::1", "::ffff:10.1.2.3"):
        networks.require(address, encrypted=False)
    for address in ("10.2.0.1", "127.0.0.1", "fe80::1"):
        with pytest.raises(networks.Refused):
            networks.require(address, encrypted=True)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://inside.example/hook", "private or reserved network (10.0.0.5)"),
        ("https://both.example/hook", "private or reserved network (127.0.0.1)"),
        ("https://10.0.0.5/hook", "private or reserved network (10.0.0.5)"),
        ("https://[::1]/hook", "private or reserved network (::1)"),
        ("https://nobody.example/", "No machine is known by the name “nobody.example”"),
        ("http://outside.example/", "must begin with https://"),
        ("ftp://outside.example/", "Enter an address such as"),
        ("https:///hook", "Enter an address such as"),
        ("https://outside.example:99999/", "Enter an address such as"),
        ("https://outside.example/a b", "Enter an address such as"),
        ("javascript:alert(1)", "Enter an address such as"),
        ("https://me:secret@outside.example/", "Leave user name and password out"),
    ],
)
def test_an_address_that_is_refused_says_why(names: Names, url: str, words: str) -> None:
    names(inside_example=["10.0.0.5"], both_example=["93.184.216.34", "127.0.0.1"], outside_example=["93.184.216.34"])
    with translation.override("en"), pytest.raises(ValidationError) as refused:
        networks.check_url(url)
    assert words in refused.value.messages[0]


def test_an_address_that_is_fine(names: Names, settings: Any) -> None:
    names(outside_example=["93.184.216.34", "2606:2800:220:1::1"], frontend=["10.1.0.9"])
    networks.check_url("https://outside.example/hook?a=1")
    settings.WEBHOOKS_ALLOWED_NETWORKS = [ip_network("10.1.0.0/16")]
    networks.check_url("http://frontend:3000/hook")


def sent(sender: Sender, url: str) -> Outcome:
    return sender.send(Request(url, "msg_1", "{}", [SECRET])).result(timeout=20)


def test_a_name_that_leads_elsewhere_since_it_was_saved_is_refused_as_it_is_sent(
    names: Names, sender: Sender, settings: Any
) -> None:
    """The address that is connected to counts, not what the form once saw."""
    with receivers.running() as receiver:
        names(rebound_example=["127.0.0.1"])
        for url in (f"https://rebound.example:{receiver.port}/", receiver.url):
            outcome = sent(sender, url)
            assert (outcome.status, outcome.problem) == (None, Problem.ADDRESS)
            assert "127.0.0.1" in outcome.detail
        # IPv4 as IPv6 sockets write it, and one public address beside a private one that is not reached.
        names(mapped_example=["::ffff:127.0.0.1"])
        assert sent(sender, f"http://mapped.example:{receiver.port}/").problem == Problem.ADDRESS
        assert receiver.received == []


def test_a_name_that_nobody_knows(names: Names, sender: Sender) -> None:
    assert sent(sender, "https://nobody.example/").problem == Problem.NAME


def certificate(folder: Path, name: str) -> ssl.SSLContext:
    """A server's TLS with a certificate for a name, which is its own authority: `<name>.pem` in the folder."""
    key, pem = folder / f"{name}.key", folder / f"{name}.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    names = ["-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", pem]
    subprocess.run([*command, *names], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context


def test_a_certificate_is_for_the_name_although_the_address_was_chosen(
    names: Names, this_machine: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = certificate(tmp_path, "hook.example")
    asked: list[str] = []
    tls.sni_callback = lambda _socket, name, _context: asked.append(str(name))
    names(hook_example=["127.0.0.1"], other_example=["127.0.0.1"])
    with receivers.running(tls) as receiver:
        strict = Sender(seconds=5)
        assert sent(strict, f"https://hook.example:{receiver.port}/").problem == Problem.TLS, "an unknown authority"
        strict.close()
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "hook.example.pem"))
        trusting = Sender(seconds=5)
        assert sent(trusting, f"https://hook.example:{receiver.port}/").status == 200
        assert sent(trusting, f"https://other.example:{receiver.port}/").problem == Problem.TLS, "another's name"
        trusting.close()
        assert asked == ["hook.example", "hook.example", "other.example"]
        assert receiver.received[0].headers["host"] == f"hook.example:{receiver.port}"
        assert len(receiver.received) == 1


def test_what_listens_without_tls_is_not_spoken_to(receiver: Receiver, sender: Sender) -> None:
    outcome = sent(sender, receiver.url.replace("http:", "https:"))
    assert outcome.problem == Problem.TLS
    assert receiver.received == []
