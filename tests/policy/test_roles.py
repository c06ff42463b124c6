"""Roles and the duties that nobody has together."""

import pytest

from hourtrail.domain.access import PEOPLE_ONLY, Permission, Reach, Role
from hourtrail.domain.errors import InvalidInput
from hourtrail.policy.roles import (
    CONFLICTS,
    ROLES,
    conflicts_among,
    permissions_of,
    permissions_of_scopes,
    scopes_named,
)


def test_every_role_is_described_and_two_roles_give_the_wider_reach() -> None:
    assert set(ROLES) == set(Role)
    both = permissions_of([Role.CONSULTANT, Role.APPROVER])
    assert both[Permission.ENTRIES_READ] is Reach.TEAM
    assert both[Permission.SUGGESTIONS_READ] is Reach.OWN
    assert permissions_of([]) == {Permission.SIGNED_IN: Reach.OWN}


def test_conflicts_are_found_whatever_the_order_and_reasons_are_sentences() -> None:
    for one, other in ((Role.ADMIN, Role.AUDITOR), (Role.ML_ENGINEER, Role.APPROVER), (Role.FINANCE, Role.APPROVER)):
        assert len(conflicts_among([one, other])) == len(conflicts_among([other, one, other])) == 1
    assert conflicts_among([Role.CONSULTANT, Role.APPROVER, Role.REVIEWER]) == ()
    assert all(row.reason for row in CONFLICTS)
    assert len({frozenset((row.one, row.other)) for row in CONFLICTS}) == len(CONFLICTS), "no pair twice"


def test_a_partner_administrator_sees_no_activity_even_with_every_role_that_goes_with_it() -> None:
    """TEN-04."""
    compatible = [role for role in Role if not conflicts_among([Role.PARTNER_ADMIN, role])]
    held = permissions_of([Role.PARTNER_ADMIN, *compatible])
    work = {"activities", "suggestions", "decisions", "entries", "trails", "findings", "records"}
    assert not [permission for permission in held if permission.partition(":")[0] in work]
    assert set(permissions_of([Role.PARTNER_ADMIN])) == {
        Permission.SIGNED_IN,
        Permission.ACCOUNTS_READ,
        Permission.USAGE_READ,
        Permission.SETTINGS_READ,
        Permission.TENANTS_READ,
    }


def test_raw_activity_is_read_by_its_owner_alone_and_who_grants_roles_sets_no_price() -> None:
    assert [role for role in Role if Permission.ACTIVITIES_READ in ROLES[role]] == [Role.CONSULTANT]
    assert ROLES[Role.CONSULTANT][Permission.ACTIVITIES_READ] is Reach.OWN
    compatible = [role for role in Role if not conflicts_among([Role.ADMIN, role])]
    assert Permission.PRICES_WRITE not in permissions_of([Role.ADMIN, *compatible])


def test_an_auditor_changes_nothing() -> None:
    verbs = {permission.partition(":")[2] for permission in permissions_of([Role.AUDITOR])}
    assert verbs == {"read", "export"}, "what is taken away stays as it is"


def test_scopes_are_what_programs_can_have() -> None:
    assert scopes_named(["people:on_behalf", "suggestions:read", "suggestions:read"]) == (
        Permission.SUGGESTIONS_READ,
        Permission.ON_BEHALF,
    )
    for name, words in (("entries:approve", "only for people"), ("everything", "is no scope")):
        with pytest.raises(InvalidInput, match=words):
            scopes_named([name])
    assert set(permissions_of_scopes(PEOPLE_ONLY)) == {Permission.SIGNED_IN}
