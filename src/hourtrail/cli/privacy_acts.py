"""``hourtrail privacy``: what is removed by time or by request, what is handed to a person, and what rules would take out."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from hourtrail.cli.common import answer, common_options, counted, opened, say, say_refused
from hourtrail.cli.settings import OK
from hourtrail.domain.activity import ReadOptions
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.wire import rejected_to_json
from hourtrail.flows.erasure import Erasure, erase, erasure_to_json, look_before_erasing
from hourtrail.flows.privacy_rules import try_rules
from hourtrail.flows.reapply import reapply_erasures
from hourtrail.flows.retention import Retained, retain
from hourtrail.flows.subject import export_subject

NOTHING_DONE = 1
MOST_SHOWN = 20


@click.command(name="erase")
@click.argument("person")
@click.option("--as", "actor", required=True, metavar="ADMIN", help="Who erases; the audit trail says so.")
@click.option("--reason", required=True, help="Why; it stays in the audit trail, so name no person in it.")
@click.option("--request", default="", metavar="ID", help="The person's request, by its number.")
@click.option("--confirm", default="", metavar="TOKEN", help="What a look before has printed.")
@click.option("--yes", is_flag=True, help="Erase without asking.")
@common_options
@click.pass_context
def erase_person(
    ctx: click.Context, person: str, actor: str, reason: str, request: str, confirm: str, *, yes: bool, as_json: bool
) -> int:
    """Erase PERSON for good: what sources saw, texts and names go, minutes and money stay under a pseudonym.

    First it says what would go, and asks. With --json it asks nothing: without --confirm or --yes it only tells, with the
    token to confirm. The audit trail still proves everything else, and lists what was erased.
    """
    with opened(ctx) as (store, tenant):
        seen = look_before_erasing(store, tenant, person, actor)
        if not as_json:
            _tell(seen)
        if not (confirm or yes) and (as_json or not click.confirm("This cannot be undone. Erase it?", err=True)):
            if as_json:
                answer(erasure_to_json(seen))
                return OK
            say("nothing was erased")
            return NOTHING_DONE
        done = erase(store, tenant, person, actor, reason=reason, request=request, confirm=confirm or seen.confirm)
    if as_json:
        answer(erasure_to_json(done))
    else:
        click.echo(f"erased; what stays stands under {done.pseudonym}")
        if not done.wiped:
            click.echo("the database's files still hold traces of deleted rows until it is vacuumed (SQLite: VACUUM)")
    return OK


def _tell(seen: Erasure) -> None:
    for word, rows in (("removed", seen.counts["removed"]), ("stripped of names and words", seen.counts["rewritten"])):
        listed = ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in rows.items()) or "nothing"
        click.echo(f"{word}: {listed}")
    if seen.left:
        click.echo(
            f"goes on naming the person, because others wrote it or records are found by it ({seen.left_in_all:,}):"
        )
    for place in seen.left[:MOST_SHOWN]:
        click.echo(f"  {place.table.replace('_', ' ')} {place.row}: {place.column.replace('_', ' ')}")
    if seen.left_in_all > MOST_SHOWN:
        click.echo("  …; --json lists up to 1,000")


@click.command(name="reapply")
@click.argument("trail", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--as", "actor", required=True, metavar="ADMIN", help="Who erases; the audit trail says so.")
@click.option(
    "--person",
    "named",
    multiple=True,
    metavar="PSEUDONYM=PERSON",
    help="About whom an erasure is, where the trail cannot tell.",
)
@click.option("--dry-run", is_flag=True, help="Only tell whom it would erase.")
@common_options
@click.pass_context
def reapply(
    ctx: click.Context, trail: Path, actor: str, named: tuple[str, ...], *, dry_run: bool, as_json: bool
) -> int:
    """Do again the erasures that a restored backup does not know of: those in TRAIL, an export of the trail made since.

    Run it before anybody works with the restored database. TRAIL names nobody; rows that it lists as erased stand in the
    backup as they were, and tell whom. A second run finds nothing. Exit code 1 where an erasure is still to be done.
    """
    pairs = [one.partition("=") for one in named]
    if any(not (pseudonym and person) for pseudonym, _, person in pairs):
        raise click.UsageError(
            "--person takes PSEUDONYM=PERSON, both as they stand in the trail and in the master data"
        )
    with opened(ctx) as (store, tenant):
        done = reapply_erasures(
            store, tenant, trail, actor, named={name: person for name, _, person in pairs}, dry_run=dry_run
        )
    open_ones = bool(done.held or done.unknown) or (dry_run and bool(done.done))
    if as_json:
        answer({**asdict(done), "dry_run": dry_run})
        return NOTHING_DONE if open_ones else OK
    verb = "would be erased again" if dry_run else "erased again"
    for pseudonym, person in done.done.items():
        # Once it is done, nobody is told the name any more.
        click.echo(f"{verb}: {f'{person} as ' if dry_run else ''}{pseudonym}")
    for pseudonym in done.held:
        click.echo(f"left alone under a legal hold: {pseudonym}")
    for pseudonym in done.gone:
        click.echo(f"nothing is held any more of {pseudonym}")
    for pseudonym in done.unknown:
        click.echo(f"not known who it was: {pseudonym}; look up the request and give --person {pseudonym}=PERSON")
    if not (done.done or done.held or done.unknown or done.gone):
        click.echo("every erasure of that trail stands in this database")
    return NOTHING_DONE if open_ones else OK


@click.command(name="retain")
@click.option("--dry-run", is_flag=True, help="Only count what would go.")
@click.option("--days", type=click.IntRange(0), help="Instead of the tenant's raw_activity_days; 0 keeps all.")
@common_options
@click.pass_context
def retain_(ctx: click.Context, days: int | None, *, dry_run: bool, as_json: bool) -> int:
    """Remove what sources saw longer ago than the tenant's settings allow; what was booked stays, with its digests.

    The job `retention` does it. A legal hold of the tenant or of a person beats it. A second run finds nothing.
    """
    with opened(ctx, reading=dry_run) as (store, tenant):
        done = retain(store, tenant, days=days, dry_run=dry_run)
    if as_json:
        answer({**_retained_to_json(done), "dry_run": dry_run})
        return OK
    if done.legal_hold:
        click.echo(f"tenant {tenant} is under a legal hold: nothing is removed")
        return OK
    verb = "would be " if dry_run else ""
    kept = f"from {done.kept_from} on" if done.kept_from else "for ever"
    click.echo(f"activities are kept {kept}: {counted(done.activities, 'activity', 'activities')} {verb}removed,")
    click.echo(
        f"{counted(done.suggestions_withdrawn, 'suggestion')} that nobody decided on {verb}withdrawn and emptied"
    )
    if done.texts_from:
        texts = counted(done.suggestion_texts, "suggestion")
        click.echo(f"texts of decided suggestions are kept from {done.texts_from} on: {texts} {verb}emptied")
    if done.sessions or done.answers or done.sign_in_failures:
        click.echo(
            f"{counted(done.sessions, 'ended session')}, {counted(done.answers, 'kept answer')} and"
            f" {counted(done.sign_in_failures, 'count')} of failed sign-ins {verb}removed"
        )
    if done.held_people:
        click.echo(f"left alone under a legal hold: {counted(done.held_people, 'person', 'people')}")
    return OK


def _retained_to_json(row: Retained) -> dict[str, object]:
    return {
        "activities": row.activities,
        "suggestions_withdrawn": row.suggestions_withdrawn,
        "suggestion_texts": row.suggestion_texts,
        "sessions": row.sessions,
        "answers": row.answers,
        "sign_in_failures": row.sign_in_failures,
        "kept_from": row.kept_from.isoformat() if row.kept_from else None,
        "texts_from": row.texts_from.isoformat() if row.texts_from else None,
        "legal_hold": row.legal_hold,
        "held_people": row.held_people,
    }


@click.command(name="export")
@click.argument("person")
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A ZIP file; never replaced."
)
@click.option("--as", "actor", default="", metavar="WHO", help="Who takes it, where that is not PERSON.")
@click.option("--reason", default="", help="Why, where it is somebody else.")
@click.option("--request", default="", metavar="ID", help="The person's request; without it, no activities for others.")
@common_options
@click.pass_context
def export_person(
    ctx: click.Context, person: str, out: Path, actor: str, reason: str, request: str, *, as_json: bool
) -> int:
    """Write everything that is held about PERSON to a ZIP file: JSON Lines by kind, a README in plain words, digests."""
    with opened(ctx, suspended=True) as (store, tenant):
        if out.exists():
            raise InvalidInput(f"{out} exists already; an export never replaces a file, choose another name")
        draft = out.with_name(out.name + ".part")
        try:
            with draft.open("wb") as file:
                draft.chmod(0o600)
                done = export_subject(
                    store, tenant, person, file, actor=actor or person, reason=reason, request=request
                )
            draft.rename(out)
        except OSError as error:
            raise InvalidInput(f"{out} cannot be written: {error.strerror or error}") from error
        finally:
            draft.unlink(missing_ok=True)
    if as_json:
        answer({"file": str(out), "counts": dict(done.counts), "activities": done.activities})
        return OK
    for kind, count in done.counts.items():
        click.echo(f"{count:>8,}  {kind}")
    if not done.activities:
        click.echo("without activities: name the person's request with --request to hand those over")
    click.echo(f"{out}: everything held about {person}")
    return OK


@click.group(name="rules")
def rules() -> None:
    """What is dropped or redacted before it is stored (`privacy.rules` of `hourtrail tenants settings`)."""


@rules.command(name="test")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--person", default="", help="Whose it is, where a source names nobody.")
@click.option("--zone", default="", help="Time zone of times without an offset.")
@common_options
@click.pass_context
def test_rules(ctx: click.Context, paths: tuple[Path, ...], person: str, zone: str, *, as_json: bool) -> int:
    """Show what the rules would take out of these files. Nothing is stored; counts alone, never a content."""
    from hourtrail.wiring import sources  # noqa: PLC0415 - help must not wait for every source

    options = ReadOptions(today=datetime.now(UTC).date(), person=person, zone=zone)
    with opened(ctx, reading=True) as (store, tenant):
        trial = try_rules(store, tenant, paths, options, sources=sources())
    if as_json:
        answer(
            {
                "activities": trial.activities,
                "kept": dict(sorted(trial.kept.items())),
                "dropped": dict(sorted(trial.dropped.items())),
                "redacted": dict(sorted(trial.redacted.items())),
                "refused": [rejected_to_json(row) for row in trial.refused],
            }
        )
        return OK
    for name, count in sorted(trial.dropped.items()):
        click.echo(f"{count:>8,}  dropped by rule {name!r}")
    for name, count in sorted((name, count) for name, count in trial.redacted.items() if count):
        click.echo(f"{count:>8,}  redacted by rule {name!r}")
    click.echo(f"{sum(trial.kept.values()):>8,}  of {counted(trial.activities, 'activity', 'activities')} kept")
    say_refused(trial.refused, len(trial.refused))
    return OK


COMMANDS = (erase_person, reapply, retain_, export_person, rules)
