"""``hourtrail auto-post`` and ``policies``: as a person types them, roles asked where there are accounts."""

from datetime import UTC, datetime, timedelta

UNTIL = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
PROPOSE = ("auto-post", "propose", "--most", "500:EUR", "--until", UNTIL, "--reason", "less clicking")


def test_two_people_order_and_one_stops(run):
    assert run("auto-post").out == "nothing is submitted by itself: off by default: nobody has ordered it\n"
    order = run(*PROPOSE, "--as", "kim", "--json").json["id"]
    assert (
        "somebody else has to enable it"
        in run("auto-post", "enable", order, "--as", "kim", "--reason", "x", code=2).err
    )
    assert run("auto-post", "enable", order, "--as", "dana", "--reason", "agreed").out.startswith(
        f"{order} is in force until"
    )
    assert "proposed by kim, enabled by dana: less clicking" in run("auto-post").out
    assert run("auto-post", "run", "--json").json == {
        "order": order, "looked": 0, "submitted": 0, "left": {}, "why_off": None,
    }  # fmt: skip
    assert "stopped; to go on" in run("auto-post", "stop", "--as", "rev", "--reason", "wrong client").out
    told = run("auto-post", "--json").json
    assert (told["enabled"], [row["word"] for row in told["log"]]) == (False, ["stopped", "enabled", "proposed"])
    assert "stopped by rev" in run("auto-post", "run").out


def test_an_order_that_is_none_is_explained(run):
    assert "write it like 500:EUR" in run(*PROPOSE[:3], "500", *PROPOSE[4:], "--as", "kim", code=2).err
    assert "is a service" in run(*PROPOSE, "--as", "model:ranker", code=2).err
    assert "no auto-post order" in run("auto-post", "enable", "apo_x", "--as", "kim", "--reason", "x", code=2).err


def test_where_there_are_accounts_roles_are_asked(run):
    run("users", "add", "rev", "--role", "reviewer", "--sso")
    assert "needs auto_post:order, which admin has; rev is reviewer" in run(*PROPOSE, "--as", "rev", code=2).err
    assert "kim is nobody with a role here" in run(*PROPOSE, "--as", "kim", code=2).err
    assert "needs mode:write" in run("confidence", "mode", "shadow", "--as", "rev", code=2).err
    assert run("auto-post", "stop", "--as", "rev", "--reason", "to be sure").out.startswith("stopped")


def test_policies_are_listed_and_printed(run):
    rows = {row["name"]: row for row in run("policies", "--json").json["policies"]}
    assert {"data_access", "approval_routing", "exception_handling", "audit_logging"} <= set(rows)
    whole = run("policies", "audit_logging", "--json").json
    assert (whole["digest"], whole["body"]["kept"]) == (rows["audit_logging"]["digest"], "for ever")
    assert "there is no policy 'weather'" in run("policies", "weather", code=2).err
