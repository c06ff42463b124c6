"""The audit trail, models, modes, the standing order, and the policies in force."""

from typing import Final

from hourtrail.domain.autopost import AutoPostWord
from hourtrail.domain.confidence import Mode
from hourtrail_serving.schemas.parts import (
    COUNT,
    DATE,
    FLAG,
    INSTANT,
    INSTANT_OR_NULL,
    MODEL,
    NEXT_CURSOR,
    NUMBER,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
    or_null,
)

_MODE: Final = {"enum": [mode.value for mode in Mode]}
_PLAIN_EVENT: Final[dict[str, Schema]] = {
    "sequence": COUNT,
    "at": INSTANT,
    "actor": TEXT,
    "action": {"description": "subject:object:action", **TEXT},
    "object_id": TEXT,
    "payload_digest": {"description": "SHA-256 of the payload, which outlives it", **TEXT},
    "previous": TEXT,
    "digest": TEXT,
    "salt": {"description": "random, part of what `digest` covers; empty in events of before and erased ones", **TEXT},
}
_DATA_OR_NULL: Final[Schema] = {
    "anyOf": [
        {
            "description": "numbers and codes of the payload, as the policy audit_logging shows them; `withheld` counts the others",
            "type": "object",
        },
        {"description": "the payload was erased", "type": "null"},
    ]
}
_MODEL_OR_NULL: Final[Schema] = {"anyOf": [MODEL, {"type": "null"}]}

SCHEMAS: Final[dict[str, Schema]] = {
    "AuditEvents": object_of(
        events=list_of(object_of(**_PLAIN_EVENT, payload=_DATA_OR_NULL)), next_cursor=NEXT_CURSOR
    ),
    "TreeHead": object_of(
        size={"description": "the head stands for this many rows from the first on", **COUNT}, root=TEXT, at=INSTANT
    ),
    "TreeHeads": object_of(roots=list_of("TreeHead"), head={"description": "sequence:digest of the newest row", **TEXT_OR_NULL}),
    "AuditProof": object_of(
        format=TEXT, tenant=TEXT, event={"type": "object"}, seal={"type": "object"},
        path={"description": "RFC 6962 inclusion path, nearest hash first", **list_of(TEXT)},
    ),
    "Examined": object_of(
        tenant=TEXT, events=COUNT, head=TEXT_OR_NULL, seal=or_null("TreeHead"), intact=FLAG,
        breaks=list_of(object_of(row=COUNT, reason=TEXT)), breaks_in_all=COUNT,
    ),
    "ServingModels": object_of(
        models=list_of(
            object_of(
                use_case=TEXT, purpose=TEXT, owner=TEXT, fallback=TEXT, card=TEXT_OR_NULL, silent=list_of({"type": "object"}),
                source=TEXT, model=_MODEL_OR_NULL, since=INSTANT_OR_NULL, made=INSTANT_OR_NULL,
                training_data=list_of(object_of(name=TEXT, digest=TEXT, ends=DATE, rows=COUNT)),
                trained_until={"anyOf": [DATE, {"type": "null"}]}, why=TEXT_OR_NULL,
            )
        ),
        degraded=TEXT_OR_NULL, notice=TEXT_OR_NULL, registry=TEXT_OR_NULL, problem=TEXT_OR_NULL,
        registered=list_of({"type": "object"}),
    ),
    "ModeReport": object_of(
        mode=_MODE,
        up=list_of(
            object_of(
                mode=_MODE, passed=FLAG,
                requirements=list_of(object_of(name=TEXT, needed=NUMBER, measured=NUMBER, met=FLAG, words=TEXT)),
            )
        ),
        history=list_of(object_of(at=INSTANT, mode=_MODE, actor=TEXT, why=TEXT)),
    ),
    "AutoPostOrder": object_of(
        id=TEXT, most_amount=TEXT, currency=TEXT, most_minutes=COUNT, last_day=DATE, proposed_by=TEXT, proposed_at=INSTANT,
        reason=TEXT, enabled_by=TEXT_OR_NULL, enabled_at=INSTANT_OR_NULL,
    ),
    "AutoPost": object_of(
        enabled=FLAG, why_off=TEXT_OR_NULL, order=or_null("AutoPostOrder"), proposals=list_of("AutoPostOrder"), policy=TEXT,
        log=list_of(
            object_of(
                word={"enum": [word.value for word in AutoPostWord]}, order=TEXT_OR_NULL, actor=TEXT, at=INSTANT, reason=TEXT
            )
        ),
    ),
    "Policies": object_of(
        policies=list_of(
            object_of(
                name=TEXT, about=TEXT, version=TEXT, digest=TEXT, since=TEXT_OR_NULL,
                origin={"enum": ["shipped", "firm"]}, decided_by=TEXT_OR_NULL,
            )
        )
    ),
    "Policy": object_of(
        name=TEXT, about=TEXT, version=TEXT, digest=TEXT, since=TEXT_OR_NULL, origin={"enum": ["shipped", "firm"]},
        decided_by=TEXT_OR_NULL, body={"type": "object"},
    ),
}  # fmt: skip
