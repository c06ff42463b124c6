"""What can be told from its form alone, and replaced: addresses, numbers, keys.

Every pattern's repeats are bounded, so that the time is linear in the text whatever somebody wrote.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Final

_ADDRESS: Final = re.compile(r"(?<![\w.+%'-])[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE: Final = re.compile(r"(?<![\w.+-])(?:\+|00|\(0|0)\d?(?:[ ()/.-]{0,2}\d){6,14}(?!\w)")
_IBAN: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)")
_CARD: Final = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_IPV4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
_IPV6: Final = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_KEY: Final = re.compile(
    r"(?<!\w)(?:(?:sk|pk|rk)[-_][\w-]{16,200}|gh[opsur]_\w{20,200}|github_pat_\w{20,200}|glpat-[\w-]{16,200}"
    r"|xox[abeprs]-[\w-]{10,200}|AKIA[0-9A-Z]{16}|ht[kcas]_[\w-]{43}"
    r"|eyJ[\w-]{10,1000}\.[\w-]{5,2000}\.[\w-]{5,1000})(?![\w-])"
)
_SAID: Final = re.compile(
    r"(?<![^\W_])((?:password|passwd|passwort|secret|token|api[_-]?key)[ \t]{0,3}[:=][ \t]{0,3})[^\s,;]{4,200}",
    re.IGNORECASE,
)
_PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----")


def _email(text: str) -> str:
    return _ADDRESS.sub("[email]", text) if "@" in text else text


def _phone(text: str) -> str:
    return _PHONE.sub("[phone]", text)


def _iban(text: str) -> str:
    return _IBAN.sub(lambda found: "[iban]" if _is_iban(found[0]) else found[0], text)


def _card(text: str) -> str:
    return _CARD.sub(lambda found: "[card]" if _is_card(found[0]) else found[0], text)


def _ip(text: str) -> str:
    for pattern in (_IPV4, _IPV6):
        text = pattern.sub(lambda found: "[ip]" if _is_ip(found[0]) else found[0], text)
    return text


def _secret(text: str) -> str:
    begins = _PRIVATE_KEY.search(text)
    if begins:
        # Whatever stands behind it is the key, to its end or cut off somewhere.
        text = text[: begins.start()] + "[secret]"
    return _SAID.sub(r"\1[secret]", _KEY.sub("[secret]", text))


PATTERNS: Final[Mapping[str, Callable[[str], str]]] = {
    "email": _email, "phone": _phone, "iban": _iban, "card": _card, "ip": _ip, "secret": _secret,
}  # fmt: skip
"""The named patterns; any other word of a rule stands for itself."""


_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e0fff]+"
)
"""Characters that show nothing: soft hyphens, zero widths, marks of direction, selectors, fillers, tags."""


def plainly(text: str) -> str:
    """``text`` as it reads: compatible forms as one (NFKC: wide letters, accents composed), nothing that cannot be seen
    (zero-width characters, soft hyphens, marks of direction).
    """
    if text.isascii():
        return text
    return _UNSEEN.sub("", unicodedata.normalize("NFKC", text))


def seen_through(change: Callable[[str], str]) -> Callable[[str], str]:
    """``change`` applied to what a text reads as; a text in which it then finds nothing stays as it was written."""

    def changed(text: str) -> str:
        plain = plainly(text)
        after = change(plain)
        return text if after == plain else after

    return changed


def replacing(pattern: str) -> Callable[[str], str]:
    """What replaces the named pattern; else the word itself, without regard to case, by ``[removed]``.

    However a word is written that reads so: no invisible character keeps it from being found.
    """
    if pattern in PATTERNS:
        return seen_through(PATTERNS[pattern])
    word = re.compile(re.escape(plainly(pattern).strip()), re.IGNORECASE)
    return seen_through(lambda text: word.sub("[removed]", text))


def _is_card(text: str) -> bool:
    """Luhn's check digit (ISO/IEC 7812-1, annex B)."""
    digits = [int(sign) for sign in reversed(text) if sign.isdecimal()]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return any(digits) and (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _is_iban(text: str) -> bool:
    """The check digits of ISO 13616: the number, its head moved to the end and letters as 10 to 35, is 1 modulo 97."""
    plain = text.replace(" ", "")
    return len(plain) >= 15 and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
