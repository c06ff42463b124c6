"""Drafts of invoices, their lines, and disputes."""

from typing import Final

from hourtrail.domain.billing import DisputeReason
from hourtrail.domain.pricing import LineKind
from hourtrail_serving.schemas.parts import COUNT, DATE, INSTANT, TEXT, TEXT_OR_NULL, Schema, list_of, object_of

_MONEY: Final = object_of(amount={"description": "decimal string in the currency's minor unit", **TEXT}, currency=TEXT)
_MONEY_OR_NULL: Final = {"anyOf": [_MONEY, {"type": "null"}]}
_RATE_OR_NULL: Final = {"anyOf": [object_of(amount=TEXT, currency=TEXT), {"type": "null"}]}
_TAX_OR_NULL: Final[Schema] = {
    "description": "null where the firm keeps no tax rates",
    "anyOf": [
        object_of(
            code=TEXT, rate={"description": "a fraction: 19 % is 0.19", **TEXT}, amount=_MONEY,
            note={"description": "what the invoice has to say", **TEXT},
        ),
        {"type": "null"},
    ],
}  # fmt: skip
_LAST_WORD: Final[Schema] = {
    "anyOf": [
        object_of(
            object=TEXT, word=TEXT, actor=TEXT, at=INSTANT, note=TEXT,
            effective_on={"anyOf": [DATE, {"type": "null"}]},
        ),
        {"type": "null"},
    ]
}  # fmt: skip
_DRAFT_STATUS: Final = {"enum": ["open", "posted", "withdrawn"]}
_LINE: Final = {
    "id": TEXT, "draft": TEXT, "number": COUNT, "kind": {"enum": [kind.value for kind in LineKind]}, "date": DATE,
    "entry": TEXT_OR_NULL, "milestone": TEXT_OR_NULL, "project": TEXT, "minutes": COUNT, "rate": _RATE_OR_NULL,
    "amount": {"description": "net", **_MONEY_OR_NULL}, "tax": _TAX_OR_NULL,
    "why": {"description": "the clause that priced it", **TEXT},
}  # fmt: skip
_INVOICE_LINE: Final = object_of(
    description=TEXT,
    kind=TEXT,
    hours=TEXT,
    rate=_RATE_OR_NULL,
    amount=_MONEY_OR_NULL,
    tax=_TAX_OR_NULL,
    parts=list_of(TEXT),
)

_SETTLED: Final = {
    "references": {"description": "what other systems call it", **list_of(object_of(source=TEXT, external_id=TEXT))},
    "payments": list_of(object_of(source=TEXT, external_id=TEXT, amount=_MONEY, received_on=DATE, note=TEXT)),
    "paid": list_of(_MONEY),
    "open": {"description": "of the gross total, or of the net one where no tax is worked out", **list_of(_MONEY)},
}

SCHEMAS: Final[dict[str, Schema]] = {
    "DraftLine": object_of(
        **_LINE, draft_status=_DRAFT_STATUS, contract=TEXT, client=TEXT, entity=TEXT,
        posting_date={"description": "accounting day", **DATE},
    ),
    "DraftLines": object_of(
        draft_lines=list_of("DraftLine"), next_cursor={"description": "opaque; null on the last page", **TEXT_OR_NULL}
    ),
    "Draft": object_of(
        **{
            "id": TEXT, "status": _DRAFT_STATUS, "contract": TEXT, "client": TEXT, "project": TEXT, "entity": TEXT,
            "from": DATE, "to": DATE, "posting_date": DATE, "actor": TEXT,
            "at": INSTANT, "policy": object_of(version=TEXT), "last_word": _LAST_WORD,
            "lines": list_of(object_of(**_LINE)), "totals": list_of(_MONEY), "gross": list_of(_MONEY), "shown": list_of(_INVOICE_LINE),
            "taxes": list_of(object_of(code=TEXT, rate=TEXT, note=TEXT, net=_MONEY, tax=_MONEY)),
            **_SETTLED,
        },
    ),
    "Invoices": object_of(
        invoices=list_of(
            object_of(
                **{
                    "id": TEXT, "status": {"const": "posted"}, "contract": TEXT, "client": TEXT, "project": TEXT,
                    "entity": TEXT, "from": DATE, "to": DATE, "posting_date": DATE, "at": INSTANT,
                    "totals": list_of(_MONEY), "gross": list_of(_MONEY), **_SETTLED,
                },
            )
        ),
        next_cursor={"description": "opaque; null on the last page", **TEXT_OR_NULL},
    ),
    "Dispute": object_of(
        id=TEXT, status={"enum": ["open", "upheld", "dismissed", "withdrawn"]},
        reason={"enum": [reason.value for reason in DisputeReason]}, blame=TEXT, raised_by=TEXT, actor=TEXT,
        at=INSTANT, line=TEXT_OR_NULL, entry=TEXT_OR_NULL, contract=TEXT, client=TEXT,
        project=TEXT, amount=_MONEY_OR_NULL, note=TEXT, last_word=_LAST_WORD, queue=TEXT, owner=TEXT,
    ),
    "Disputes": object_of(
        disputes=list_of("Dispute"),
        clients=list_of(
            object_of(client=TEXT, disputes=list_of(TEXT), reasons={"type": "object", "additionalProperties": COUNT}, blame=TEXT)
        ),
        next_cursor={"description": "opaque; null on the last page", **TEXT_OR_NULL},
    ),
}  # fmt: skip
