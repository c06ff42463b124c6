"""A tenant from a template in one command, and the words that suspend it and let it go on."""

import json
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.serving.conftest import CHEAP

from hourtrail.cli import hourtrail
from hourtrail.domain.brand_picture import MOST_BYTES, MOST_PIXELS, picture
from hourtrail.domain.errors import HourtrailError, InvalidInput
from hourtrail.domain.settings import Feature
from hourtrail.flows.billing.settings import billing_policy_of
from hourtrail.flows.identity.people import accounts
from hourtrail.flows.review_settings import review_policy_of
from hourtrail.flows.tenants import NewTenant, administered, administered_by, create_tenant, template, templates
from hourtrail.store import Store, open_store

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "a.db")) as opened:
        yield opened


def run(store: Store, *words: str) -> Result:
    return CliRunner().invoke(hourtrail, [*words, "--store", store.url])


def told(store: Store, *words: str) -> Any:
    result = run(store, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def png(width: int = 4, height: int = 4) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress(b"".join(b"\x00" + b"\x20\x40\x60" * min(width, 64) for _ in range(min(height, 64))))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_one_command_makes_everything_and_says_the_password_once(store: Store) -> None:
    made = told(store, "tenants", "create", "smith", "--template", "legal", "--admin", "Kim@smith.example",
                "--product", "Smith Hours", "--host", "Hours.smith.example")  # fmt: skip
    assert made["made"] == ["tenant", "settings", "calendar", "administrator Kim@smith.example"]
    assert len(made["password"]) == 20
    with store.tenant("smith", read_only=True) as db:
        settings = db.settings()
        assert (settings.brand.product, settings.brand.hosts) == ("Smith Hours", ("hours.smith.example",))
        assert not settings.features.has(Feature.AUTO_POST)
        assert settings.privacy.rules[0].name == "private appointments"
        assert review_policy_of(db).version == billing_policy_of(db).version == "legal-1"
        assert billing_policy_of(db).rate_approval
        assert len(db.master().holidays) == 9
        assert db.verify_audit()[1] == []
        actions = [event.action.text for event in db.audit_events()]
    assert actions[0] == "operator:tenant:created"
    [kim] = accounts(store, "smith")
    assert (kim.account.login, [role.value for role in kim.roles]) == ("kim@smith.example", ["admin"])
    again = told(store, "tenants", "create", "smith", "--template", "agency", "--admin", "kim@smith.example")
    assert (again["made"], again["settings"], "password" in again) == ([], 1, False)


def test_what_was_left_half_made_is_finished_and_what_was_changed_since_stays(store: Store) -> None:
    source = template("consulting")
    create_tenant(store, NewTenant(name="acme", template=source), "op", passwords=CHEAP)
    with store.tenant("acme") as db:
        changed = db.change_settings({"brand": {"product": "Ours"}}, actor="kim", at=db.standing().at, reason="")  # type: ignore[union-attr]
    done = create_tenant(store, NewTenant(name="acme", template=source, admin="kim"), "op", passwords=CHEAP)
    assert done.made == ("administrator kim",)
    assert done.settings == changed


def test_a_template_of_ones_own_and_those_that_will_not_do(store: Store, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('about = "Ours"\n[settings.brand]\nproduct = "Own"\n', encoding="utf-8")
    assert told(store, "tenants", "create", "one", "--template", str(own))["made"] == ["tenant", "settings"]
    for text, word in (
            ("moon = 1", "moon"), ("[settings.brand]\ncolour = 'red'", "colour"), ("[", "not TOML"),
            ("[[calendar.holidays]]\nmonth = 2\nday = 30\nname = 'x'", "day"), ("[[calendar.holidays]]\nmonth = 2", "month, day"),
            ("calendar = 1", "table"), ("[calendar]\nholidays = 1", "tables"),
    ):  # fmt: skip
        own.write_text(text, encoding="utf-8")
        with pytest.raises(HourtrailError, match=word):
            template(str(own))
    own.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidInput, match="UTF-8"):
        template(str(own))
    own.write_text("[settings.policies.review]\nversion = 1", encoding="utf-8")
    bad = run(store, "tenants", "create", "half", "--template", str(own))
    assert bad.exit_code
    assert [word.tenant for word in store.tenants()] == ["one"], "nothing of a refused one stays"


def test_every_template_that_is_shipped_makes_a_tenant(store: Store) -> None:
    for row in templates():
        done = create_tenant(store, NewTenant(name=row.name, template=row), "op", passwords=CHEAP)
        assert (done.settings.version, row.about != "") == (1, True)


def test_hosts_belong_to_one_tenant(store: Store) -> None:
    told(store, "tenants", "create", "a", "--host", "hours.example")
    result = run(store, "tenants", "create", "b", "--host", "hours.example")
    assert isinstance(result.exception, InvalidInput)
    assert "belongs to another" in str(result.exception)


def test_suspending_and_letting_go_on_is_logged_and_repeatable(store: Store) -> None:
    told(store, "tenants", "create", "a")
    assert told(store, "tenants", "suspend", "a", "--reason", "unpaid", "--by", "op")["state"] == "suspended"
    first = told(store, "tenants", "suspend", "a", "--by", "other")
    assert first["by"] == "op", "said once"
    assert told(store, "tenants", "list")["tenants"][0]["reason"] == "unpaid"
    assert told(store, "tenants", "resume", "a")["state"] == "active"
    assert "there is no tenant" in str(run(store, "tenants", "suspend", "nobody").exception)


def test_the_settings_on_the_command_line_go_round(store: Store, tmp_path: Path) -> None:
    told(store, "tenants", "create", "a")
    document = told(store, "tenants", "settings", "show", "--tenant", "a")
    document["brand"]["product"] = "Ours"
    file = tmp_path / "a.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    assert told(store, "tenants", "settings", "set", str(file), "--tenant", "a", "--based-on", "1")["version"] == 2
    late = run(store, "tenants", "settings", "set", str(file), "--tenant", "a", "--based-on", "1")
    assert "version 2" in str(late.exception)
    assert [row["version"] for row in told(store, "tenants", "settings", "history", "--tenant", "a")["versions"]] == [
        1,
        2,
    ]
    assert (
        told(store, "tenants", "settings", "show", "--tenant", "a", "--version", "1")["brand"]["product"] == "Hourtrail"
    )
    assert "no version 9" in str(run(store, "tenants", "settings", "show", "--tenant", "a", "--version", "9").exception)


def test_a_logo_is_a_small_picture_and_nothing_else(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "logo.png"
    file.write_bytes(png())
    with store.tenant("a") as db:
        db.change_settings({"brand": {"product": "a"}}, actor="op", at=NINE, reason="")
    made = told(store, "tenants", "logo", str(file), "--tenant", "a")
    with store.tenant("a", read_only=True) as db:
        assert db.logo(made["logo"]) == png()
        assert db.settings().brand.logo == made["logo"]
    good = png()
    for content, word in (
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG"), (good[:-5], "cut off"), (good + b"<script>", "behind"),
        (good[:40] + b"x" + good[41:], "damaged"), (good[:8], "cut off"), (good + b"\0" * MOST_BYTES, "at most"),
        (png(MOST_PIXELS + 1, 1), "pixels"), (b"", "no PNG"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput, match=word):
            picture(content)


def test_a_partner_sees_the_tenants_that_name_it(store: Store) -> None:
    for name, partner in (("reseller", ""), ("a", "reseller"), ("b", "other"), ("c", "reseller")):
        with store.tenant(name) as db:
            document = {"administration": {"partner": partner}, "brand": {"product": name}}
            db.change_settings(document, actor="op", at=NINE, reason="")
    assert [word.tenant for word in administered_by(store, "reseller")] == ["a", "c", "reseller"]
    assert administered(store, "reseller", "a").tenant == "a"
    for foreign in ("b", "other", "nobody"):
        with pytest.raises(HourtrailError, match="that you administer"):
            administered(store, "reseller", foreign)
