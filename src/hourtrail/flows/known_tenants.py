"""Whether there is such a tenant: a mistyped name is said, and never answered with nothing."""

import difflib
from typing import Final

from hourtrail.domain.errors import NotFound
from hourtrail.store import Store

DEFAULT_TENANT: Final = "default"
"""Whose data it is where no tenant is named; who has one firm only never has to make it."""
_TOLD: Final = 5


def require_known(store: Store, name: str) -> None:
    """Raises NotFound with the names that were probably meant, and how to make one. Nobody's database has the default one."""
    with store.tenant(name, read_only=True) as db:
        if db.is_known():
            return
    names = [word.tenant for word in store.tenants()]
    if name == DEFAULT_TENANT and not names:
        return
    near = difflib.get_close_matches(name, names, n=2) or names[:_TOLD]
    meant = f"; there is {' and '.join(near)}" if near else ""
    if name == DEFAULT_TENANT:
        raise NotFound(
            f"no tenant was named, and there is no tenant {name!r} in this database{meant}: name one with --tenant"
        )
    raise NotFound(
        f"there is no tenant {name[:80]!r} in this database{meant}. `hourtrail tenants list` shows all, `hourtrail tenants create"
        f" {name[:80]}` makes this one"
    )


def is_new(store: Store, name: str) -> bool:
    """Whether a named tenant begins with what is brought in now; never for the default one."""
    if name == DEFAULT_TENANT:
        return False
    with store.tenant(name, read_only=True) as db:
        return not db.is_known()
