"""What a person and the encoder read about a block: titles, and why each activity counts."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from hourtrail.capture.claim import Claim
from hourtrail.capture.privacy import PRIVATE_TITLE
from hourtrail.capture.treatment import is_merge, is_private
from hourtrail.domain.activity import Activity, ActivityKind, Response

TITLE_LENGTH: Final = 160
TEXT_LENGTH: Final = 300
_NOUNS: Final = {
    ActivityKind.TICKET: "ticket update",
    ActivityKind.EMAIL: "e-mail",
    ActivityKind.DOCUMENT: "document edit",
    ActivityKind.FOCUS: "focus window",
    ActivityKind.TRAVEL: "journey",
}
_ANSWERS: Final = {Response.ACCEPTED: "accepted", Response.TENTATIVE: "tentative", Response.NONE: "no answer"}


def noun(activity: Activity) -> str:
    """What a person calls such an activity."""
    if is_merge(activity):
        return "merge commit"
    if activity.extra.get("timer") == "true":
        return "timer"
    if activity.extra.get("worklog") == "true":
        return "worklog"
    return _NOUNS.get(activity.kind, activity.kind.value)


def shown_title(activity: Activity) -> str:
    """Its title, its noun where it has none; nothing of a private one."""
    if is_private(activity):
        return PRIVATE_TITLE
    return _cut(" ".join(activity.title.split()), TITLE_LENGTH) or noun(activity).capitalize()


def block_title(claim: Claim, members: Sequence[Activity]) -> str:
    """What a person reads: "Weekly steering", or "4 commits in acme/portal: Fix login redirect; ..." for a burst."""
    if claim.private or not claim.anchor.is_point:
        return shown_title(claim.anchor)
    counts = Counter(noun(member) for member in members)
    listed = ", ".join(f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items())
    places = Counter(member.container for member in members if member.container)
    where = f" in {_cut(places.most_common(1)[0][0], 60)}" if places else ""
    what = "; ".join(dict.fromkeys(titles_of(members)))
    return _cut(f"{listed}{where}{': ' + what if what else ''}", TITLE_LENGTH)


def titles_of(activities: Sequence[Activity]) -> list[str]:
    """The titles that may be read, in the order given."""
    return [title for a in activities if not is_private(a) and (title := " ".join(a.title.split()))]


def block_text(activities: Sequence[Activity]) -> str:
    """Distinct titles, in the order given, as one bounded text."""
    return _cut("; ".join(dict.fromkeys(titles_of(activities))), TEXT_LENGTH)


def why_member(activity: Activity, claim: Claim, *, first: bool) -> str:
    """Why a claim's own activity counts."""
    anchor = claim.anchor
    if activity is anchor and not activity.is_point:
        answer = f", {_ANSWERS[activity.response]}" if activity.kind is ActivityKind.MEETING else ""
        held = ", at the times of its call" if len(claim.members) > 1 and activity.kind is ActivityKind.MEETING else ""
        return f"the {noun(activity)} itself{answer if activity.response in _ANSWERS else ''}{held}"
    if not anchor.is_point:
        return (
            "the call of this meeting" if activity.kind is ActivityKind.CALL else f"{noun(activity)} on the same thing"
        )
    if first:
        return (
            f"first {noun(activity)} of the burst" if len(claim.members) > 1 else f"one {noun(activity)} at that time"
        )
    if activity.reference and activity.reference == anchor.reference:
        return f"{noun(activity)} on the same {'ticket' if activity.kind is not ActivityKind.DOCUMENT else 'document'}"
    if activity.container and activity.container == anchor.container:
        place = "repository" if activity.kind in {ActivityKind.COMMIT, ActivityKind.REVIEW} else "place"
        return f"{noun(activity)} in the same {place}"
    return f"{noun(activity)} in the same session"


def why_pause(claim: Claim, *, ahead: bool) -> str:
    """Why time beside something that states its own times counts."""
    where = "time before" if ahead else "pause after"
    return f"no trace of its own: the {where} the {noun(claim.anchor)}; your confirmed entries cover such times"


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
