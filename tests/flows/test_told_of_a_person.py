"""What a person is handed tells every kind of row that an erasure of them would reach."""

import io
import json
import zipfile

from tests.flows.test_erasure import MIA, fill

from hourtrail.flows.subject import subject_bytes


def test_the_person_is_told_of_every_kind_of_row_that_names_them(firm):
    filled = firm.store
    fill(filled)
    data, told = subject_bytes(filled, "t", MIA, actor=MIA)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        lines = file.read("named_elsewhere.jsonl").splitlines()
        activities = file.read("activities.jsonl").decode()
    own = {
        "activities",
        "expense",
        "kept_answer",
        "session",
        "account",
        "forgotten",
        "external_reference",
        "sign_in_failure",
    }
    assert own <= set(told.counts)
    elsewhere = {json.loads(line)["table"] for line in lines}
    assert elsewhere >= {"payment", "project", "auto_post", "program", "client"}
    assert '"room"' in activities
