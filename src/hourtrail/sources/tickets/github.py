"""GitHub: issues and pull requests as the REST API and as ``gh issue list --json`` write them, and the lists beside them.

https://docs.github.com/en/rest/issues (issues, comments, events) and /rest/pulls (reviews, review comments). Comments,
reviews and the timeline may also stand inside their issue under ``comments_list``, ``reviews_list`` and ``timeline``.
"""

from typing import Final

from hourtrail.domain.activity import ActivityKind
from hourtrail.sources.tickets.mapping import Event, Shape, Take, take

_TICKET: Final = "{container}#{number}"
_REFERENCE: Final = "#{number}"
_REPOSITORY: Final = r"^https?://[^/]+/(?:api/v3/)?(?:repos/)?([^/]+/[^/]+)"
_NUMBER: Final = r"/(?:issues|pulls|pull)/(\d+)(?:$|[/?#])"

# Passive ones (mentioned, subscribed) name the person to whom it happened; comments and reviews are told by their lists.
_DONE: Final = frozenset(
    {"assigned", "closed", "converted_to_draft", "demilestoned", "head_ref_force_pushed", "labeled", "locked", "merged",
     "milestoned", "pinned", "ready_for_review", "renamed", "reopened", "review_dismissed", "review_request_removed",
     "review_requested", "transferred", "unassigned", "unlabeled", "unlocked", "unpinned"}
)  # fmt: skip


def _comment(each: str) -> Event:
    return Event(
        name="comment",
        each=each,
        id=take("id"),
        person=take("user", "author"),
        at=take("created_at", "createdAt"),
        text=take("body"),
    )


def _review(each: str, submitted: str) -> Event:
    return Event(
        name="review",
        each=each,
        id=take("id"),
        person=take("user", "author"),
        at=take(submitted),
        text=take("body"),
        kind=ActivityKind.REVIEW,
        only_with=(submitted,),  # one that is still being written has no time yet
    )


def _done(each: str) -> Event:
    return Event(
        name="event",
        each=each,
        id=take("id"),
        person=take("actor"),
        at=take("created_at"),
        what=take("event"),
        whats=_DONE,
    )


def _part_of(url: str, *, needs: tuple[str, ...], event: Event, title: Take) -> Shape:
    """A list of records that each name their issue by its address."""
    return Shape(
        tracker="github",
        needs=needs,
        number=take(url, "issue.url", pattern=_NUMBER),
        container=take(url, "issue.url", pattern=_REPOSITORY),
        title=title,
        updated=take("updated_at", "submitted_at", "created_at"),
        events=(event,),
        ticket=_TICKET,
        reference=_REFERENCE,
        record=take("id"),
    )


_REST: Final = Shape(
    tracker="github",
    needs=("number", "title", "user", "created_at", "html_url"),
    rows="items",
    number=take("number"),
    container=take("repository_url", "html_url", pattern=_REPOSITORY),
    title=take("title"),
    updated=take("updated_at"),
    ticket=_TICKET,
    reference=_REFERENCE,
    events=(
        Event(name="created", person=take("user"), at=take("created_at"), text=take("body")),
        # Closed, opened again, closed again: each time is one of its own.
        Event(
            name="closed",
            id=take("closed_at"),
            person=take("closed_by"),
            at=take("closed_at"),
            only_with=("closed_by", "closed_at"),
        ),
        _comment("comments_list"),
        _review("reviews_list", "submitted_at"),
        _done("timeline"),
    ),
)

_COMMAND_LINE: Final = Shape(
    tracker="github",
    needs=("number", "title", "author", "createdAt", "url"),
    number=take("number"),
    container=take("url", pattern=_REPOSITORY),
    title=take("title"),
    updated=take("updatedAt"),
    ticket=_TICKET,
    reference=_REFERENCE,
    events=(
        Event(name="created", person=take("author"), at=take("createdAt"), text=take("body")),
        Event(name="merged", person=take("mergedBy"), at=take("mergedAt"), only_with=("mergedBy", "mergedAt")),
        _comment("comments"),
        _review("reviews", "submittedAt"),
    ),
)

SHAPES: Final = (
    _REST,
    _COMMAND_LINE,
    _part_of(
        "pull_request_url",
        needs=("pull_request_url", "diff_hunk", "created_at"),
        event=Event(
            name="review_comment", id=take("id"), person=take("user"), at=take("created_at"), text=take("body"),
            kind=ActivityKind.REVIEW,
        ),
        title=take("pull_request.title"),
    ),
    _part_of(
        "pull_request_url",
        needs=("pull_request_url", "state", "submitted_at"),
        event=_review("", "submitted_at"),
        title=take("pull_request.title"),
    ),
    _part_of("issue_url", needs=("issue_url", "body", "created_at"), event=_comment(""), title=take("issue.title")),
    _part_of("issue.url", needs=("event", "created_at", "issue"), event=_done(""), title=take("issue.title")),
)  # fmt: skip
