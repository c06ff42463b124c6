"""A tenant that there is not: every command says so, with the names that were probably meant and how to make one."""

import click
import pytest

from hourtrail.cli import hourtrail

WEEK = ("--from", "2026-03-02", "--to", "2026-03-06")
MAKERS = {("keys", "create"), ("clients", "add"), ("users", "add"), ("ingest",), ("simulate", "play")}
"""What these bring in may be the first of a tenant."""
NOBODYS = {("models", "use-cases")}
MORE = {
    ("auto-post", "propose"): ("--most", "500:EUR"),
    ("billing", "draft"): ("--month", "2026-03"),
    ("privacy", "forget"): ("sug_1",),
}
"""Words without which the command refuses what it was given before it looks at the database."""


def test_the_nearest_names_and_how_to_make_one_are_told(run):
    run("tenants", "create", "acme-consulting")
    told = run("--tenant", "acme-consultng", "suggest", *WEEK, code=2).err
    assert "there is no tenant 'acme-consultng' in this database; there is acme-consulting." in told
    assert "hourtrail tenants create acme-consultng" in told
    assert run("suggest", *WEEK, "--tenant", "acme-consulting", "--rules-only", "--json").json["suggestions"] == []


def test_nobody_named_one_where_there_is_no_default_one(run):
    assert run("suggest", *WEEK, "--rules-only", "--json").json["suggestions"] == [], (
        "a new database has nothing to tell"
    )
    run("tenants", "create", "acme")
    assert "no tenant was named" in run("suggest", *WEEK, code=2).err
    assert "there is acme: name one with --tenant" in run("suggest", *WEEK, code=2).err


def test_what_is_brought_in_first_makes_a_tenant_that_is_listed(run, tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text("client,project,name\nACME,portal,Portal\n", encoding="utf-8")
    assert "acme is a new tenant, made by this" in run("ingest", path, "--tenant", "acme").err
    assert "new tenant" not in run("ingest", path, "--tenant", "acme").err
    assert [row["tenant"] for row in run("tenants", "list", "--json").json["tenants"]] == ["acme"]
    assert run("audit", "verify", "--tenant", "acme", "--json").json["intact"]
    assert "new tenant" not in run("ingest", path).err, "whoever has one firm never has to make it"


def _leaves(group, ctx, before=()):
    for name in group.list_commands(ctx):
        command = group.get_command(ctx, name)
        if isinstance(command, click.Group):
            yield from _leaves(command, ctx, (*before, name))
        else:
            yield (*before, name), command


def _words(command, tmp_path):
    """Something for each word that is needed, of the right form."""
    file = tmp_path / "file.json"
    file.write_text("{}", encoding="utf-8")
    words = []
    for param in command.params:
        if not param.required:
            continue
        kind = param.type
        if isinstance(kind, click.Choice):
            value = str(next(iter(kind.choices)))
        elif isinstance(kind, (click.Path, click.File)):
            value = str(file if getattr(kind, "exists", True) or kind.dir_okay is False else tmp_path / "new")
        elif param.name == "currency":
            value = "EUR"
        elif isinstance(kind, (click.types.IntParamType, click.types.FloatParamType)) or param.name == "rate":
            value = "1"
        elif kind.name == "date":
            value = "2026-03-02"
        else:
            value = "x"
        words += [value] if isinstance(param, click.Argument) else [param.opts[0], value]
    return words


LEAVES = [
    (path, command)
    for path, command in _leaves(hourtrail, click.Context(hourtrail))
    if any(param.name == "tenant" for param in command.params) and path not in MAKERS | NOBODYS
]


@pytest.mark.parametrize(("path", "command"), LEAVES, ids=[" ".join(path) for path, _ in LEAVES])
def test_every_command_says_so(run, tmp_path, path, command):
    run("tenants", "create", "acme")
    told = run(*path, *_words(command, tmp_path), *MORE.get(path, ()), "--tenant", "acne", code=2)
    assert "there is no tenant 'acne'" in told.err
