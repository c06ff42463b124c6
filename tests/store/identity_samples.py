"""One row of each kind of identity, and what reads them."""

from datetime import datetime, timedelta

from hourtrail.domain.access import Permission, Role
from hourtrail.domain.accounts import Account, Program, RoleChange, Secret, SecretKind, Session
from hourtrail.store import TenantStore

DAY = timedelta(days=1)


def fill_identity(db: TenantStore, at: datetime) -> None:
    db.add_account(
        Account(
            id="acc_1", login="ann", name="Ann", person="ann", password="x", issuer="i", subject="s", created_at=at
        ),
        "operator",
    )
    change = RoleChange(account="acc_1", role=Role.ADMIN, place=1, granted=True, actor="operator", reason="", at=at)
    db.add_role_changes([change])
    db.add_session(
        Session(id="ses_1", digest="d1", account="acc_1", started_at=at, seen_at=at, ends_at=at + DAY),
        "ann",
        "test",
        "",
    )
    db.add_program(Program(id="app_1", name="psa", created_at=at, created_by="operator"))
    db.add_secret(
        Secret(
            id="sec_1", program="app_1", kind=SecretKind.API_KEY, visible="htk_1", digest="d2",
            scopes=(Permission.SUGGESTIONS_READ,), created_at=at, created_by="operator", expires_at=at + DAY,
        )
    )  # fmt: skip
    db.note_failure("account:1", 1, at, at + DAY)
    assert db.claim_answer("program:app_1", "k", "r", at)
    db.keep_answer("program:app_1", "k", {"call": 1})


def readable_identity(db: TenantStore, at: datetime) -> list[object]:
    """Everything that the readers of identity find, as far as it is anything."""
    found: list[object] = [
        *db.accounts(), db.find_account("ann"), db.account_of_subject("i", "s"), *db.role_changes(), db.session_of("d1"),
        *db.programs(), db.find_program("psa"), *db.secrets(*SecretKind), db.secret_of("d2"), db.has_accounts(),
        db.sign_in_closed_until(["account:1"], at), db.sign_in_failures("account:1", at), db.kept_answer("program:app_1", "k"),
    ]  # fmt: skip
    return [row for row in found if row]
