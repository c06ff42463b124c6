"""Which way an entry goes, and what a standing order may do of it. Data: ``files/approval_routing.toml``."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from hourtrail.domain.autopost import LONGEST
from hourtrail.domain.entry import LEGAL
from hourtrail.domain.errors import InvalidInput
from hourtrail.policy.autopost import Left
from hourtrail.policy.shipped import PolicyFile, read_policy

FILE: Final = "approval_routing.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRouting:
    """The policy. ``refused`` are acts that no role makes good, ``auto_post`` the bounds of submission by a standing order."""

    version: str
    refused: tuple[str, ...]
    moves: dict[str, list[str]]
    auto_post: dict[str, Any]
    look_back_days: int


@cache
def approval_routing() -> ApprovalRouting:
    """The policy of this program."""
    return parsed(read_policy(FILE))


def parsed(file: PolicyFile) -> ApprovalRouting:
    """The policy that a file states. Raises InvalidInput where it states what is not enforced: moves and the longest order are
    kept by the types of entries and orders themselves, and a file that says otherwise would be believed.
    """
    file.only(("refused", "moves", "auto_post"))
    moves = {name: sorted(file.texts(f"moves.{name}", steps)) for name, steps in file.table("moves").items()}
    enforced = {status.value: sorted(step.value for step in steps) for status, steps in LEGAL.items()}
    if moves != enforced:
        wrong = next(name for name in {**enforced, **moves} if moves.get(name) != enforced.get(name))
        raise InvalidInput(
            f"{file.name}: moves.{wrong}: entries go to {enforced.get(wrong)}; the file and the program must agree"
        )
    auto_post = file.table("auto_post")
    fixed = {
        "by_default": "off", "people_to_enable": 2, "longest_days": LONGEST.days, "leaves": sorted(row.value for row in Left),
    }  # fmt: skip
    for name, value in fixed.items():
        if auto_post.get(name) != value:
            raise InvalidInput(
                f"{file.name}: auto_post.{name}: {value} is enforced; the file and the program must agree"
            )
    days = auto_post.get("look_back_days")
    if type(days) is not int or not 1 <= days <= LONGEST.days:
        raise InvalidInput(f"{file.name}: auto_post.look_back_days: must be 1 to {LONGEST.days}")
    return ApprovalRouting(
        version=file.version, refused=file.texts("refused", file.body.get("refused")), moves=moves, auto_post=auto_post,
        look_back_days=days,
    )  # fmt: skip
