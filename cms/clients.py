"""Who is asking: a client's address, behind the proxies that we trust."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest


def address(environ: dict[str, Any]) -> str:
    """The client's address in a request's environment (WSGI or `request.META`).

    Each of TRUSTED_PROXIES appends to X-Forwarded-For the address that it heard from, so the client is that many from
    the end; what stands before it was sent by the client, who may write anything.
    """
    heard = str(environ.get("REMOTE_ADDR", ""))
    proxies = settings.TRUSTED_PROXIES
    if not proxies:
        return heard
    forwarded = str(environ.get("HTTP_X_FORWARDED_FOR", "")).split(",")
    claimed = forwarded[-proxies].strip() if len(forwarded) >= proxies else ""
    return claimed if _valid(claimed) else heard


def of_request(request: HttpRequest) -> str | None:
    """For AXES_CLIENT_IP_CALLABLE: what the client's subscriber has; None where there is no address."""
    found = network(address(request.META))
    return found if _valid(found) else None


@lru_cache(maxsize=4_096)
def network(text: str) -> str:
    """What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 address."""
    if not _valid(text):
        return text
    found = ip_address(text)
    if not isinstance(found, IPv6Address):
        return text
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))


def _valid(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
