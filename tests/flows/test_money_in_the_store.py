"""Money checked on stored entries: caps, rates, periods and milestones as the store kept them, each finding once."""

from datetime import date

from hourtrail.flows.stored_checks import check_stored

TODAY = date(2026, 3, 9)
FILES = {
    "contracts": "contract,client,kind,project,currency,cap_amount,budget_hours\n"
    "C1,acme,capped,portal,EUR,300,\nC2,acme,milestone,shop,EUR,,10\n",
    "rate-cards": "contract,hourly_rate,currency,grade\nC1,100,EUR,senior\n",
    "people": "person,grade\nada,senior\nbob,junior\n",
    "periods": "from,to,status\n2026-02-01,2026-02-28,closed\n2026-03-01,2026-03-31,open\n",
    "milestones": "contract,milestone,due_on,accepted_on,amount\nC2,M1,2026-12-31,2026-03-01,400\nC2,M2,2026-12-31,,600\n",
    "time-entries": "id,person,date,minutes,client,project,narrative,hourly_rate,currency,status,created_at\n"
    "S1,ada,2026-03-02,120,acme,portal,build,100,EUR,approved,2026-03-02T17:00:00Z\n"
    "S2,ada,2026-03-03,90,acme,portal,test,120,EUR,approved,2026-03-03T17:00:00Z\n"
    "S3,bob,2026-03-04,30,acme,portal,help,,,approved,2026-03-04T17:00:00Z\n"
    "S4,ada,2026-02-27,60,acme,portal,late,100,EUR,draft,2026-02-27T17:00:00Z\n"
    "S5,ada,2026-03-05,540,acme,shop,shop,,,approved,2026-03-05T17:00:00Z\n",
}


def test_what_the_store_keeps_of_contracts_is_enough_to_check_money(firm_on_both):
    firm = firm_on_both
    for word, text in FILES.items():
        path = firm.folder / f"{word}.csv"
        path.write_text(text, encoding="utf-8")
        assert firm.ingest(path, record=word).refused == []
    for _ in range(2):
        check_stored(firm.store, firm.tenant, today=TODAY)
    told = firm.export("findings")
    named = {"over_cap", "wrong_rate", "wrong_grade", "missing_rate", "closed_period", "milestone_mismatch"}
    found = [
        (row["check"], row["subject"].get("time_entry"), (row["value_at_risk"] or {}).get("amount"))
        for row in told
        if row["check"] in named
    ]
    assert sorted(found, key=str) == [
        ("closed_period", "S4", "100.00"),
        ("missing_rate", "S3", None),
        # 60 min of February and 120 of March at 100 fill the cap of 300; bob's time has no rate and uses up none of it.
        ("over_cap", "S2", "150.00"),
        ("wrong_rate", "S2", "30.00"),
    ]
    assert sorted(row["explanation"] for row in told if row["check"] == "budget_forecast") == [
        "Contract C2 has used 9 h of its budget of 10 h, 90 %, more than 80 %.",
        "Contract C2 has used 90 % of its budgeted hours, but 1 of 2 milestones, 40 % of the work, are accepted.",
    ]
