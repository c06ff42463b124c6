"""Accounts, the log of their roles, and the sessions of signed-in browsers."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from hourtrail.domain.access import Role
from hourtrail.domain.accounts import Account, RoleChange, Session
from hourtrail.domain.errors import Conflict, NotFound, See
from hourtrail.store.audit import Audit
from hourtrail.store.identity_schema import account, role_change, session, sign_in_failure
from hourtrail.store.records import record_of, values_of
from hourtrail.store.schema import person
from hourtrail.store.scope import Row
from hourtrail.store.upsert import conflict_insert

_ACCOUNT_EMPTY: Final = ("issuer", "subject")


def account_of(row: Row) -> Account:
    """A row as an account; the identity provider's names are empty where there are none."""
    return record_of(Account, {**row, **{name: row[name] or "" for name in _ACCOUNT_EMPTY}})


def roles_held(changes: Iterable[tuple[Role, int, bool]]) -> tuple[Role, ...]:
    """The roles whose newest change (role, place, granted) is a grant, in the order of :class:`Role`."""
    newest: dict[Role, tuple[int, bool]] = {}
    for role, place, granted in changes:
        newest[role] = max(newest.get(role, (0, False)), (place, granted))
    return tuple(role for role in Role if newest.get(role, (0, False))[1])


class Accounts(Audit):
    """Each method that changes something also writes its audit event; ``actor`` is who did it."""

    def add_account(self, row: Account, actor: str) -> None:
        """A new account, with ``operator:account:added``. Raises Conflict for a login name that is taken."""
        if self._one(self._select(account, account.c.id).where(account.c.login == row.login)) is not None:
            raise Conflict(f"there is an account {row.login!r} already").seeing(See.ACCOUNTS)
        self._add(account, [{**values_of(row), **{name: getattr(row, name) or None for name in _ACCOUNT_EMPTY}}])
        self.record(
            actor=actor, action="operator:account:added", object_id=row.id, at=row.created_at,
            payload={"login": row.login, "person": row.person, "local": bool(row.password)},
        )  # fmt: skip

    def accounts(self) -> list[Account]:
        """Every account, by login name."""
        return [account_of(row) for row in self._all(self._select(account).order_by(account.c.login))]

    def account(self, login: str) -> Account:
        """One account by its login name. Raises NotFound."""
        found = self.find_account(login)
        if found is None:
            raise NotFound(f"there is no account {login!r}").seeing(See.ACCOUNTS)
        return found

    def find_account(self, login: str, *, held: bool = False) -> Account | None:
        """One account by its login name; ``held`` so that nobody changes it before this transaction ends."""
        query = self._select(account).where(account.c.login == login)
        # SQLite has one writer anyway.
        row = self._one(query.with_for_update(key_share=True) if held else query)
        return account_of(row) if row is not None else None

    def account_of_subject(self, issuer: str, subject: str) -> Account | None:
        """The account that an identity provider's subject was bound to."""
        row = self._one(self._select(account).where(account.c.issuer == issuer, account.c.subject == subject))
        return account_of(row) if row is not None else None

    def bind_subject(self, account_id: str, issuer: str, subject: str, at: datetime) -> None:
        """Bind an account to its name at the identity provider, once. Raises Conflict when either is bound already."""
        try:
            changed = self._connection.execute(
                update(account)
                .where(account.c.tenant == self.tenant, account.c.id == account_id, account.c.subject.is_(None))
                .values(issuer=issuer, subject=subject)
            ).rowcount
        except IntegrityError as error:
            raise Conflict("this name at the identity provider belongs to another account") from error
        if not changed:
            raise Conflict("this account is bound to another name at the identity provider")
        self.record(
            actor=f"account:{account_id}", action="person:account:bound", object_id=account_id, at=at,
            payload={"issuer": issuer, "subject": subject},
        )  # fmt: skip

    def change_account(self, account_id: str, actor: str, at: datetime, verb: str, **values: Any) -> None:
        """Set columns of an account, with ``operator:account:<verb>``; its sessions end. No value is logged."""
        self._connection.execute(
            update(account).where(account.c.tenant == self.tenant, account.c.id == account_id).values(**values)
        )
        ended = self.close_sessions(account_id, at)
        self.record(
            actor=actor, action=f"operator:account:{verb}", object_id=account_id, at=at, payload={"sessions": ended}
        )

    def rehash(self, account_id: str, password: str) -> None:
        """Keep the same password under today's cost; nothing that anybody did, so nothing is logged."""
        self._connection.execute(
            update(account).where(account.c.tenant == self.tenant, account.c.id == account_id).values(password=password)
        )

    def add_role_changes(self, rows: Sequence[RoleChange]) -> None:
        """Grants and revocations, each with ``operator:role:granted`` or ``revoked``. Raises Conflict for two at once."""
        try:
            self._add(role_change, [values_of(row) for row in rows])
        except IntegrityError as error:
            raise Conflict("somebody else changed this account's roles at the same moment; look again") from error
        for row in rows:
            self.record(
                actor=row.actor, action=f"operator:role:{'granted' if row.granted else 'revoked'}", at=row.at,
                object_id=row.account, payload={"role": row.role.value, "reason": row.reason},
            )  # fmt: skip

    def role_changes(self, account_id: str | None = None) -> list[RoleChange]:
        """The whole log, or one account's: by account, role and place."""
        query = self._select(role_change)
        if account_id is not None:
            query = query.where(role_change.c.account == account_id)
        ordered = query.order_by(role_change.c.account, role_change.c.role, role_change.c.place)
        return [record_of(RoleChange, row) for row in self._all(ordered)]

    def team_of(self, manager: str) -> frozenset[str] | None:
        """Everybody whose manager this person is; None, meaning everybody, where the firm names no managers at all."""
        rows = self._all(self._select(person, person.c.id).where(person.c.manager == manager, person.c.id != manager))
        if not rows and self._one(self._select(person, person.c.id).where(person.c.manager != "").limit(1)) is None:
            return None
        return frozenset(row["id"] for row in rows)

    def add_session(self, row: Session, actor: str, how: str, address: str) -> None:
        """A new session, with ``person:session:started``; sessions that ended long ago are forgotten."""
        self._connection.execute(
            delete(session).where(session.c.tenant == self.tenant, session.c.ends_at < row.started_at)
        )
        self._add(session, [values_of(row)])
        self.record(
            actor=actor, action="person:session:started", object_id=row.id, at=row.started_at,
            payload={"how": how, "address": address},
        )  # fmt: skip

    def session_of(self, digest: str) -> tuple[Session, Account, tuple[Role, ...]] | None:
        """The session with this digest, its account and the roles held, in one query by unique index."""
        query = (
            self._select(
                session, *session.c,
                *(column.label(f"of_{column.name}") for column in account.c),
                role_change.c.role, role_change.c.place, role_change.c.granted,
            )
            .join(account, and_(account.c.tenant == session.c.tenant, account.c.id == session.c.account))
            .outerjoin(
                role_change,
                and_(role_change.c.tenant == session.c.tenant, role_change.c.account == session.c.account),
            )
            .where(session.c.digest == digest)
        )  # fmt: skip
        rows = self._all(query)
        if not rows:
            return None
        held = roles_held((row["role"], row["place"], row["granted"]) for row in rows if row["role"] is not None)
        owner = account_of({column.name: rows[0][f"of_{column.name}"] for column in account.c})
        return record_of(Session, rows[0]), owner, held

    def see_session(self, session_id: str, at: datetime) -> None:
        """Note that a session was used."""
        self._connection.execute(
            update(session).where(session.c.tenant == self.tenant, session.c.id == session_id).values(seen_at=at)
        )

    def close_session(self, row: Session, actor: str, at: datetime) -> None:
        """End one session, with ``person:session:closed``."""
        mine = and_(session.c.tenant == self.tenant, session.c.id == row.id, session.c.closed_at.is_(None))
        if self._connection.execute(update(session).where(mine).values(closed_at=at)).rowcount:
            self.record(actor=actor, action="person:session:closed", object_id=row.id, at=at, payload={})

    def close_sessions(self, account_id: str, at: datetime) -> int:
        """End every session of an account; how many there were."""
        mine = and_(session.c.tenant == self.tenant, session.c.account == account_id, session.c.closed_at.is_(None))
        return int(self._connection.execute(update(session).where(mine).values(closed_at=at)).rowcount)

    def sign_in_closed_until(self, subjects: Sequence[str], now: datetime) -> datetime | None:
        """Until when sign-in is closed for any of the subjects (an account name, an address); None when it is open."""
        newest = self._select(sign_in_failure, func.max(sign_in_failure.c.closed_until)).where(
            sign_in_failure.c.subject.in_(subjects), sign_in_failure.c.closed_until > now
        )
        found: datetime | None = self._connection.scalar(newest)
        return found

    def sign_in_failures(self, subject: str, since: datetime) -> int:
        """How many times in a row sign-in failed for a subject; failures before ``since`` are forgotten."""
        query = self._select(sign_in_failure, sign_in_failure.c.failures).where(
            sign_in_failure.c.subject == subject, sign_in_failure.c.last_at >= since
        )
        return int(self._connection.scalar(query) or 0)

    def note_failure(self, subject: str, failures: int, at: datetime, closed_until: datetime) -> None:
        """Keep the count of a subject and until when it is closed."""
        statement = conflict_insert(self._connection, sign_in_failure).values(
            tenant=self.tenant, subject=subject, failures=failures, last_at=at, closed_until=closed_until
        )
        new = {name: statement.excluded[name] for name in ("failures", "last_at", "closed_until")}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["tenant", "subject"], set_=new))

    def forget_failures(self, subjects: Sequence[str], before: datetime) -> None:
        """Forget the failures of ``subjects``, and everybody's whose last one lies before ``before``."""
        old = or_(sign_in_failure.c.subject.in_(subjects), sign_in_failure.c.last_at < before)
        self._connection.execute(delete(sign_in_failure).where(sign_in_failure.c.tenant == self.tenant, old))

    def record_refusal(self, actor: str, account_id: str, why: str, address: str, at: datetime) -> None:
        """``person:session:refused``: somebody tried to sign in and was not let in."""
        self.record(
            actor=actor, action="person:session:refused", object_id=account_id or "unknown account", at=at,
            payload={"why": why, "address": address},
        )  # fmt: skip

    def has_accounts(self) -> bool:
        """Whether anybody could sign in at all."""
        return self._connection.scalar(select(self._select(account, account.c.id).exists())) is True
