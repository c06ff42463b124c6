"""``hourtrail billing``: from approved time to a posted draft, with exit codes and without a trace of a program."""

from datetime import UTC, datetime, timedelta
from importlib.metadata import entry_points

import pytest

from hourtrail.flows.billing.watch import nightly_billing

MARCH = ("--month", "2026-03")
FILES = {
    "people.csv": "person,name,manager,grade\nada,Ada,kim,senior\nkim,Kim,,\nfin,Fin,,\nflo,Flo,,\n",
    "tasks.csv": "client,project,task,contract\nacme,portal,DEV,C-1\n",
    "contracts.csv": "contract,client,kind,currency,billing_contact\nC-1,acme,time_and_materials,EUR,\n",
    "rate-cards.csv": "contract,hourly_rate,currency,grade\nC-1,150,EUR,senior\n",
    "periods.csv": "from,to,status\n2026-03-01,2026-03-31,open\n2026-02-01,2026-02-28,closed\n",
    "entries.csv": "id,person,date,minutes,client,project,task,status,narrative\n"
    "T1,ada,2026-03-09,60,acme,portal,DEV,approved,Login form\n"
    "T2,ada,2026-03-10,90,acme,portal,DEV,submitted,Sign-out\n"
    "T0,ada,2026-02-10,90,acme,portal,DEV,approved,Set-up\n",
}


@pytest.fixture
def firm(run, tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run("ingest", *(tmp_path / name for name in FILES))
    return tmp_path


def draft(run, *more, code=0):
    return run("billing", "draft", "--contract", "C-1", "--as", "fin", *more, code=code)


def test_the_walk_from_approved_time_to_a_posted_draft(firm, run):
    made = draft(run, *MARCH, "--json", code=3).json
    (line,) = made["lines"]
    assert (line["entry"], line["amount"], made["totals"]) == (
        "T1", {"amount": "150.00", "currency": "EUR"}, [{"amount": "150.00", "currency": "EUR"}],
    )  # fmt: skip
    (held,) = made["held"]
    (why,) = held["objections"]
    assert (held["entry"], why["policy"], why["rule"], why["owner"], why["stops"]) == (
        "T2", "approval", "not_approved", "kim", True,
    )  # fmt: skip
    name = made["draft"]["id"]
    told = draft(run, *MARCH, code=3)
    assert "no draft: 0 lines, nothing" in told.out
    assert "approval: not_approved: it is submitted, not approved; kim (approvals)" in told.err
    run("billing", "withdraw", name, "--as", "fin")
    assert "1.00 h        150.00 EUR  Login form" in draft(run, *MARCH, code=3).out
    assert [row["status"] for row in run("billing", "lines", "--json").json["drafts"]] == ["withdrawn", "open"]
    name = run("billing", "lines", "--json").json["drafts"][1]["id"]
    assert run("billing", "lines", "--posted", "--json").json["drafts"] == []
    assert "is a service" in run("billing", "post", name, "--as", "model:x", code=2).err
    assert run("billing", "post", name, "--as", "flo", "--json").json["word"] == "posted"
    assert "was posted by flo" in run("billing", "withdraw", name, "--as", "fin", code=2).err
    (posted,) = run("billing", "lines", "--posted", "--json").json["drafts"]
    assert (posted["id"], posted["shown"][0]["description"], posted["shown"][0]["hours"]) == (
        name,
        "Login form",
        "1.00",
    )
    assert f"{name}  C-1  2026-03-01 to 2026-03-31  150.00 EUR  posted by flo" in run("billing", "lines").out
    assert "the chain holds" in run("audit", "verify").out


def test_what_is_refused_is_a_sentence_and_exit_code_2(firm, run):
    assert (
        "2026-02-28 is closed; the next open one runs from 2026-03-01" in draft(run, "--month", "2026-02", code=2).err
    )
    assert "--month 2026-03, or --from and --to" in draft(run, code=2).err
    assert "not written like 2026-03" in draft(run, "--month", "2026-13", code=2).err
    assert "before it begins" in draft(run, "--from", "2026-03-09", "--to", "2026-03-01", code=2).err
    assert "a contract or a project" in run("billing", "draft", *MARCH, "--as", "fin", code=2).err
    assert "Only a named person" in run("billing", "draft", "--project", "portal", *MARCH, "--as", "eve", code=2).err
    for command in (("post", "draft_x"), ("withdraw", "draft_x"), ("answer", "dispute_x", "upheld")):
        assert "there is no d" in run("billing", *command, "--as", "fin", code=2).err
    assert (
        "neither a draft line" in run("billing", "dispute", "X", "duplicate", "--by", "Lee", "--as", "fin", code=2).err
    )
    (firm / "policy.toml").write_text('version = "p"\nclient_facts = ["billing_contact"]\nstops = ["none"]\n')
    assert "no check none" in run("billing", "policy", firm / "policy.toml", "--as", "fin", code=2).err
    (firm / "policy.toml").write_text('version = "p"\nclient_facts = ["billing_contact"]\n')
    body = run("billing", "policy", firm / "policy.toml", "--as", "fin", "--json").json
    assert (body["version"], body["client_facts"]) == ("p", ["billing_contact"])
    assert "lacks billing_contact" in draft(run, *MARCH, code=2).err
    assert run("billing", "watch", "--json").json["created"] == 1
    assert "lacks billing_contact" in run("review", "list", "--check", "incomplete_client").out


def test_disputes_from_the_command_line(firm, run):
    line = draft(run, *MARCH, "--json", code=3).json["lines"][0]["id"]
    told = run(
        "billing", "dispute", line, "wrong_rate", "--by", "Lee of acme", "--as", "fin", "--note", "140", "--json"
    ).json
    assert (told["status"], told["entry"], told["blame"]) == ("open", "T1", "master_data")
    listed = run("billing", "disputes", "--open", "--json").json
    assert [(row["id"], row["owner"]) for row in listed["disputes"]] == [(told["id"], "data owner")]
    assert "wrong_rate  150.00 EUR  open, for data owner" in run("billing", "disputes", "--client", "acme").out
    run("billing", "answer", told["id"], "dismissed", "--as", "kim")
    assert run("billing", "disputes", "--open", "--json").json["disputes"] == []
    assert run("billing", "disputes", "--json").json["disputes"][0]["last_word"]["actor"] == "kim"


def test_a_rate_change_from_the_command_line(firm, run):
    ahead = (datetime.now(UTC).date() + timedelta(days=30)).isoformat()
    common = (
        "--rate",
        "162.50",
        "--currency",
        "EUR",
        "--from",
        ahead,
        "--grade",
        "senior",
        "--reason",
        "Letter of 3 May",
    )
    change = run("billing", "rate-change", "propose", "C-1", *common, "--as", "fin", "--json").json
    assert (change["status"], change["rate"]) == ("proposed", {"amount": "162.50", "currency": "EUR"})
    told = run("billing", "rate-change", "approve", change["id"], "--as", "fin", code=2).err
    assert "fin proposed this rate; another person has to approve it" in told
    assert (
        f"{change['id']} approved by flo" in run("billing", "rate-change", "approve", change["id"], "--as", "flo").out
    )
    (row,) = run("billing", "rate-change", "list", "--json").json["rate_changes"]
    assert (row["status"], row["proposed_by"], row["last_word"]["actor"]) == ("approved", "fin", "flo")
    assert f"senior  162.50 EUR from {ahead}  approved by flo, by fin" in run("billing", "rate-change", "list").out
    assert "there is no rate change" in run("billing", "rate-change", "reject", "x", "--as", "flo", code=2).err
    assert "not a number" in run(
        "billing", "rate-change", "propose", "C-1", "--rate", "a lot", *common[2:], "--as", "fin", code=2
    ).err  # fmt: skip


def test_the_nightly_pass_is_a_registered_job():
    (job,) = entry_points(group="hourtrail.jobs", name="nightly_billing")
    assert job.load() is nightly_billing
