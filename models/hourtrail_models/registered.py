"""What the registry holds for a tenant, as rows for people and programs."""

from datetime import date
from typing import Any

from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.instants import format_instant
from hourtrail_models.registry import Registry, configured, registered_name
from hourtrail_models.use_cases import use_cases


def registry_of(tenant: str, use_case: str = "ranker") -> Registry:
    """The tenant's registered model. Raises InvalidInput where no registry is configured."""
    uri = configured()
    if not uri:
        raise InvalidInput(
            "no model registry is configured; set HOURTRAIL_REGISTRY to an mlflow server or database, like sqlite:///mlflow.db"
        )
    return Registry(uri, registered_name(use_case, tenant))


def registered_rows(tenant: str, *, today: date) -> list[dict[str, Any]]:
    """Every version of every listed use case, newest first, with the sign-offs that made its aliases."""
    return [row for name in use_cases() for row in _rows(registry_of(tenant, name), today)]


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
