"""Who asks, accounts, programs and their tokens."""

from typing import Final

from hourtrail.domain.access import PrincipalKind, Reach, Role
from hourtrail_serving.schemas.parts import (
    COUNT,
    INSTANT,
    INSTANT_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    Schema,
    list_of,
    object_of,
)

_ROLES: Final = list_of({"enum": [role.value for role in Role]})
_ACCOUNT: Final = object_of(
    id=TEXT, login=TEXT, name=TEXT, person=TEXT, roles=_ROLES,
    signs_in_with={"enum": ["password", "identity provider"]}, created_at=INSTANT,
    disabled_at=INSTANT_OR_NULL,
)  # fmt: skip
_PROGRAM: Final = object_of(
    id=TEXT, kind={"enum": ["api_key", "client_secret"]}, program=TEXT, client_id=TEXT,
    visible={"description": "its visible beginning; the secret itself is kept nowhere", **TEXT}, scopes=list_of(TEXT),
    state={"enum": ["active", "expired", "revoked", "disabled"]}, created_at=INSTANT,
    created_by=TEXT, expires_at=INSTANT_OR_NULL, revoked_at=INSTANT_OR_NULL, last_used_at=INSTANT_OR_NULL,
    replaces=TEXT_OR_NULL,
)  # fmt: skip

SCHEMAS: Final[dict[str, Schema]] = {
    "Principal": object_of(
        kind={"enum": [kind.value for kind in PrincipalKind]}, id=TEXT, name=TEXT,
        person={"description": "whose time is theirs; empty for a program", **TEXT}, roles=_ROLES,
        permissions={"type": "object", "additionalProperties": {"enum": [reach.value for reach in Reach]}},
        csrf_token={"description": "of the session; null for a program", **TEXT_OR_NULL},
    ),
    "Accounts": object_of(accounts=list_of(_ACCOUNT), programs=list_of(_PROGRAM)),
    "AccessToken": object_of(
        access_token=TEXT, token_type={"const": "Bearer"}, expires_in=COUNT,
        scope={"description": "space-separated", **TEXT},
    ),
    "TokenError": object_of(error={"description": "RFC 6749, 5.2", **TEXT}, error_description=TEXT),
}  # fmt: skip
