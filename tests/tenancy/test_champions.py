"""Each tenant is answered by its own champion from a real registry, and a promotion at one changes nothing at another."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.mlflow_databases import QUIET, mlflow_template, registry_uri
from tests.models.test_registry import artefacts, register
from tests.serving.conftest import CHEAP
from tests.tenancy.houses import House
from tests.tenancy.marked import digest, dump

from hourtrail.domain.access import Role
from hourtrail.store import open_store
from hourtrail.wiring import load_models
from hourtrail_models.promotion import Promotion, promote, roll_back
from hourtrail_models.registry import CHAMPION, Registry, registered_name
from hourtrail_models.shipped import bundled_scorer
from hourtrail_serving.app import create_app
from hourtrail_serving.champion import refresh
from hourtrail_serving.gate import Login
from hourtrail_serving.tenancy import Tenants

__all__ = ["artefacts", "mlflow_template", "registry_uri"]

pytestmark = QUIET

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
TASK = {"client": "acme", "project": "portal", "task": "DEV", "name": "Customer portal"}
ACTIVITY = {
    "source": "icalendar", "external_id": "1", "kind": "meeting", "person": "ada@firm.example", "title": "Customer portal review",
    "start": "2026-05-04T09:00:00Z", "end": "2026-05-04T10:00:00Z",
}  # fmt: skip


class Firms(House):
    """Tenants of one application before one registry, each with versions of its own."""

    uri: str

    def registry(self, tenant: str) -> Registry:
        return Registry(self.uri, registered_name("ranker", tenant))

    def champion(self, tenant: str, artefact: Any, folder: Path) -> None:
        """Register a version of the tenant's and sign it off, as an approver who is not its author does."""
        version = register(self.registry(tenant), artefact, folder / tenant)
        asked = Promotion(
            use_case="ranker", version=version.version, alias=CHAMPION, approver="max", evidence="run report"
        )
        promote(self.registry(tenant), self.store, tenant, asked, now=NOON)

    def scored_by(self, tenant: str) -> tuple[str, str, str]:
        """Name, version and digest that a score of the tenant's own program tells."""
        answer = self.program(tenant).post("/v1/suggestions:score", json={"activities": [ACTIVITY], "tasks": [TASK]})
        assert answer.status_code == 200, answer.text
        [row] = answer.json()["suggestions"]
        model = row["model"]
        return model["name"], model["version"], model["digest"]


@pytest.fixture
def firms(tmp_path: Path, registry_uri: str) -> Iterator[Firms]:
    with open_store(str(tmp_path / "a.db")) as store:
        shared = load_models()
        models = lambda tenant: load_models(tenant=tenant) if tenant else shared  # noqa: E731 - as serve has it
        app = create_app(store, Tenants(None), models, login=Login(passwords=CHEAP))
        found = Firms(app, store)
        found.uri = registry_uri
        for name in ("alder", "birch", "cedar"):
            found.make(name)
            (tmp_path / name).mkdir()
        yield found


def test_each_tenant_is_scored_by_its_own_champion_and_a_promotion_touches_no_other(
    firms: Firms, artefacts: Any, tmp_path: Path
) -> None:
    firms.champion("alder", artefacts[0], tmp_path)
    firms.champion("birch", artefacts[1], tmp_path)
    own = {name: firms.scored_by(name) for name in ("alder", "birch", "cedar")}
    assert own["alder"] == ("ranker.alder", "1", artefacts[0].digest)
    assert own["birch"] == ("ranker.birch", "1", artefacts[1].digest)
    assert own["cedar"][2] == bundled_scorer().ref.digest, "who promoted nothing has what everybody is given"
    before, signed = digest(dump(firms.store, "birch")), firms.registry("birch").sign_offs()

    firms.champion("alder", artefacts[2], tmp_path)
    assert refresh(firms.app) == ["alder"]
    assert digest(dump(firms.store, "birch")) == before
    assert firms.registry("birch").sign_offs() == signed
    assert firms.scored_by("alder") == ("ranker.alder", "2", artefacts[2].digest)
    assert (firms.scored_by("birch"), firms.scored_by("cedar")) == (own["birch"], own["cedar"])

    roll_back(firms.registry("alder"), firms.store, "alder", "max", "slower", now=NOON.replace(hour=13))
    assert refresh(firms.app) == ["alder"]
    assert firms.scored_by("alder") == own["alder"]
    assert firms.scored_by("birch") == own["birch"]


def test_what_serves_and_since_when_is_told_of_ones_own_tenant_alone(
    firms: Firms, artefacts: Any, tmp_path: Path
) -> None:
    firms.champion("alder", artefacts[0], tmp_path)
    firms.champion("birch", artefacts[1], tmp_path)
    for name, other, at in (("alder", "birch", 0), ("birch", "alder", 1)):
        told = firms.person(name, f"eve@{name}.example", Role.AUDITOR).get("/v1/models")
        assert told.status_code == 200
        assert artefacts[at].digest in told.text
        assert artefacts[1 - at].digest not in told.text
        assert f"ranker.{other}" not in told.text
