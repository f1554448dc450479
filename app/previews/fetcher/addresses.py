"""Which servers may be asked: those that the public internet reaches, by checked addresses."""

import re
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import idna

LONGEST_URL = 2048
LONGEST_HOST = 253
PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?")

# The registries of special-purpose addresses (IANA, RFC 6890), with multicast and reserved space.
# Python's is_global differs from one release to the next, and is true for many of these.
_NOT_PUBLIC = tuple(
    ip_network(text)
    for text in (  # noqa: SIM905 - a list has one network a line
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 "
        "192.0.2.0/24 192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 "
        "192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
        # The metadata service of Azure.
        "168.63.129.16/32 "
        # Teredo and others, documentation, 6to4. All other special addresses are outside 2000::/3.
        "2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20"
    ).split()
)
# With it, addresses that carry an IPv4 address (mapped, NAT64) and local ones are refused, too.
_PUBLIC_V6 = ip_network("2000::/3")


class RefusedError(Exception):
    """The URL may not be asked, or its answer is of no use: trying again does not help."""


class UnreachableError(Exception):
    """The server cannot be reached now."""


class Target(NamedTuple):
    """Whom to ask for what: the parts of a checked URL, in ASCII."""

    scheme: str
    host: str
    port: int
    # The path with the query.
    path: str

    @property
    def netloc(self) -> str:
        """The host as the header ``Host`` has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """The URL, without its fragment."""
        return f"{self.scheme}://{self.netloc}{self.path}"


@dataclass(frozen=True)
class Network:
    """What may be reached; by default the public internet. The fields are for tests."""

    # More ports than those of http and https.
    ports: Collection[int] = ()
    # Addresses that may be asked although they are not public.
    addresses: Collection[str] = ()
    # The addresses of names, instead of those that the resolver of the system finds.
    names: Mapping[str, Collection[str]] = field(default_factory=dict)

    def target(self, url: str) -> Target:
        """Return the parts of ``url``. Raises :class:`RefusedError`."""
        target = target_of(url)
        if target.port not in (*PORTS.values(), *self.ports):
            raise RefusedError(f"port {target.port}")
        return target

    def resolve(self, target: Target) -> list[str]:
        """Return the addresses of a host, each of them checked.

        Raises :class:`RefusedError` if any of them is not public, and :class:`UnreachableError`.
        """
        if target.host in self.names:
            found = list(self.names[target.host])
        else:
            try:
                infos = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:
                raise UnreachableError(f"no address: {error}") from error
            found = [str(address[0]) for *_info, address in infos]
        for address in found:
            if address not in self.addresses and not is_public(address):
                raise RefusedError(f"address {address}")
        return list(dict.fromkeys(found))


def target_of(url: str) -> Target:
    """Return the parts of an http or https URL. Raises :class:`RefusedError`."""
    if len(url) > LONGEST_URL:
        raise RefusedError("length")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = _ascii_host(parts.hostname or "", is_address="[" in parts.netloc)
        path = quote(parts.path or "/", safe="/%:=&~+!$,;'@()*[]")
        query = quote(parts.query, safe="/%:=&~+!$,;'@()*[]?")
    except ValueError as error:
        raise RefusedError(f"URL: {error}") from error
    if parts.scheme not in PORTS:
        raise RefusedError(f"scheme {parts.scheme}")
    if "@" in parts.netloc:
        raise RefusedError("credentials")
    whole = f"{path}?{query}" if query else path
    return Target(parts.scheme, host, PORTS[parts.scheme] if port is None else port, whole)


def is_public(address: str) -> bool:
    """Whether an address, as the system gives it, is one of the public internet."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return _is_public(ip)


def _is_public(ip: IPv4Address | IPv6Address) -> bool:
    if ip.version == 6 and (ip not in _PUBLIC_V6 or ip.scope_id):
        return False
    return not any(ip in network for network in _NOT_PUBLIC)


def _ascii_host(host: str, *, is_address: bool) -> str:
    """Return the name as browsers look it up, or the address. Raises :class:`ValueError`."""
    if is_address:
        ip = IPv6Address(host)
        if ip.scope_id:
            raise ValueError("host")
        return str(ip)
    if len(host) > LONGEST_HOST:
        raise ValueError("host")
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError as error:
            raise ValueError("host") from error
    if not _HOST.fullmatch(host):
        raise ValueError("host")
    return host.rstrip(".")
