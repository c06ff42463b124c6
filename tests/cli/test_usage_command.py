"""``hourtrail usage``: the numbers of the API on the command line."""


def test_it_tells_totals_rows_and_json(run, tmp_path):
    row = '{"source": "x", "external_id": "1", "kind": "call", "person": "ada", "start": "2026-03-02T09:00:00Z"}\n'
    (tmp_path / "a.jsonl").write_text(row)
    run("ingest", "a.jsonl")
    assert "capture  activities_ingested" in run("usage").out
    [told] = run("usage", "--json").json["usage"]
    assert told["count"] == 1
    header, line = run("usage", "--csv").out.splitlines()
    assert header == "tenant,day,workflow,unit,count"
    assert line == f"default,{told['day']},capture,activities_ingested,1"
    assert run("usage", "--from", "2020-01-01", "--to", "2020-01-31", "--json").json["usage"] == []
    assert "choose one" in run("usage", "--csv", "--json", code=2).err
    assert "choose 1 to 400" in run("usage", "--from", "2020-01-01", "--to", "2026-01-01", code=2).err
