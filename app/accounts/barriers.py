"""Barriers against spam: who and what cannot register, by the lists of the site."""

import time
from fnmatch import fnmatchcase
from ipaddress import ip_address, ip_network

import regex
from flask import current_app
from itsdangerous import BadSignature, TimestampSigner

from ..data.characters import IN_WORD, fold
from ..site import Site

_WORD = regex.compile(rf"{IN_WORD}+", regex.VERSION1)

# The longest stamp: a longer one is not parsed.
LONGEST_STAMP = 100


def is_blocked_address(site: Site, address: str) -> bool:
    """Whether the canonical e-mail ``address`` is blocked: itself, or its domain."""
    domain = address.rpartition("@")[2]
    return address in site.blocked_addresses or _is_within(domain, site.blocked_domains)


def is_disposable(address: str) -> bool:
    """Whether the domain of ``address`` gives disposable addresses to anybody."""
    # Imported at first use because of its size: most requests need no such list.
    from disposable_email_domains import blocklist  # noqa: PLC0415

    return _is_within(address.rpartition("@")[2], blocklist)


def is_blocked_name(site: Site, username: str) -> bool:
    """Whether ``username`` matches a name of the list, where ``*`` matches anything."""
    plain = username.lower()
    return any(fnmatchcase(plain, pattern) for pattern in site.blocked_names)


def has_blocked_word(site: Site, *texts: str | None) -> bool:
    """Whether a word of the list is in one of ``texts``, however it is written.

    Limit the lengths before, as for :func:`app.data.characters.fold`.
    """
    folded = [fold(text) for text in texts if text]
    found = {word for text in folded for word in _WORD.findall(text)}
    blocked = {fold(entry) for entry in site.blocked_words}
    # An entry of several words, or with a sign in it, is searched as a substring.
    parts = (entry for entry in blocked if not _WORD.fullmatch(entry))
    return bool(found & blocked) or any(part in text for part in parts for text in folded)


def is_blocked_network(site: Site, address: str) -> bool:
    """Whether the IP ``address`` lies in a network of the list."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    return any(ip in ip_network(each, strict=False) for each in site.blocked_networks)


def stamp() -> str:
    """Return the stamp of a form, which holds when it was opened."""
    return _signer().sign(b"").decode()


def was_quick(sent: str) -> bool:
    """Whether the form with the stamp ``sent`` was filled in faster than a person types."""
    shortest = current_app.config["REGISTRATION_MIN_SECONDS"]
    if not shortest:
        return False
    if len(sent) > LONGEST_STAMP:
        return True
    try:
        _empty, opened = _signer().unsign(sent, return_timestamp=True)
    except (BadSignature, UnicodeError):
        return True
    # The stamp is in whole seconds, and was rounded down.
    return int(time.time()) - opened.timestamp() < shortest


def _is_within(domain: str, domains: frozenset[str] | set[str]) -> bool:
    parts = domain.split(".")
    return any(".".join(parts[at:]) in domains for at in range(len(parts) - 1))


def _signer() -> TimestampSigner:
    return TimestampSigner(current_app.config["SECRET_KEY"], salt="opened")
