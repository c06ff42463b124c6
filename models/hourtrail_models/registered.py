"""What the registry holds for a tenant, as rows for people and programs."""

from datetime import date
from typing import Any

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail_models.registry import DEFAULT_FILE, Registry, existing, registered_name
from hourtrail_models.use_cases import use_cases


def registry_of(tenant: str, use_case: str = "ranker", *, stated: str = "") -> Registry:
    """The tenant's registered model, where ``registry.address`` says. Raises InvalidInput where nobody has registered one."""
    uri = existing(stated)
    if not uri:
        raise InvalidInput(
            f"no model is registered here: there is no {DEFAULT_FILE} in this folder. `hourtrail train` makes one; name another "
            "mlflow server or database with --registry or HOURTRAIL_REGISTRY"
        )
    return Registry(uri, registered_name(use_case, tenant))


def registered_rows(tenant: str, *, today: date, stated: str = "") -> list[dict[str, Any]]:
    """Every version of every listed use case, newest first, with the sign-offs that made its aliases."""
    return [row for name in use_cases() for row in _rows(registry_of(tenant, name, stated=stated), today)]


def _rows(registry: Registry, today: date) -> list[dict[str, Any]]:
    versions = registry.versions()
    signed = registry.sign_offs() if versions else []
    rows = []
    for version in versions:
        mine = [row for row in signed if row.version == version.version]
        newest = {row.alias: row for row in mine if row.alias in version.aliases}
        rows.append(
            {
                "name": version.name,
                "version": version.version,
                "aliases": list(version.aliases),
                "digest": version.digest,
                "author": version.author,
                "created": format_instant(version.created),
                "features": version.features,
                "data": version.data,
                "run": version.run,
                "gate": dict(version.gate),
                "overdue": any(row.overdue(today) for row in newest.values()),
                "sign_offs": [
                    {**row.as_json(), "overdue": newest.get(row.alias) is row and row.overdue(today)} for row in mine
                ],
            }
        )
    return rows
