"""Jira: the REST search result (Cloud and Data Center, versions 2 and 3) and the CSV export of all fields.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/ (search with ``expand=changelog`` and ``fields=*all``).
"""

from typing import Final

from hourtrail.sources.tickets.mapping import Changes, Event, Shape, take

_SHOWN: Final = frozenset(
    {"status", "resolution", "priority", "issuetype", "Sprint", "Fix Version", "Component", "project", "Key", "Rank"}
)

_REST: Final = Shape(
    tracker="jira",
    needs=("key", "fields"),
    rows="issues",
    number=take("key"),
    container=take("fields.project.key", "key", pattern=r"^([A-Za-z][A-Za-z0-9_]*)"),
    title=take("fields.summary"),
    updated=take("fields.updated"),
    events=(
        Event(
            name="created",
            person=take("fields.creator", "fields.reporter"),
            at=take("fields.created"),
            text=take("fields.description"),
            only_with=("fields.created",),
        ),
        Event(
            name="history",
            each="changelog.histories",
            total="changelog.total",
            id=take("id"),
            person=take("author"),
            at=take("created"),
            changes=Changes(
                each="items", field=take("field"), old=take("fromString"), new=take("toString"), shown=_SHOWN
            ),
        ),
        Event(
            name="comment",
            each="fields.comment.comments",
            total="fields.comment.total",
            id=take("id"),
            person=take("author"),
            at=take("created"),
            text=take("body"),
        ),
        Event(
            name="worklog",
            each="fields.worklog.worklogs",
            total="fields.worklog.total",
            id=take("id"),
            person=take("author"),
            at=take("started"),
            seconds=take("timeSpentSeconds"),
            text=take("comment"),
        ),
    ),
)

_CSV: Final = Shape(
    tracker="jira",
    csv=True,
    needs=("Issue key", "Summary"),
    number=take("Issue key"),
    container=take("Project key", "Issue key", pattern=r"^([A-Za-z][A-Za-z0-9_]*)"),
    title=take("Summary"),
    updated=take("Updated"),
    events=(
        Event(
            name="created",
            person=take("Creator", "Reporter"),
            at=take("Created"),
            text=take("Description"),
            only_with=("Created",),
        ),
        Event(
            name="comment",
            each="Comment",
            packed=("at", "person", "text"),
            person=take("person"),
            at=take("at"),
            text=take("text"),
        ),
        Event(
            name="worklog",
            each="Log Work",
            packed=("text", "at", "person", "seconds"),
            person=take("person"),
            at=take("at"),
            seconds=take("seconds"),
            text=take("text"),
        ),
    ),
)

SHAPES: Final = (_REST, _CSV)
