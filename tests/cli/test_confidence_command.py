"""``hourtrail confidence``: the report, the nightly step and the modes, as a person and as a program read them."""


def test_a_fresh_firm_is_told_what_holds_and_that_nothing_is_proven(run):
    empty = run("confidence", "renew", "--json").json
    assert empty == {"outcomes": 0, "events": [], "unreadable": []}
    report = run("confidence", "--json").json
    assert (report["mode"], report["breaker"]["tripped"], report["audit"]["still_needed"]) == ("suggest", False, 59)
    text = run("confidence").out
    assert "blind audit: not yet proven for your firm: 0 of 0 blind answers right" in text
    assert "59 more without an error would prove 95%" in text
    refused = run("confidence", "mode", "prefill", "--as", "kim", code=2)
    assert "prefill needs a proven precision of 95%" in refused.err
    assert run("confidence", "mode", "shadow", "--as", "kim").out == "the mode is shadow\n"
    assert run("confidence", "--json").json["events"][0]["why"] == "suggest to shadow by kim: moved down"


def test_a_model_cannot_move_the_mode(run):
    assert "only a named person" in run("confidence", "mode", "shadow", "--as", "model:ranker", code=2).err
    assert "Invalid value for 'MODE'" in run("confidence", "mode", "always", "--as", "kim", code=2).err
