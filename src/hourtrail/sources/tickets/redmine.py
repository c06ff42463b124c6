"""Redmine: issues (``/issues.json?include=journals``), time entries, and the CSV exports of both.

https://www.redmine.org/projects/redmine/wiki/Rest_api. Status, tracker and priority of a journal are numbers there.
"""

from typing import Final

from hourtrail.sources.tickets.mapping import Changes, Event, Shape, take

_SHOWN: Final = frozenset({"status_id", "tracker_id", "priority_id", "done_ratio", "fixed_version_id"})

_ISSUES: Final = Shape(
    tracker="redmine",
    needs=("id", "project", "subject"),
    rows="issues",
    number=take("id"),
    container=take("project.identifier", "project.name"),
    title=take("subject"),
    updated=take("updated_on"),
    reference="#{number}",
    events=(
        Event(
            name="created",
            person=take("author"),
            at=take("created_on"),
            text=take("description"),
            only_with=("created_on",),
        ),
        Event(
            name="journal",
            each="journals",
            id=take("id"),
            person=take("user"),
            at=take("created_on"),
            text=take("notes"),
            only_with=("notes",),
        ),
        Event(
            name="journal",
            each="journals",
            id=take("id"),
            person=take("user"),
            at=take("created_on"),
            changes=Changes(
                each="details", field=take("name"), old=take("old_value"), new=take("new_value"), shown=_SHOWN
            ),
        ),
    ),
)

_TIME_ENTRIES: Final = Shape(
    tracker="redmine",
    needs=("id", "spent_on", "hours", "user"),
    rows="time_entries",
    number=take("issue.id"),
    container=take("project.identifier", "project.name"),
    title=take("issue.subject", "comments", "activity.name"),
    updated=take("updated_on"),
    ticket="time_entry",
    reference="#{number}",
    record=take("id"),
    events=(
        Event(
            name="worklog",
            id=take("id"),
            person=take("user"),
            day=take("spent_on"),
            hours=take("hours"),
            text=take("comments"),
        ),
    ),
)

_ISSUES_CSV: Final = Shape(
    tracker="redmine",
    csv=True,
    needs=("#", "Project", "Subject", "Author", "Created"),
    number=take("#"),
    container=take("Project"),
    title=take("Subject"),
    updated=take("Updated"),
    reference="#{number}",
    events=(
        Event(name="created", person=take("Author"), at=take("Created"), text=take("Description")),
        Event(
            name="updated",
            id=take("Updated"),
            person=take("Last updated by"),
            at=take("Updated"),
            text=take("Last notes"),
            only_with=("Last updated by", "Updated"),
        ),
    ),
)

_TIME_ENTRIES_CSV: Final = Shape(
    tracker="redmine",
    csv=True,
    needs=("Project", "Date", "User", "Activity", "Hours"),
    number=take("Issue", pattern=r"#(\d+)"),
    container=take("Project"),
    title=take("Comment", "Activity"),
    updated=take("Created"),
    ticket="time_entry",
    reference="#{number}",
    events=(Event(name="worklog", person=take("User"), day=take("Date"), hours=take("Hours"), text=take("Comment")),),
)

SHAPES: Final = (_ISSUES, _TIME_ENTRIES, _ISSUES_CSV, _TIME_ENTRIES_CSV)
