"""E-mail addresses: the one form in which an address is stored, found and counted."""

import re
import unicodedata

from email_validator import EmailSyntaxError, validate_email

# RFC 5321, section 4.5.3.1.3.
LONGEST = 254
# Of the dots that separate labels (RFC 3490, section 3.1).
FINAL_DOT = re.compile("[.。．｡]$")


def canonical(address: str) -> str:
    """Return the canonical form of ``address``: NFC, lower case, the domain in ASCII (IDNA 2008).

    The final dot of an absolute domain name (RFC 1034, section 3.1) is no part of an address.
    Browsers send the domain of an ``<input type="email">`` in ASCII, too, and mail servers
    take it so. Raises :class:`email_validator.EmailNotValidError`, a :class:`ValueError`, for
    what is no e-mail address (RFC 5322 and 6531).
    """
    # First, because it takes quadratic time to normalize a long text.
    if len(address) > LONGEST:
        raise EmailSyntaxError(f"An address has at most {LONGEST} characters.")
    lower = unicodedata.normalize("NFC", address.strip()).lower()
    found = validate_email(FINAL_DOT.sub("", lower), check_deliverability=False)
    return f"{found.local_part}@{found.ascii_domain}"
