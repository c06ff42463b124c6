"""Settings documents: defaults stated, faults named, nothing guessed."""

import pytest

from hourtrail.domain.brand import contrast
from hourtrail.domain.errors import InvalidInput
from hourtrail.domain.settings import Feature, FeatureOff, Features, TenantSettings, Tier
from hourtrail.domain.settings_features import TIERS
from hourtrail.domain.settings_wire import (
    changed_keys,
    load_settings,
    settings_digest,
    settings_from_mapping,
    settings_to_mapping,
)
from hourtrail.domain.tenant import is_tenant_name


def test_an_empty_document_is_the_defaults_and_writing_reverses_reading() -> None:
    assert settings_from_mapping({}) == TenantSettings()
    text = """
    [brand]
    product = "Acme Hours"
    hosts = ["hours.acme.example"]
    [features]
    tier = "standard"
    off = ["prefill"]
    [[privacy.rules]]
    name = "sick leave"
    action = "drop"
    title = "*doctor*"
    [[privacy.rules]]
    name = "project x"
    action = "redact"
    pattern = "Project X"
    [policies.review]
    version = "acme-1"
    """
    read = load_settings(text, "acme.toml")
    again = settings_from_mapping(settings_to_mapping(read))
    assert again == read
    assert settings_digest(settings_to_mapping(read)) == settings_digest(settings_to_mapping(again))
    assert read.features.tier is Tier.STANDARD
    assert not read.features.has(Feature.PREFILL)
    assert changed_keys(settings_to_mapping(TenantSettings()), settings_to_mapping(read)) == [
        "brand.hosts", "brand.product", "features.off", "features.tier", "policies.review", "privacy.rules",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[brand]\ncolour = 'red'", "brand.colour"),
        ("[brand]\ncolour = '#eeeeee'", "contrast"),
        ("[brand]\nproduct = ' '", "brand.product"),
        ('[brand]\nproduct = "a\\u0000b"', "brand.product"),
        ("[brand]\nhosts = ['Hours.acme']", "host name"),
        ("[brand]\nhosts = ['127.0.0.1']", "host name"),
        ("[brand]\nhosts = ['localhost']", "host name"),
        ("[brand]\nhosts = ['a.example', 'a.example']", "different"),
        ("[brand]\nhosts = 'a.example'", "list"),
        ("[brand]\nmail_sender = 'Kim <kim@acme.example>'", "mail address"),
        ("[brand]\nlogo = 'logo.png'", "digest"),
        ("[features]\non = ['flying']", "features.on"),
        ("[features]\non = ['usage']\noff = ['usage']", "on and off"),
        ("[retention]\nraw_activity_days = -1", "whole number"),
        ("[retention]\nraw_activity_days = true", "whole number"),
        ("[retention]\nlegal_hold = 1", "true or false"),
        ("[limits]\nheavy_at_once = 1000", "whole number"),
        ("[privacy]\nparticipants = 'all'", "domains"),
        ("[[privacy.rules]]\nname = 'x'", "a name and an action"),
        ("[[privacy.rules]]\nname = 'x'\naction = 'drop'", "needs a condition"),
        ("[[privacy.rules]]\nname = 'x'\naction = 'redact'", "pattern"),
        ("[[privacy.rules]]\nname = 'x'\naction = 'burn'", "drop or redact"),
        ("[[privacy.rules]]\nname = 'x'\naction = 'drop'\nmoon = 1", "moon"),
        ("brand = 1", "table"),
        ("[moon]", "moon: unknown"),
        ("[policies]\nreview = 1", "policies.review"),
        ("{", "neither"),
        ("[" * 100_000, "neither"),
        ("x" * 300_000, "too many"),
    ],
)
def test_every_fault_is_named(text: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as caught:
        load_settings(text, "acme.toml")
    assert "acme.toml" in str(caught.value)


def test_tiers_grow_and_what_is_off_is_said() -> None:
    assert TIERS[Tier.STARTER] < TIERS[Tier.STANDARD] < TIERS[Tier.COMPLETE]
    with pytest.raises(FeatureOff, match="review_queue is switched off") as caught:
        Features(tier=Tier.STARTER).require(Feature.REVIEW_QUEUE)
    assert caught.value.feature is Feature.REVIEW_QUEUE
    Features(tier=Tier.STARTER, on=(Feature.REVIEW_QUEUE,)).require(Feature.REVIEW_QUEUE)


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#ffffff") == pytest.approx(1.0)
    assert contrast("#000000") == pytest.approx(21.0)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.01)


def test_names_of_tenants() -> None:
    assert all(map(is_tenant_name, ("a", "acme-consulting", "a.b_c", "0", "x" * 63)))
    assert not any(map(is_tenant_name, ("", "A", "-a", "~nobody", "a b", "a\n", "x" * 64, "ä")))
