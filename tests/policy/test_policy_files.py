"""The policies that ship are files: read once, refused where they are wrong, and what they say is what holds."""

import tomllib
from importlib.resources import files

import pytest

from hourtrail.domain.errors import InvalidInput
from hourtrail.policy import approval_routing, data_access
from hourtrail.policy.shipped import read_policy

FOLDER = files("hourtrail.policy") / "files"


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["data_access", "approval_routing", "audit_logging"])
def test_a_file_has_the_version_and_the_day_under_which_it_was_reviewed(name: str) -> None:
    """GOV-06: which file holds is told by its own first lines, by `hourtrail policies`, and by the digest that was reviewed."""
    file, pinned = read_policy(f"{name}.toml"), tomllib.loads(text("versions.toml"))[name]
    assert (file.version, file.since) == (pinned["version"], pinned["since"])


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('version = "3"', "", "version: missing"),
        ("since = 2026-11-21", 'since = "today"', "since: missing"),
        ("[roles.consultant]", "[roles.consultant", "this is not TOML"),
        ("[roles.consultant]", "[roles.emperor]", "roles.emperor: 'emperor' is none"),
        ('"entries:approve"', '"entries:aprove"', "roles.approver.team: 'entries:aprove' is none"),
        ('team = ["entries:read"', 'own = ["entries:read"]\nteam = ["entries:read"', "entries:read stands under own already"),
        ("[roles.approver]\nteam", "[roles.approver]\nfloor", "'floor' is none; there are own, team, all"),
        ("scopes = [", 'scopes = [ "drafts:post",', "drafts:post is only for people"),
        ("scopes = [", 'scopes = [ "trails:read",', "names 'trails:read' twice"),
        ("[programs]", "[programmes]", "programmes: unknown"),
        ('others = ["finance"]', 'others = ["approver"]', "stand there already, or are one role"),
        ('reason = "who approves hours does not invoice them"', "", "reason: missing"),
    ],
)  # fmt: skip
def test_a_wrong_data_access_is_refused_with_the_member_that_is_wrong(before: str, after: str, words: str) -> None:
    good = text("data_access.toml")
    assert before in good
    with pytest.raises(InvalidInput, match=f"^data_access.toml: .*{words}"):
        data_access.parsed(read_policy("data_access.toml", good.replace(before, after, 1)))


def test_a_role_that_is_left_out_is_missed() -> None:
    good = text("data_access.toml")
    start, end = good.index("[roles.auditor]"), good.index("# What a program")
    with pytest.raises(InvalidInput, match=r"roles.auditor: missing"):
        data_access.parsed(read_policy("data_access.toml", good[:start] + good[end:]))


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('submitted = ["approved", "draft", "rejected"]', 'submitted = ["invoiced"]', "moves.submitted: entries go to"),
        ("people_to_enable = 2", "people_to_enable = 1", "auto_post.people_to_enable: 2 is enforced"),
        ("look_back_days = 62", "look_back_days = 0", "auto_post.look_back_days: must be 1 to"),
        ("refused = [", "refused = [ 7,", "refused: must be a list of texts"),
    ],
)
def test_a_routing_that_nobody_would_keep_is_refused(before: str, after: str, words: str) -> None:
    good = text("approval_routing.toml")
    assert before in good
    with pytest.raises(InvalidInput, match=f"^approval_routing.toml: {words}"):
        approval_routing.parsed(read_policy("approval_routing.toml", good.replace(before, after, 1)))
