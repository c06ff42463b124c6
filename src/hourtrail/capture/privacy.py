"""What is taken out of an activity before it is stored: the less is kept, the less can leak."""

import re
from dataclasses import dataclass, replace
from typing import Final

from hourtrail.capture.patterns import seen_through
from hourtrail.domain.activity import Activity, Sensitivity

PRIVATE_TITLE: Final = "Private appointment"
STATED_FACTS: Final = frozenset({"worklog", "minutes", "merge", "timer"})
"""Keys of ``extra`` that capture reads; the only ones that a private event keeps."""

# Bounded or possessive repeats keep these patterns linear in the text; they look for addresses and logins, nothing that needs a checksum.
_LOGIN: Final = re.compile(r"(?<=://)[^/\s?#@]*(?:@[^/\s?#@]*)*@")
_SECRET: Final = re.compile(
    r"([?&;](?:access_token|auth|code|id_token|key|api_?key|passwd|password|pwd|secret|sig|signature|token)=)[^&;#\s]+",
    re.IGNORECASE,
)
# A run of such characters is looked at from its beginning alone, and its parts are never taken apart again.
_ADDRESS: Final = re.compile(r"(?<![\w.+%'@-])(?:[\w.+%'-]*+@)+(?=[\w-]{1,63}(?:\.[\w-]{1,63})+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyRules:
    """What a tenant lets be stored. The default is the least that still works.

    ``keep_text``: longer texts (descriptions, comments, commit bodies). ``keep_participants``: whole addresses; otherwise
    only their distinct domains, as ``@domain``. ``hide_private_titles``: a private event is "Private appointment", without
    reference, participants or further columns. Names of calendars and ids are kept: they are how a source is followed.
    """

    keep_text: bool = False
    keep_participants: bool = False
    hide_private_titles: bool = True
    version: str = "1"


def redact(activity: Activity, rules: PrivacyRules) -> Activity:
    """``activity`` as it may be stored. Idempotent; logins and tokens in URLs go whatever the rules say."""
    if activity.sensitivity is Sensitivity.PRIVATE and rules.hide_private_titles:
        facts = {key: value for key, value in activity.extra.items() if key in STATED_FACTS}
        return replace(activity, title=PRIVATE_TITLE, text="", reference="", participants=(), extra=facts)
    return replace(
        activity,
        title=_masked(activity.title, rules),
        text=_masked(activity.text, rules) if rules.keep_text else "",
        reference=_without_secrets(activity.reference),
        container=_without_secrets(activity.container),
        series=_without_secrets(activity.series),
        participants=activity.participants if rules.keep_participants else _domains(activity.participants),
        extra={key: _masked(value, rules) for key, value in activity.extra.items()},
    )


def _domains(participants: tuple[str, ...]) -> tuple[str, ...]:
    found = (address.rpartition("@")[2].strip(" <>").lower() for address in participants if "@" in address)
    return tuple(sorted({f"@{domain}" for domain in found if domain}))


def _masked(text: str, rules: PrivacyRules) -> str:
    clean = _without_secrets(text)
    return clean if rules.keep_participants else _without_addresses(clean)


@seen_through
def _without_addresses(text: str) -> str:
    return _repeated(_ADDRESS, "@", text) if "@" in text else text


@seen_through
def _without_secrets(text: str) -> str:
    if "://" in text:
        text = _repeated(_LOGIN, "", text)
    return _SECRET.sub(r"\1***", text) if "=" in text else text


def _repeated(pattern: re.Pattern[str], by: str, text: str) -> str:
    """Replaced until nothing is left to replace: what one pass uncovers may be an address again. Each pass shortens."""
    while (shorter := pattern.sub(by, text)) != text:
        text = shorter
    return text
