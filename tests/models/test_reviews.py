"""GOV-07 for the models that come with the installation: due half a year after they were made, until somebody signs."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from hourtrail.cli import OK
from hourtrail.domain.errors import InvalidInput, NotAllowed, NotFound
from hourtrail.store import open_store
from hourtrail_models.artefact import load_bundled
from hourtrail_models.command import models as command
from hourtrail_models.reviews import REVIEW_AFTER, by_digest, first_due, newest, sign

TENANT = "default"
NOW = datetime(2027, 8, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('reviews') / 'store.db'}") as opened:
        yield opened


def signed(store, **changes):
    return sign(
        store,
        TENANT,
        **{"model": "presence", "reviewer": "max", "evidence": "card and capture report", "now": NOW, **changes},
    )


def listed(store):
    words = ["--store", store.url, "--tenant", TENANT, "--json"]
    done = CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    assert done.return_value == OK
    return {row["use_case"]: row for row in json.loads(done.stdout)["models"]}


def test_a_review_stores_who_looked_at_what_for_which_digest_and_moves_the_day(store):
    made = load_bundled("presence").manifest.created.date()
    assert listed(store)["presence"]["review_by"] == first_due(made).isoformat()
    assert listed(store)["presence"]["reviewed"] is None
    row = signed(store)
    assert (row.digest, row.review_by) == (load_bundled("presence").digest, NOW.date() + REVIEW_AFTER)
    told = listed(store)
    assert told["presence"]["reviewed"] == row.as_json()
    assert told["presence"]["review_by"] == row.review_by.isoformat()
    assert told["minutes"]["reviewed"] is None
    with store.tenant(TENANT, read_only=True) as db:
        assert db.verify_audit()[1] == []


def test_a_command_signs_and_the_list_says_so(store):
    words = [
        "review",
        "minutes",
        "--store",
        store.url,
        "--tenant",
        TENANT,
        "--as",
        "eva",
        "--evidence",
        "report of May",
    ]
    done = CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    assert "was reviewed by eva; next by" in done.stdout
    plain = CliRunner().invoke(command, ["--store", store.url, "--tenant", TENANT], standalone_mode=False)
    assert "reviewed by eva on" in plain.stdout
    assert "(report of May); review due" in plain.stdout


def test_what_is_late_is_marked_overdue(store):
    """Signed two years ago for a day that has passed; the newest sign-off of a digest counts."""
    long_ago = datetime(2024, 1, 8, tzinfo=UTC)
    signed(store, model="encoder", review_by=date(2024, 6, 3), now=long_ago)
    assert listed(store)["encoder"]["overdue"] is True
    plain = CliRunner().invoke(command, ["--store", store.url, "--tenant", TENANT], standalone_mode=False)
    assert "review due 2024-06-03 OVERDUE" in plain.stdout
    with store.tenant(TENANT, read_only=True) as db:
        before = newest(db)
    later = {**before[load_bundled("encoder").digest], "review_by": "2099-01-05"}
    assert by_digest([*before.values(), later, {}])[later["digest"]]["review_by"] == "2099-01-05"


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"model": "oracle"}, NotFound, "no bundled model 'oracle'; there are encoder, minutes"),
        ({"reviewer": "model:ranker@2"}, NotAllowed, "model:ranker@2"),
        ({"evidence": "  "}, InvalidInput, "needs evidence"),
        ({"review_by": NOW.date()}, InvalidInput, "not in the future"),
        ({"review_by": NOW.date() - timedelta(days=400)}, InvalidInput, "not in the future"),
    ],
)
def test_a_review_that_may_not_be_stores_nothing(store, changes, error, words):
    with store.tenant(TENANT, read_only=True) as db:
        before = newest(db)
    with pytest.raises(error, match=words):
        signed(store, **changes)
    with store.tenant(TENANT, read_only=True) as db:
        assert newest(db) == before


def test_without_a_store_the_list_still_answers(tmp_path):
    words = ["--store", f"sqlite:///{tmp_path / 'none.db'}", "--json"]
    done = CliRunner().invoke(command, words, standalone_mode=False, catch_exceptions=False)
    assert all(row["reviewed"] is None and row["review_by"] for row in json.loads(done.stdout)["models"])
    assert not (tmp_path / "none.db").exists()
