"""A new champion is picked up between two requests; what cannot be used leaves the model that serves."""

from dataclasses import replace
from threading import Event
from types import SimpleNamespace

import pytest

from hourtrail.domain.suggestion import ModelRef
from hourtrail.store import open_store
from hourtrail.wiring import load_models
from hourtrail_serving import champion
from hourtrail_serving.gate import Login
from hourtrail_serving.tenancy import Tenancy, Tenants


@pytest.fixture
def app(tmp_path):
    with open_store(str(tmp_path / "a.db")) as store:
        models = load_models(rules_only=True)
        tenancy = Tenancy(store=store, tenants=Tenants(("acme", "beta")), login=Login(), load=lambda _tenant: models)
        tenancy.served("acme")
        yield SimpleNamespace(state=SimpleNamespace(tenancy=tenancy))


def served(app):
    return app.state.tenancy.served("acme")


def loads(monkeypatch, models):
    asked = []

    def load(*, tenant):
        asked.append(tenant)
        if isinstance(models, Exception):
            raise models
        return models

    monkeypatch.setattr(champion, "load_models", load)
    return asked


def with_version(models, version, **more):
    scorer = SimpleNamespace(ref=ModelRef(name="ranker.acme", version=version, digest=version * 64))
    return replace(models, scorer=scorer, degraded="", **more)


def test_a_new_champion_is_swapped_in_and_the_rest_of_the_process_stays(app, monkeypatch):
    before = served(app)
    asked = loads(monkeypatch, with_version(before.models, "2"))
    assert champion.refresh(app) == ["acme"]
    assert asked == ["acme"], "a tenant that nobody asked for is not loaded"
    assert served(app).models.scorer.ref.version == "2"
    assert served(app).vectors is before.vectors
    assert served(app).places is before.places
    assert before.models.scorer.ref.name == "rules", "a request that has begun keeps its model"
    assert not champion.refresh(app), "the same champion again changes nothing"


def test_why_an_older_model_goes_on_serving_is_taken_over(app, monkeypatch):
    loads(monkeypatch, with_version(served(app).models, "1", notice="the registry is down; 1 goes on serving"))
    assert champion.refresh(app)
    assert "goes on serving" in served(app).models.notice


def test_an_error_leaves_what_serves(app, monkeypatch):
    from hourtrail.domain.errors import InvalidInput  # noqa: PLC0415 - this test's own

    before = served(app)
    loads(monkeypatch, InvalidInput("the allow-list cannot be read"))
    assert not champion.refresh(app)
    assert served(app) is before


def test_the_watch_looks_until_it_is_told_to_stop(app, monkeypatch):
    looked, stop = Event(), Event()
    monkeypatch.setattr(champion, "refresh", lambda _app: looked.set())
    thread = champion.watch(app, stop, seconds=0.001)
    assert looked.wait(5)
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
