"""Programs, their secrets, and the answers kept for their retries."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from hourtrail.domain.accounts import Program, Secret, SecretKind
from hourtrail.domain.errors import Conflict, NotFound, See
from hourtrail.store.audit import Audit
from hourtrail.store.identity_schema import kept_answer, program, secret
from hourtrail.store.records import record_of, values_of
from hourtrail.store.scope import Row
from hourtrail.store.upsert import conflict_insert


class Programs(Audit):
    """Each method that changes something also writes its audit event; ``actor`` is who did it."""

    def add_program(self, row: Program) -> None:
        """A new program, with ``operator:program:added``. Raises Conflict for a name that is taken."""
        try:
            self._add(program, [values_of(row)])
        except IntegrityError as error:
            raise Conflict(f"there is a program {row.name!r} already; choose another name") from error
        self.record(
            actor=row.created_by, action="operator:program:added", object_id=row.id, at=row.created_at,
            payload={"name": row.name},
        )  # fmt: skip

    def programs(self) -> list[Program]:
        """Every program, by name."""
        return [record_of(Program, row) for row in self._all(self._select(program).order_by(program.c.name))]

    def find_program(self, name_or_id: str) -> Program | None:
        """One program by its name or its id."""
        row = self._one(
            self._select(program).where((program.c.name == name_or_id) | (program.c.id == name_or_id)).limit(1)
        )
        return record_of(Program, row) if row is not None else None

    def program(self, name_or_id: str) -> Program:
        """One program by its name or its id. Raises NotFound."""
        found = self.find_program(name_or_id)
        if found is None:
            raise NotFound(f"there is no program {name_or_id!r}").seeing(See.PROGRAMS)
        return found

    def add_secret(self, row: Secret) -> None:
        """Keep a secret's digest; with ``operator:secret:created``, or ``program:token:issued`` for an access token."""
        if row.kind is SecretKind.ACCESS_TOKEN:
            # Expired tokens are nothing that anybody lists; those of this program go when it fetches the next one.
            expired = and_(
                secret.c.tenant == self.tenant, secret.c.program == row.program, secret.c.kind == row.kind,
                secret.c.expires_at < row.created_at,
            )  # fmt: skip
            self._connection.execute(delete(secret).where(expired))
        self._add(secret, [{**values_of(row), "scopes": [scope.value for scope in row.scopes]}])
        action = "program:token:issued" if row.kind is SecretKind.ACCESS_TOKEN else "operator:secret:created"
        self.record(
            actor=row.created_by, action=action, object_id=row.id, at=row.created_at,
            payload={
                "program": row.program, "kind": row.kind.name.lower(), "visible": row.visible,
                "scopes": [scope.value for scope in row.scopes], "replaces": row.replaces,
            },
        )  # fmt: skip

    def secrets(self, *kinds: SecretKind, program_id: str = "") -> list[Secret]:
        """Secrets of these kinds, oldest first; of one program where it is named."""
        query = self._select(secret).where(secret.c.kind.in_(kinds))
        if program_id:
            query = query.where(secret.c.program == program_id)
        return [_secret_of(row) for row in self._all(query.order_by(secret.c.created_at, secret.c.id))]

    def secret_named(self, id_or_visible: str, *kinds: SecretKind) -> Secret:
        """One secret by its id or its visible beginning. Raises NotFound."""
        named = (secret.c.id == id_or_visible) | (secret.c.visible == id_or_visible)
        row = self._one(self._select(secret).where(named, secret.c.kind.in_(kinds)).limit(1))
        if row is None:
            raise NotFound(f"there is no key or client secret {id_or_visible!r}").seeing(See.PROGRAMS)
        return _secret_of(row)

    def secret_of(self, digest: str) -> tuple[Secret, Program] | None:
        """The secret with this digest and its program, in one query by unique index."""
        query = (
            self._select(secret, *secret.c, *(column.label(f"of_{column.name}") for column in program.c))
            .join(program, and_(program.c.tenant == secret.c.tenant, program.c.id == secret.c.program))
            .where(secret.c.digest == digest)
        )
        row = self._one(query)
        if row is None:
            return None
        return _secret_of(row), record_of(Program, {column.name: row[f"of_{column.name}"] for column in program.c})

    def shorten_secret(self, row: Secret, expires_at: datetime, actor: str, at: datetime) -> None:
        """Let a secret end earlier, and every access token that was fetched with it; with ``operator:secret:rotated``."""
        self._set(row.id, expires_at=expires_at)
        fetched = and_(
            secret.c.tenant == self.tenant, secret.c.program == row.program, secret.c.kind == SecretKind.ACCESS_TOKEN,
            secret.c.replaces == row.id, secret.c.expires_at > expires_at,
        )  # fmt: skip
        self._connection.execute(update(secret).where(fetched).values(expires_at=expires_at))
        self.record(
            actor=actor, action="operator:secret:rotated", object_id=row.id, at=at,
            payload={"program": row.program, "visible": row.visible},
        )  # fmt: skip

    def revoke_secret(self, row: Secret, actor: str, at: datetime, reason: str) -> None:
        """End a secret now, and every access token of its program with a client secret; ``operator:secret:revoked``."""
        self._set(row.id, revoked_at=at)
        tokens = 0
        if row.kind is SecretKind.CLIENT_SECRET:
            held = and_(
                secret.c.tenant == self.tenant, secret.c.program == row.program,
                secret.c.kind == SecretKind.ACCESS_TOKEN, secret.c.revoked_at.is_(None),
            )  # fmt: skip
            tokens = int(self._connection.execute(update(secret).where(held).values(revoked_at=at)).rowcount)
        self.record(
            actor=actor, action="operator:secret:revoked", object_id=row.id, at=at,
            payload={"program": row.program, "visible": row.visible, "reason": reason, "tokens": tokens},
        )  # fmt: skip

    def use_secret(self, secret_id: str, at: datetime) -> None:
        """Note that a secret was used."""
        self._set(secret_id, last_used_at=at)

    def _set(self, secret_id: str, **values: Any) -> None:
        self._connection.execute(
            update(secret).where(secret.c.tenant == self.tenant, secret.c.id == secret_id).values(**values)
        )

    def hold_answer(self, principal: str, key: str) -> bool:
        """Keep others from working under a key until this transaction ends; False when another transaction does.

        On PostgreSQL. On SQLite there is no other transaction that writes.
        """
        if self._connection.dialect.name != "postgresql":
            return True
        name = json.dumps(["kept_answer", self.tenant, principal, key])
        return bool(self._connection.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(name, 0)))))

    def claim_answer(self, principal: str, key: str, request: str, now: datetime) -> bool:
        """Take a key for the request that comes first; False when it is taken."""
        statement = conflict_insert(self._connection, kept_answer).values(
            tenant=self.tenant, principal=principal, key=key, request=request, started_at=now
        )
        # Not by the row count: the PostgreSQL driver does not tell one here.
        taken = statement.on_conflict_do_nothing().returning(kept_answer.c.key)
        return self._connection.execute(taken).first() is not None

    def kept_answer(self, principal: str, key: str) -> Row | None:
        """``request``, ``answer`` (None while it is being worked on) and ``started_at`` of a taken key."""
        return self._one(
            self._select(kept_answer).where(kept_answer.c.principal == principal, kept_answer.c.key == key)
        )

    def keep_answer(self, principal: str, key: str, answer: dict[str, Any]) -> None:
        """Store what was answered."""
        mine = and_(kept_answer.c.tenant == self.tenant, kept_answer.c.principal == principal, kept_answer.c.key == key)
        self._connection.execute(update(kept_answer).where(mine).values(answer=answer))

    def drop_answer(self, principal: str, key: str) -> None:
        """Give a key back."""
        mine = and_(kept_answer.c.tenant == self.tenant, kept_answer.c.principal == principal, kept_answer.c.key == key)
        self._connection.execute(delete(kept_answer).where(mine))

    def forget_answers(self, principal: str, before: datetime, most: int) -> None:
        """Forget what was started before ``before`` by anybody, and all but the newest ``most`` finished ones of a principal."""
        self._connection.execute(
            delete(kept_answer).where(kept_answer.c.tenant == self.tenant, kept_answer.c.started_at < before)
        )
        # Counted first, by the primary key: to put them in order, SQLite would read everybody's.
        count = self._select(kept_answer, func.count()).where(kept_answer.c.principal == principal)
        if int(self._connection.scalar(count) or 0) <= most:
            return
        mine = self._select(kept_answer, kept_answer.c.started_at).where(kept_answer.c.principal == principal)
        edge = self._connection.scalar(mine.order_by(kept_answer.c.started_at.desc()).offset(most).limit(1))
        if edge is not None:
            old = and_(
                kept_answer.c.tenant == self.tenant, kept_answer.c.principal == principal,
                kept_answer.c.started_at <= edge, kept_answer.c.answer.is_not(None),
            )  # fmt: skip
            self._connection.execute(delete(kept_answer).where(old))


def _secret_of(row: Row) -> Secret:
    return record_of(Secret, row)
