"""Which addresses messages may be sent to: anybody's public ones, encrypted; others only where a setting names them.

Whoever edits webhooks must not make this server ask the machines beside it: databases, metadata services, other admins.
"""

import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

IpAddress = IPv4Address | IPv6Address

# Addresses that carry an IPv4 address in their last 32 bits, and are routed there: RFC 6052, RFC 8215, RFC 4291.
_CARRIERS = [IPv6Network(network) for network in ("64:ff9b::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "::/96")]
_LOCAL_NAT64 = IPv6Network("64:ff9b:1::/48")


class Refused(OSError):
    """No message may be sent to this address."""


def parsed(text: str) -> IpAddress:
    """The address of a text such as a socket gives, its zone left aside."""
    return ip_address(text.split("%")[0])


def _carried(address: IpAddress) -> IPv4Address | None:
    """The IPv4 address at which packets to an IPv6 address may end."""
    if isinstance(address, IPv4Address):
        return None
    if any(address in carrier for carrier in _CARRIERS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour


def _is_public(address: IpAddress) -> bool:
    local = isinstance(address, IPv6Address) and (address in _LOCAL_NAT64 or address.is_site_local)
    return address.is_global and not (local or address.is_multicast or address.is_reserved)


def may_reach(address: IpAddress, *, encrypted: bool) -> bool:
    """Whether messages may go to an address: one that the setting names, or a public one over TLS."""
    carried = _carried(address)
    if any(one in network for one in (address, carried) if one for network in settings.WEBHOOKS_ALLOWED_NETWORKS):
        return True
    return encrypted and _is_public(carried or address)


def require(address: str, *, encrypted: bool) -> None:
    """Refused unless `may_reach`."""
    if not may_reach(parsed(address), encrypted=encrypted):
        raise Refused(f"Messages may not be sent to {address}.")


def guarded_socket(*, encrypted: bool, refused: list[str] | None = None) -> Callable[[Any], socket.socket]:
    """For aiohttp: a socket for the very address that is connected to, be it resolved from a name or written as such.

    It raises Refused, whose message `refused` gets as well, for aiohttp hides what it came from.
    """

    def made(info: Any) -> socket.socket:
        family, kind, protocol, _name, (host, *_rest) = info
        try:
            require(host, encrypted=encrypted)
        except Refused as error:
            if refused is not None:
                refused.append(str(error))
            raise
        return socket.socket(family, kind, protocol)

    return made


def check_url(url: str) -> None:
    """ValidationError with a clear message unless messages may be sent to every address of a URL, as it is now."""
    parts = urlsplit(url)
    try:
        name, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        name = ""
    if parts.scheme not in {"http", "https"} or not name or any(letter.isspace() for letter in url):
        raise ValidationError(_("Enter an address such as https://www.example.org/hook."))
    if parts.username or parts.password:
        raise ValidationError(_("Leave user name and password out of the address: messages are signed."))
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise ValidationError(_("No machine is known by the name “%(name)s”.") % {"name": name}) from None
    addresses = {parsed(str(info[4][0])) for info in found}
    encrypted = parts.scheme == "https"
    if refused := [str(one) for one in addresses if not may_reach(one, encrypted=True)]:
        raise ValidationError(
            _(
                "“%(name)s” is in a private or reserved network (%(address)s). Whoever runs the server can allow it: "
                "WEBHOOKS_ALLOWED_NETWORKS."
            )
            % {"name": name, "address": ", ".join(sorted(refused))}
        )
    if not all(may_reach(one, encrypted=encrypted) for one in addresses):
        raise ValidationError(_("The address must begin with https://."))
