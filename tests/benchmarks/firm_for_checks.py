"""A firm written as files: three years of time entries with few faults, and all master data that the checks ask for.

Drawn from one seed, so that a run can be repeated; nobody's real data. One person in twenty has two activities a day,
everybody has the team's weekly meeting and absences.
"""

from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from hourtrail.flows.check import CheckFiles

LAST_DAY: Final = date(2026, 6, 30)
ZONE: Final = "Europe/Berlin"

_TEAM_SIZE: Final = 12
_TASKS: Final = ("analysis", "build", "test", "rollout")
_GRADES: Final = ("junior", "senior", "lead")
_KINDS: Final = ("time_and_materials", "capped", "fixed_fee", "retainer", "prepaid", "milestone")
_DONE: Final = (
    *(
        "reviewed",
        "drafted",
        "prepared",
        "tested",
        "planned",
        "corrected",
        "discussed",
        "measured",
        "wrote",
        "compared",
    ),
    *("migrated", "documented"),
)
_WITH: Final = ("with the client", "after feedback", "for the release", "first part", "second part", "open points", "")
_WORDS: Final = (
    *("interface", "import", "export", "report", "layout", "budget", "schema", "dashboard", "survey", "contract"),
    *("invoice", "storage", "network", "backup", "login", "search", "pricing", "calendar", "forecast", "archive"),
)

Table: TypeAlias = pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Firm:
    """The size of the firm: people, entries (about), calendar days up to ``LAST_DAY``; ``faults`` of one kind an entry."""

    people: int = 600
    entries: int = 1_000_000
    days: int = 1095
    seed: int = 11
    faults: float = 0.0004

    @property
    def clients(self) -> int:
        return max(4, self.people // 10)


def write(folder: Path, firm: Firm) -> CheckFiles:
    """Write every file into ``folder`` and say where they are."""
    drawn = np.random.default_rng(firm.seed)
    folder.mkdir(parents=True, exist_ok=True)
    tasks, contracts, rates, milestones = _terms(firm)
    people = _people(firm)
    assignments = _assignments(firm, tasks, drawn)
    holidays = _holidays(firm)
    days = _workdays(firm, holidays, drawn)
    entries = _entries(firm, days, assignments, tasks, drawn)
    tables = {
        "time-entries": _with_faults(entries, firm.faults, drawn),
        "tasks": tasks,
        "assignments": assignments.drop(columns=["contract", "billable"]),
        "contracts": contracts,
        "rate-cards": rates,
        "people": people,
        "holidays": holidays,
        "periods": _periods(firm),
        "milestones": milestones,
        "activities": _activities(days, drawn),
    }
    for word, table in tables.items():
        table.to_csv(folder / f"{word}.csv", index=False, lineterminator="\n")
    return files_in(folder)


def files_in(folder: Path) -> CheckFiles:
    """The files of a firm that was written into ``folder``."""
    words = [field.name for field in fields(CheckFiles) if field.name != "entries"]
    master = {word: folder / f"{word.replace('_', '-')}.csv" for word in words}
    return CheckFiles(entries=folder / "time-entries.csv", **master)


def _first_day(firm: Firm) -> pd.Timestamp:
    return pd.Timestamp(LAST_DAY) - pd.Timedelta(days=firm.days - 1)


def _terms(firm: Firm) -> tuple[Table, Table, Table, Table]:
    """Tasks, contracts, rate cards and milestones: four projects a client, four tasks a project, one contract a project."""
    tasks, contracts, rates, milestones = [], [], [], []
    first = _first_day(firm)
    middle = (first + pd.Timedelta(days=firm.days // 2)).date()
    for number in range(firm.clients * 4):
        client, project, contract = f"client{number // 4:03d}", f"project{number:04d}", f"K{number:04d}"
        kind = _KINDS[number % len(_KINDS)]
        # Limits that most contracts keep: a few are passed on purpose.
        hours = 2 * firm.entries * 3.6 / (firm.clients * 4) if number % 9 else firm.entries * 3.6 / (firm.clients * 4.4)
        contracts.append(
            {
                "contract": contract, "client": client, "kind": kind, "project": project, "currency": "EUR",
                "starts_on": first.date(), "cap_hours": round(hours) if kind == "capped" else "",
                "budget_hours": round(hours), "budget_amount": 90_000 if kind in {"fixed_fee", "retainer", "milestone"} else "",
                "included_hours": round(hours) if kind == "prepaid" else (200 if kind == "retainer" else ""),
                "rounding_minutes": 15, "rounding_rule": "nearest" if number % 5 == 0 else "none",
                "narrative_required": str(number % 3 == 0).lower(),
            }
        )  # fmt: skip
        tasks += [
            {
                "client": client, "project": project, "task": task, "name": f"{task} of {project}",
                "keywords": f"{_WORDS[number % 20]}{number}", "billable": "true", "contract": contract,
                "domains": f"{client}.example", "ticket_prefixes": f"CL{number // 4}-",
                "closes_on": LAST_DAY.replace(year=LAST_DAY.year + 1),
            }
            for task in _TASKS
        ]  # fmt: skip
        for step, grade in enumerate(_GRADES):
            base = 80 + 30 * step + number % 7 * 5
            rates.append((contract, base, "EUR", grade, "", middle))
            rates.append((contract, base + 5, "EUR", grade, middle + pd.Timedelta(days=1), ""))
        if kind == "milestone":
            milestones += [
                (contract, f"M{step}", 30_000, f"2024-0{step + 2}-28", f"2024-0{step + 2}-20") for step in range(3)
            ]
    internal = {
        "client": "own",
        "project": "internal",
        "task": "meetings",
        "name": "team meetings",
        "billable": "false",
    }
    return (
        pd.DataFrame([*tasks, internal]),
        pd.DataFrame(contracts),
        pd.DataFrame(rates, columns=["contract", "hourly_rate", "currency", "grade", "valid_from", "valid_to"]),
        pd.DataFrame(milestones, columns=["contract", "milestone", "amount", "due_on", "accepted_on"]),
    )


def _people(firm: Firm) -> Table:
    number = np.arange(firm.people)
    return pd.DataFrame(
        {
            "person": _names(number), "name": [f"Person {one}" for one in number], "zone": ZONE,
            "grade": np.array(_GRADES)[number % 3], "team": [f"team{one // _TEAM_SIZE}" for one in number],
            "weekly_hours": 40, "calendar": "DE",
        }
    )  # fmt: skip


def _names(numbers: np.ndarray) -> np.ndarray:
    return np.char.add("p", np.char.zfill(numbers.astype(str), 5))


def _assignments(firm: Firm, tasks: Table, drawn: np.random.Generator) -> Table:
    """Six tasks of three projects for everybody, and the team's meetings."""
    billed = tasks[tasks["client"] != "own"].reset_index(drop=True)
    projects = drawn.integers(firm.clients * 4, size=(firm.people, 3))
    picked = np.concatenate([projects * 4 + drawn.integers(2, size=(firm.people, 3)), projects * 4 + 2], axis=1)
    rows = billed.iloc[picked.ravel()][["client", "project", "task", "contract", "billable"]].reset_index(drop=True)
    rows.insert(0, "person", _names(np.repeat(np.arange(firm.people), 6)))
    meeting = pd.DataFrame({"person": _names(np.arange(firm.people))}).assign(
        client="own", project="internal", task="meetings", contract="", billable="false"
    )
    return pd.concat([rows.drop_duplicates(), meeting], ignore_index=True)


def _holidays(firm: Firm) -> Table:
    years = range(_first_day(firm).year, LAST_DAY.year + 1)
    days = [f"{year}-{day}" for year in years for day in ("01-01", "05-01", "10-03", "12-25", "12-26")]
    return pd.DataFrame({"calendar": "DE", "date": days, "name": "day off"})


def _workdays(firm: Firm, holidays: Table, drawn: np.random.Generator) -> Table:
    """Every person's working days, with ``away`` where they are on leave (weeks of five days)."""
    every = pd.bdate_range(_first_day(firm), pd.Timestamp(LAST_DAY))
    days = every[~every.isin(pd.to_datetime(holidays["date"]))]
    week = (days - days[0]).days.to_numpy() // 7
    away = drawn.random((firm.people, week.max() + 1)) < 0.08
    return pd.DataFrame(
        {
            "number": np.repeat(np.arange(firm.people), len(days)),
            "day": np.tile(days.to_numpy(), firm.people),
            "away": away[:, week].ravel(),
        }
    )


def _entries(firm: Firm, days: Table, assignments: Table, tasks: Table, drawn: np.random.Generator) -> Table:
    """Eight hours a day in one to four parts; on Mondays the first is the team's meeting."""
    worked = days[~days["away"]].reset_index(drop=True)
    parts = np.minimum(1 + drawn.poisson(max(firm.entries / len(worked) - 1.2, 0), len(worked)), 5)
    parts[pd.DatetimeIndex(worked["day"]).day_of_week == 0] += 1
    day = np.repeat(np.arange(len(worked)), parts)
    place = np.arange(len(day)) - np.repeat(np.cumsum(parts) - parts, parts)
    number = worked["number"].to_numpy()[day]
    on = pd.DatetimeIndex(worked["day"].to_numpy()[day])
    meeting = (place == 0) & (on.day_of_week == 0)
    minutes = _split(parts, meeting, day, place, drawn)

    frame = assignments.reset_index(drop=True)
    rows = frame.groupby("person", sort=False).indices
    table = [rows[name] for name in _names(np.arange(firm.people))]
    own = np.array([np.resize(found[:-1], 6) for found in table])
    last = np.array([found[-1] for found in table])
    chosen = np.where(meeting, last[number], own[number, drawn.integers(6, size=len(day))])
    item = frame.iloc[chosen]

    told = _narratives(len(day), drawn)
    told[meeting] = [f"Team {one // _TEAM_SIZE} weekly" for one in number[meeting]]
    begins = 9 * 60 + _before(minutes, parts)
    start = (on + pd.to_timedelta(begins, unit="min")).tz_localize(ZONE)
    end = start + pd.to_timedelta(minutes, unit="min")
    # Half of the people tell their times, a third of them states rates.
    timed = number % 2 == 0
    billed = (item["billable"] == "true").to_numpy()
    contract = item["contract"].str.removeprefix("K").replace("", "0").astype(int).to_numpy()
    rate = 80 + 30 * (number % 3) + contract % 7 * 5 + 5 * (on > _first_day(firm) + pd.Timedelta(days=firm.days // 2))
    states = (number % 4 < 2) & billed
    return pd.DataFrame(
        {
            "id": np.char.add("e", np.char.zfill(np.arange(len(day)).astype(str), 7)),
            "person": _names(number), "date": on.strftime("%Y-%m-%d"), "minutes": minutes,
            "client": item["client"].to_numpy(), "project": item["project"].to_numpy(), "task": item["task"].to_numpy(),
            "start": np.where(timed, _instants(start), ""), "end": np.where(timed, _instants(end), ""),
            "billable": item["billable"].to_numpy(), "narrative": told,
            "hourly_rate": np.where(states, rate.astype(str), ""), "currency": np.where(states, "EUR", ""),
            "status": np.where(on > pd.Timestamp(LAST_DAY) - pd.Timedelta(days=40), "submitted", "approved"),
            "created_at": (on + pd.Timedelta(hours=16) + pd.to_timedelta(drawn.integers(7200, size=len(day)), unit="s"))
            .strftime("%Y-%m-%dT%H:%M:%SZ"),
            "source": "timesheet",
        }
    )  # fmt: skip


def _split(
    parts: np.ndarray, meeting: np.ndarray, day: np.ndarray, place: np.ndarray, drawn: np.random.Generator
) -> np.ndarray:
    """Minutes of each part, in fives; every day has 480."""
    share = drawn.random(len(day)) + 0.3
    share[meeting] = 0
    left = np.full(len(parts), 480)
    np.subtract.at(left, day[meeting], 60)
    total = np.bincount(day, share)
    minutes = np.where(meeting, 60, np.maximum(5 * np.floor(left[day] * share / total[day] / 5), 5)).astype(int)
    rest = 480 - np.bincount(day, minutes).astype(int)
    minutes[place == parts[day] - 1] += rest
    return minutes


def _before(minutes: np.ndarray, parts: np.ndarray) -> np.ndarray:
    """Minutes of the day's earlier parts."""
    first = np.cumsum(parts) - parts
    sums = np.cumsum(minutes) - minutes
    return sums - np.repeat(sums[first], parts)


def _narratives(count: int, drawn: np.random.Generator) -> np.ndarray:
    """``tested storage 4711 open points``: a common word, a rarer thing, a number that makes most of them distinct."""
    pick = [drawn.integers(len(words), size=count) for words in (_DONE, _WORDS, _WITH)]
    numbers = np.minimum(drawn.zipf(1.3, size=count), 9_999)
    rows = zip(pick[0].tolist(), pick[1].tolist(), numbers.tolist(), pick[2].tolist(), strict=True)
    return np.array([f"{_DONE[a]} {_WORDS[b]} {c} {_WITH[d]}".strip() for a, b, c, d in rows], dtype=object)


def _instants(times: pd.DatetimeIndex) -> np.ndarray:
    return np.asarray(times.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ"))


def _with_faults(entries: Table, share: float, drawn: np.random.Generator) -> Table:
    """The entries with a few of each kind spoilt, in mixed order."""
    number = max(2, int(share * len(entries)))
    place = drawn.permutation(len(entries))[: 10 * number].reshape(10, number)
    column = {name: entries.columns.get_loc(name) for name in entries.columns}
    entries.iloc[place[0], column["minutes"]] = 0
    entries.iloc[place[1], column["minutes"]] *= 7
    entries.iloc[place[2], column["task"]] = "anlaysis"
    entries.iloc[place[3], column["created_at"]] = "2026-07-09T10:00:00Z"
    entries.iloc[place[4], column["billable"]] = "false"
    entries.iloc[place[5], column["narrative"]] = "work"
    entries.iloc[place[6], column["hourly_rate"]] = "61.50"
    entries.iloc[place[6], column["currency"]] = "EUR"
    entries.iloc[place[7], column["narrative"]] = [f"workshop at client{step:03d}" for step in range(4, 4 + number)]
    moved = pd.to_datetime(entries.iloc[place[8], column["date"]])
    entries.iloc[place[8], column["date"]] = (moved - pd.to_timedelta(moved.dt.day_of_week + 1, unit="D")).dt.strftime(
        "%Y-%m-%d"
    )
    again = entries.iloc[place[8]].assign(id=lambda rows: rows["id"] + "b", created_at="2026-07-01T07:00:00Z")
    alike = entries.iloc[place[9]].assign(
        id=lambda rows: rows["id"] + "c",
        narrative=lambda rows: rows["narrative"] + " s",
        created_at="2026-07-01T08:00:00Z",
    )
    return pd.concat([entries, again, alike]).sample(frac=1, random_state=5, ignore_index=True)


def _periods(firm: Firm) -> Table:
    first = pd.date_range(_first_day(firm).replace(day=1), pd.Timestamp(LAST_DAY), freq="MS")
    closed = np.where(first < pd.Timestamp(LAST_DAY) - pd.Timedelta(days=60), "closed", "open")
    return pd.DataFrame(
        {
            "from": first.strftime("%Y-%m-%d"),
            "to": (first + pd.offsets.MonthEnd(0)).strftime("%Y-%m-%d"),
            "status": closed,
        }
    )


def _activities(days: Table, drawn: np.random.Generator) -> Table:
    """The weekly meeting and the leave of everybody; of every twentieth person a long block and a call a day."""
    worked = days[~days["away"]]
    monday = worked[pd.DatetimeIndex(worked["day"]).day_of_week == 0]
    series = ("S" + (monday["number"] // _TEAM_SIZE).astype(str)).to_numpy()
    title = "Team " + (monday["number"] // _TEAM_SIZE).astype(str) + " weekly"
    # On one day in fifty nothing is seen of them.
    seen = worked[(worked["number"] % 20 == 0) & (drawn.random(len(worked)) < 0.98)]
    block, length = 60 * 10 + drawn.integers(60, size=len(seen)), 200 + drawn.integers(120, size=len(seen))
    tables = [
        _happened(monday, "meeting", 540, 60, title.to_numpy(), series=series),
        _happened(seen, "focus", block, length, "editor"),
        _happened(seen, "call", 960, 30, "call with the client"),
    ]
    away = days[days["away"]]
    week = away["day"].to_numpy().astype("datetime64[W]")
    weeks = away.groupby(["number", week], sort=False)["day"].agg(["min", "max"]).reset_index()
    tables.append(_happened(weeks.rename(columns={"min": "day"}), "absence", 0, 1440, "leave", until=weeks["max"]))
    found = pd.concat(tables, ignore_index=True)
    found.insert(0, "external_id", [f"a{number}" for number in range(len(found))])
    return found


def _happened(
    days: Table,
    kind: str,
    begins: int | np.ndarray,
    minutes: int | np.ndarray,
    title: str | np.ndarray,
    *,
    series: str | np.ndarray = "",
    until: pd.Series | None = None,
) -> Table:
    local = pd.DatetimeIndex(days["day"])
    start = (local + pd.to_timedelta(begins, unit="min")).tz_localize(ZONE)
    all_day = until is not None
    last = pd.DatetimeIndex(until if until is not None else local)
    end = (last + pd.Timedelta(days=1)).tz_localize(ZONE) if all_day else start + pd.to_timedelta(minutes, unit="min")
    return pd.DataFrame(
        {
            "source": "icalendar", "kind": kind, "person": _names(days["number"].to_numpy()), "start": _instants(start),
            "end": _instants(end), "all_day": str(all_day).lower(), "title": title, "series": series, "zone": ZONE,
            "response": "accepted",
        }
    )  # fmt: skip
