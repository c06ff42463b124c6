"""Calendars named by URL: read like files, and one that does not answer stops no other."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from tests.flows.firm import vcalendar, vevent

ADA = "ada@firm.example"
NOBODY = "http://127.0.0.1:9/private.ics?token=secret"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args):
        pass


@pytest.fixture
def site(tmp_path):
    folder = tmp_path / "site"
    folder.mkdir()
    event = vevent("m", "20260302T080000Z", "20260302T090000Z", "Portal")
    (folder / "ada.ics").write_text(vcalendar(event), encoding="utf-8", newline="")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=10)
    server.server_close()


def test_a_calendar_by_url_is_the_same_calendar_every_time(run, site):
    assert run("ingest", f"{site}/ada.ics", "--person", ADA, "--json").json["created"] == 1
    assert run("ingest", f"{site}/ada.ics", "--person", ADA, "--json").json["unchanged"] == 1


def test_an_address_that_does_not_answer_stops_no_other_and_tells_no_secret(run, site):
    told = run("ingest", NOBODY, f"{site}/gone.ics", f"{site}/ada.ics", "--person", ADA, "--json", code=3)
    assert told.json["created"] == 1
    assert [row["file"] for row in told.json["refused"]] == ["http://127.0.0.1:9/private.ics", f"{site}/gone.ics"]
    assert "could not be fetched" in told.json["refused"][0]["reason"]
    assert "secret" not in told.out + told.err
    assert "secret" not in run("ingest", NOBODY, "--person", ADA, code=2).err
