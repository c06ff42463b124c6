"""The schemas of the API's answers, one module a noun: what a module's ``SCHEMAS`` holds stands in the OpenAPI document."""

from typing import Final

from hourtrail_serving.schemas import accounts, billing, directory, privacy, review, service, tenants, trust, work
from hourtrail_serving.schemas.parts import Schema

SCHEMAS: Final[dict[str, Schema]] = {
    name: schema
    for module in (directory, work, review, billing, accounts, tenants, trust, privacy, service)
    for name, schema in module.SCHEMAS.items()
}
