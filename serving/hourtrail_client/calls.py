"""One method for each operation of the API. Written by hourtrail_serving.client_writer; do not edit."""

from collections.abc import Sequence
from typing import Literal

from hourtrail_client import types as t
from hourtrail_client.transport import Answer, Transport


class Calls(Transport):
    """The operations of Hourtrail's API, by their names in its OpenAPI document."""

    def post_activities(self, body: t.ActivitiesRequest, *, idempotency_key: str | None = None) -> Answer[t.Ingested]:
        """Keep activities: known by source and external id, replaced by a newer revision. ``POST /v1/activities``"""
        return self.call("POST", "/v1/activities", body=body, idempotency_key=idempotency_key)

    def list_activities(
        self,
        *,
        person: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.Activities]:
        """One's own activities as they are stored, after redaction. Nobody reads somebody else's, and no program reads any. ``GET /v1/activities``"""
        return self.call(
            "GET", "/v1/activities", query={"person": person, "from": from_, "to": to, "limit": limit, "cursor": cursor}
        )

    def delete_activities(self, *, source: str, external_id: Sequence[str]) -> Answer[t.WithdrawnActivities]:
        """Withdraw what its source no longer has. Open suggestions follow when they are computed next; what was decided stays. ``DELETE /v1/activities``"""
        return self.call("DELETE", "/v1/activities", query={"source": source, "external_id": external_id})

    def put_directory_rows(
        self, kind: t.DirectoryKind, body: t.DirectoryRequest, *, idempotency_key: str | None = None
    ) -> Answer[t.Ingested]:
        """Create or replace rows, by their codes and by `source` + `external_id`, read as a file of them is. ``PUT /v1/directory/{kind}``"""
        return self.call("PUT", f"/v1/directory/{self.quoted(kind)}", body=body, idempotency_key=idempotency_key)

    def list_directory_rows(
        self,
        kind: t.DirectoryKind,
        *,
        source: str | None = None,
        external_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.DirectoryRows]:
        """The rows of one kind; with `source` and `external_id` the one that this system calls so, or none. ``GET /v1/directory/{kind}``"""
        return self.call(
            "GET",
            f"/v1/directory/{self.quoted(kind)}",
            query={"source": source, "external_id": external_id, "limit": limit, "cursor": cursor},
        )

    def get_directory_row(
        self, kind: t.DirectoryKind, name: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.DirectoryRow]:
        """One row by its id: its code where that is one plain word, else what lists tell as `id`. ``GET /v1/directory/{kind}/{name}``"""
        return self.call(
            "GET",
            f"/v1/directory/{self.quoted(kind)}/{self.quoted(name)}",
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def delete_directory_row(
        self,
        kind: t.DirectoryKind,
        name: str,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.RemovedRow]:
        """Remove a row that was told by mistake, and its ids of other systems, which may name another row from now on. ``DELETE /v1/directory/{kind}/{name}``"""
        return self.call(
            "DELETE",
            f"/v1/directory/{self.quoted(kind)}/{self.quoted(name)}",
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def put_records(
        self, kind: t.RecordKind, body: t.DirectoryRequest, *, idempotency_key: str | None = None
    ) -> Answer[t.Ingested]:
        """Keep expenses or payments, by `source` + `external_id`. Told anew, a row corrects the one before, which stays in the log. ``PUT /v1/records/{kind}``"""
        return self.call("PUT", f"/v1/records/{self.quoted(kind)}", body=body, idempotency_key=idempotency_key)

    def list_records(
        self,
        kind: t.RecordKind,
        *,
        source: str | None = None,
        external_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.Records]:
        """Expenses or payments; with `source` and `external_id` the one that this system calls so, or none. ``GET /v1/records/{kind}``"""
        return self.call(
            "GET",
            f"/v1/records/{self.quoted(kind)}",
            query={"source": source, "external_id": external_id, "limit": limit, "cursor": cursor},
        )

    def get_record(
        self, kind: t.RecordKind, name: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.RecordRow]:
        """One record by the `id` that lists tell, with what was told of it before, newest first. ``GET /v1/records/{kind}/{name}``"""
        return self.call(
            "GET",
            f"/v1/records/{self.quoted(kind)}/{self.quoted(name)}",
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def put_external_ids(self, body: t.ReferencesRequest, *, idempotency_key: str | None = None) -> Answer[t.Ingested]:
        """Say what another system calls a time entry or an invoice. An id stands for one record for ever. ``PUT /v1/external-ids``"""
        return self.call("PUT", "/v1/external-ids", body=body, idempotency_key=idempotency_key)

    def list_external_ids(
        self, *, kind: t.ReferredKind, source: str | None = None, external_id: str | None = None, id: str | None = None
    ) -> Answer[t.ExternalIds]:
        """The record that a system calls so, or what systems call one record of ours. ``GET /v1/external-ids``"""
        return self.call(
            "GET", "/v1/external-ids", query={"kind": kind, "source": source, "external_id": external_id, "id": id}
        )

    def list_invoices(
        self,
        *,
        source: str | None = None,
        external_id: str | None = None,
        client: str | None = None,
        contract: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.Invoices]:
        """Posted drafts with totals, taxes, what other systems call them, what was paid and what is open. ``GET /v1/invoices``"""
        return self.call(
            "GET",
            "/v1/invoices",
            query={
                "source": source,
                "external_id": external_id,
                "client": client,
                "contract": contract,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def get_usage(self, *, from_: str | None = None, to: str | None = None) -> Answer[t.Usage]:
        """What was ingested, suggested, scored, decided, checked and billed. Nobody is named; `active_people` are counted once. ``GET /v1/usage``"""
        return self.call("GET", "/v1/usage", query={"from": from_, "to": to})

    def list_suggestions(
        self,
        *,
        person: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        status: t.SuggestionStatus | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.Suggestions]:
        """What was proposed, as it stands; nothing is computed. Give a person, or a range of at most 35 days. ``GET /v1/suggestions``"""
        return self.call(
            "GET",
            "/v1/suggestions",
            query={"person": person, "from": from_, "to": to, "status": status, "limit": limit, "cursor": cursor},
        )

    def get_suggestion(
        self, suggestion: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.Suggestion]:
        """One suggestion, whatever its status. ``GET /v1/suggestions/{suggestion}``"""
        return self.call(
            "GET", f"/v1/suggestions/{self.quoted(suggestion)}", if_match=if_match, if_none_match=if_none_match
        )

    def compute_suggestions(self, body: t.ComputeRequest) -> Answer[t.Computed]:
        """Compute one person's days from the stored activities. Reconciling: what a person decided is never touched. ``POST /v1/suggestions:compute``"""
        return self.call("POST", "/v1/suggestions:compute", body=body)

    def score_activities(self, body: t.ScoreRequest) -> Answer[t.Scored]:
        """Score activities without storing anything: candidates, evidence, threshold, band and model of each work block. ``POST /v1/suggestions:score``"""
        return self.call("POST", "/v1/suggestions:score", body=body)

    def post_decision(
        self,
        body: t.DecisionRequest,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Decided]:
        """Log a decision for ever and book what follows from it. Only a named person decides; undo supersedes. ``POST /v1/decisions``"""
        return self.call(
            "POST",
            "/v1/decisions",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def list_decisions(
        self,
        *,
        person: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.Decisions]:
        """The decision log as training reads it: what was shown in which order with which scores, and what was said. ``GET /v1/decisions``"""
        return self.call(
            "GET", "/v1/decisions", query={"person": person, "from": from_, "to": to, "limit": limit, "cursor": cursor}
        )

    def post_decisions(self, body: t.BatchRequest, *, idempotency_key: str | None = None) -> Answer[t.DecidedBatch]:
        """Log up to 100 decisions in their order. Each is answered on its own, with `atomic` all are carried out or none. ``POST /v1/decisions:batch``"""
        return self.call("POST", "/v1/decisions:batch", body=body, idempotency_key=idempotency_key)

    def undo_decision(
        self,
        decision: str,
        body: t.UndoRequest | None = None,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Decided]:
        """Take back the decision that is in force; its drafts are gone and its suggestion is open again. Both stay in the log. ``POST /v1/decisions/{decision}:undo``"""
        return self.call(
            "POST",
            f"/v1/decisions/{self.quoted(decision)}:undo",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def get_decision(
        self, decision: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.Decision]:
        """One decision, superseded or not. ``GET /v1/decisions/{decision}``"""
        return self.call(
            "GET", f"/v1/decisions/{self.quoted(decision)}", if_match=if_match, if_none_match=if_none_match
        )

    def list_time_entries(
        self,
        *,
        person: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        source: str | None = None,
        external_id: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.TimeEntries]:
        """What is booked, as far as it is yours to see. Give a person, or a range of at most 35 days; or `source` and `external_id`. ``GET /v1/time-entries``"""
        return self.call(
            "GET",
            "/v1/time-entries",
            query={
                "person": person,
                "from": from_,
                "to": to,
                "source": source,
                "external_id": external_id,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def get_time_entry(
        self, entry: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.TimeEntry]:
        """One live entry. ``GET /v1/time-entries/{entry}``"""
        return self.call(
            "GET", f"/v1/time-entries/{self.quoted(entry)}", if_match=if_match, if_none_match=if_none_match
        )

    def correct_time_entry(
        self,
        entry: str,
        body: t.CorrectionBody,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Corrected]:
        """Correct a draft: a new decision `edit` supersedes the one that booked it, and the entry is booked anew under its own id. ``PATCH /v1/time-entries/{entry}``"""
        return self.call(
            "PATCH",
            f"/v1/time-entries/{self.quoted(entry)}",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def get_trail(self, entry: str) -> Answer[t.Trail]:
        """From one entry back to activities, model, score, threshold in force, decision, actor and times, and on to approvals,. ``GET /v1/time-entries/{entry}/trail``"""
        return self.call("GET", f"/v1/time-entries/{self.quoted(entry)}/trail")

    def post_entry_status(
        self,
        entry: str,
        body: t.StatusRequest,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.TimeEntry]:
        """Submit, approve, reject or recall an entry. An illegal step is a conflict, approving one's own time is refused. ``POST /v1/time-entries/{entry}/status``"""
        return self.call(
            "POST",
            f"/v1/time-entries/{self.quoted(entry)}/status",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def get_week(
        self, person: str, date: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.Week]:
        """The week that holds the day: every active assignment, booked and proposed minutes Monday to Sunday, 0 until then. ``GET /v1/weeks/{person}/{date}``"""
        return self.call(
            "GET",
            f"/v1/weeks/{self.quoted(person)}/{self.quoted(date)}",
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def list_timesheets(
        self,
        *,
        person: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        status: t.TimesheetStatus | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.Timesheets]:
        """Whole weeks from that of `from` to that of `to`, as far as they are yours to see. Give a person, or at most 35 days. ``GET /v1/timesheets``"""
        return self.call(
            "GET",
            "/v1/timesheets",
            query={"person": person, "from": from_, "to": to, "status": status, "limit": limit, "cursor": cursor},
        )

    def get_timesheet(
        self, person: str, week: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.Timesheet]:
        """One week of one person: its entries, minutes by day, and the findings that keep it from being submitted or approved. ``GET /v1/timesheets/{person}/{week}``"""
        return self.call(
            "GET",
            f"/v1/timesheets/{self.quoted(person)}/{self.quoted(week)}",
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def submit_timesheet(
        self,
        person: str,
        week: str,
        body: t.ActBody | None = None,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Timesheet]:
        """Submit every draft of the week. Findings that block stop it and are listed in the problem's `errors`. ``POST /v1/timesheets/{person}/{week}:submit``"""
        return self.call(
            "POST",
            f"/v1/timesheets/{self.quoted(person)}/{self.quoted(week)}:submit",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def recall_timesheet(
        self,
        person: str,
        week: str,
        body: t.ActBody | None = None,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Timesheet]:
        """Take what was submitted, approved or rejected back to draft, to correct it. What is invoiced stays. ``POST /v1/timesheets/{person}/{week}:recall``"""
        return self.call(
            "POST",
            f"/v1/timesheets/{self.quoted(person)}/{self.quoted(week)}:recall",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def approve_timesheet(
        self,
        person: str,
        week: str,
        body: t.ActBody | None = None,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Timesheet]:
        """Approve what was submitted of somebody else's week; only people do. What blocks, or is to be approved alone, is listed. ``POST /v1/timesheets/{person}/{week}:approve``"""
        return self.call(
            "POST",
            f"/v1/timesheets/{self.quoted(person)}/{self.quoted(week)}:approve",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def reject_timesheet(
        self,
        person: str,
        week: str,
        body: t.ActBody | None = None,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Timesheet]:
        """Send what was submitted of somebody else's week back, with a note that says why; only people do. ``POST /v1/timesheets/{person}/{week}:reject``"""
        return self.call(
            "POST",
            f"/v1/timesheets/{self.quoted(person)}/{self.quoted(week)}:reject",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def list_findings(
        self,
        *,
        queue: str | None = None,
        owner: str | None = None,
        check: str | None = None,
        route: Literal["disputes", "approvals", "billing"] | None = None,
        audit: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.Queue]:
        """Open findings, one line a cause: probability x money at risk x age, each line with its reason. ``GET /v1/findings``"""
        return self.call(
            "GET",
            "/v1/findings",
            query={
                "queue": queue,
                "owner": owner,
                "check": check,
                "route": route,
                "audit": audit,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def get_finding(
        self, finding: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.FindingDetail]:
        """One finding, whatever its status, or one line of the queue: its entry, comparable ones, and what was said of it. ``GET /v1/findings/{finding}``"""
        return self.call("GET", f"/v1/findings/{self.quoted(finding)}", if_match=if_match, if_none_match=if_none_match)

    def review_finding(
        self,
        finding: str,
        body: t.ReviewBody,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Reviewed]:
        """Log a person's word for ever: a verdict closes, undo (also of an act) opens again, the others leave it open. ``POST /v1/findings/{finding}/reviews``"""
        return self.call(
            "POST",
            f"/v1/findings/{self.quoted(finding)}/reviews",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def clear_findings(self, body: t.ClearBody, *, idempotency_key: str | None = None) -> Answer[t.Clearing]:
        """Approve every submitted entry that nothing speaks against, in one act; a random part stays open for a second look. ``POST /v1/findings:clear``"""
        return self.call("POST", "/v1/findings:clear", body=body, idempotency_key=idempotency_key)

    def get_precision(self) -> Answer[t.Precision]:
        """Verdicts by check, which checks are muted and why, what the audit of cleared entries found, seconds an hour. ``GET /v1/checks/precision``"""
        return self.call("GET", "/v1/checks/precision")

    def post_checks(self, body: t.CheckRequest) -> Answer[t.Checked]:
        """Check time entries without storing anything: alone, or against the tables that come along. ``POST /v1/checks``"""
        return self.call("POST", "/v1/checks", body=body)

    def get_confidence(self) -> Answer[t.Confidence]:
        """Thresholds in force and why, their cost, the blind audit's proof, limited people, breaker and drift alarms. ``GET /v1/confidence``"""
        return self.call("GET", "/v1/confidence")

    def get_mode(self) -> Answer[t.ModeReport]:
        """The mode in force; for each higher one, every requirement with how much is needed and how much is measured. ``GET /v1/mode``"""
        return self.call("GET", "/v1/mode")

    def put_mode(self, body: t.ModeRequest, *, idempotency_key: str | None = None) -> Answer[t.ModeReport]:
        """Put a mode in force. Down takes effect on everything open at once; up is refused (409 `mode-not-proven`) until blind. ``PUT /v1/mode``"""
        return self.call("PUT", "/v1/mode", body=body, idempotency_key=idempotency_key)

    def list_models(self) -> Answer[t.ServingModels]:
        """For each use case of the allow-list: which weights answer (name, version, digest), since when, when their training data. ``GET /v1/models``"""
        return self.call("GET", "/v1/models")

    def get_model_card(self, name: str) -> Answer[str]:
        """What the model of this use case is worth, what it learned from, how good it is, and where it fails. ``GET /v1/models/{name}/card``"""
        return self.call("GET", f"/v1/models/{self.quoted(name)}/card")

    def get_auto_post(self) -> Answer[t.AutoPost]:
        """Whether confirmed entries are submitted on a standing order, whose it is, and the whole log of orders and stops. ``GET /v1/auto-post``"""
        return self.call("GET", "/v1/auto-post")

    def propose_auto_post(self, body: t.OrderRequest, *, idempotency_key: str | None = None) -> Answer[t.AutoPostOrder]:
        """Propose an order. Nothing is submitted by it until another administrator has enabled it. ``POST /v1/auto-post:propose``"""
        return self.call("POST", "/v1/auto-post:propose", body=body, idempotency_key=idempotency_key)

    def enable_auto_post(
        self, order: str, body: t.WordRequest, *, idempotency_key: str | None = None
    ) -> Answer[t.AutoPostOrder]:
        """Put a proposed order in force: by a second administrator, never by the one who proposed it. ``POST /v1/auto-post/{order}:enable``"""
        return self.call(
            "POST", f"/v1/auto-post/{self.quoted(order)}:enable", body=body, idempotency_key=idempotency_key
        )

    def stop_auto_posting(self, body: t.WordRequest, *, idempotency_key: str | None = None) -> Answer[t.AutoPost]:
        """The kill switch. Ends the order in force and every proposal at once, in every process; a running job submits no further. ``POST /v1/auto-post:stop``"""
        return self.call("POST", "/v1/auto-post:stop", body=body, idempotency_key=idempotency_key)

    def list_policies(self) -> Answer[t.Policies]:
        """Data access, approval routing, exception handling, audit logging and the others: version, digest, since when, by whom. ``GET /v1/policies``"""
        return self.call("GET", "/v1/policies")

    def get_policy(
        self, policy: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.Policy]:
        """One policy, whole: the body is what its digest is taken of. ``GET /v1/policies/{policy}``"""
        return self.call("GET", f"/v1/policies/{self.quoted(policy)}", if_match=if_match, if_none_match=if_none_match)

    def list_audit_events(
        self,
        *,
        from_: str | None = None,
        to: str | None = None,
        actor: str | None = None,
        subject: str | None = None,
        action: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.AuditEvents]:
        """Who did what to which object. Of each payload numbers and codes are shown, never what a person wrote or did. ``GET /v1/audit``"""
        return self.call(
            "GET",
            "/v1/audit",
            query={
                "from": from_,
                "to": to,
                "actor": actor,
                "subject": subject,
                "action": action,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def list_audit_roots(self) -> Answer[t.TreeHeads]:
        """The daily Merkle roots (RFC 6962). Note them where nobody who can write to the database can: they prove later that no row. ``GET /v1/audit/roots``"""
        return self.call("GET", "/v1/audit/roots")

    def export_audit(self) -> Answer[bytes]:
        """The whole trail, to be checked without this server. It says of itself who took it away, and that is its last event. ``GET /v1/audit/export``"""
        return self.call("GET", "/v1/audit/export")

    def verify_audit(self, body: t.VerifyRequest) -> Answer[t.Examined]:
        """Look at every link, payload and seal, and at the decisions, approvals and reviews that they tell of; changes nothing. ``POST /v1/audit:verify``"""
        return self.call("POST", "/v1/audit:verify", body=body)

    def get_audit_proof(self, event: int) -> Answer[t.AuditProof]:
        """That one event stands under a sealed tree head: an inclusion proof that is checked offline. ``GET /v1/audit/{event}/proof``"""
        return self.call("GET", f"/v1/audit/{self.quoted(event)}/proof")

    def export_person(
        self, person: str, *, reason: str | None = None, request: str | None = None, actor: str | None = None
    ) -> Answer[None]:
        """Everything that is held about a person, for themself; for an administrator with a reason, which the trail keeps. ``GET /v1/people/{person}/export``"""
        return self.call(
            "GET",
            f"/v1/people/{self.quoted(person)}/export",
            query={"reason": reason, "request": request, "actor": actor},
        )

    def erase_person(
        self, person: str, body: t.ErasureRequest, *, idempotency_key: str | None = None
    ) -> Answer[t.Erasure]:
        """Erase a person for good, in two steps: without `confirm` it tells what would go; with that answer's `confirm`, it goes. ``POST /v1/people/{person}:erase``"""
        return self.call("POST", f"/v1/people/{self.quoted(person)}:erase", body=body, idempotency_key=idempotency_key)

    def list_draft_lines(
        self,
        *,
        draft: str | None = None,
        contract: str | None = None,
        client: str | None = None,
        status: t.DraftStatus | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.DraftLines]:
        """The lines of drafts, with amount and tax, each with the draft, contract, client and entity that it belongs to. ``GET /v1/draft-lines``"""
        return self.call(
            "GET",
            "/v1/draft-lines",
            query={
                "draft": draft,
                "contract": contract,
                "client": client,
                "status": status,
                "limit": limit,
                "cursor": cursor,
            },
        )

    def get_draft(
        self, draft: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.Draft]:
        """One draft with its lines, net, tax and gross totals, what was paid and is open, and the same as its client reads it. ``GET /v1/drafts/{draft}``"""
        return self.call("GET", f"/v1/drafts/{self.quoted(draft)}", if_match=if_match, if_none_match=if_none_match)

    def list_disputes(
        self,
        *,
        client: str | None = None,
        open: bool | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> Answer[t.Disputes]:
        """Disputes with their reason, amount, queue, owner and answer, and the clients that dispute often. ``GET /v1/disputes``"""
        return self.call(
            "GET", "/v1/disputes", query={"client": client, "open": open, "limit": limit, "cursor": cursor}
        )

    def get_me(self) -> Answer[t.Principal]:
        """The account or program that the request was recognised as, and what it may. ``GET /v1/me``"""
        return self.call("GET", "/v1/me")

    def list_accounts(self) -> Answer[t.Accounts]:
        """Every account with its roles, and every program's keys and client secrets: never a secret, only its visible beginning. ``GET /v1/accounts``"""
        return self.call("GET", "/v1/accounts")

    def get_settings(self, *, if_match: str | None = None, if_none_match: str | None = None) -> Answer[t.Settings]:
        """The tenant's settings with every default stated: brand, features, retention, privacy rules, limits, policies. ``GET /v1/settings``"""
        return self.call("GET", "/v1/settings", if_match=if_match, if_none_match=if_none_match)

    def put_settings(
        self,
        body: t.SettingsBody,
        *,
        idempotency_key: str | None = None,
        if_match: str | None = None,
        if_none_match: str | None = None,
    ) -> Answer[t.Settings]:
        """Put another document in force; the one before stays in the log. Nothing happens when nothing differs. ``PUT /v1/settings``"""
        return self.call(
            "PUT",
            "/v1/settings",
            body=body,
            idempotency_key=idempotency_key,
            if_match=if_match,
            if_none_match=if_none_match,
        )

    def list_tenants(self) -> Answer[t.Tenants]:
        """Your own tenant, and each whose settings name it as their partner: state, brand, tier, number of open accounts. ``GET /v1/tenants``"""
        return self.call("GET", "/v1/tenants")

    def get_tenant(
        self, tenant: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.Tenant]:
        """One tenant that you look after; any other is as if it were not there. ``GET /v1/tenants/{tenant}``"""
        return self.call("GET", f"/v1/tenants/{self.quoted(tenant)}", if_match=if_match, if_none_match=if_none_match)

    def get_tenant_settings(
        self, tenant: str, *, if_match: str | None = None, if_none_match: str | None = None
    ) -> Answer[t.Settings]:
        """The settings of a tenant that you look after. ``GET /v1/tenants/{tenant}/settings``"""
        return self.call(
            "GET", f"/v1/tenants/{self.quoted(tenant)}/settings", if_match=if_match, if_none_match=if_none_match
        )

    def list_tenant_accounts(self, tenant: str) -> Answer[t.Accounts]:
        """Who can sign in at a tenant that you look after, with which roles; and its programs, never a secret. ``GET /v1/tenants/{tenant}/accounts``"""
        return self.call("GET", f"/v1/tenants/{self.quoted(tenant)}/accounts")

    def get_tenant_usage(self, tenant: str, *, from_: str | None = None, to: str | None = None) -> Answer[t.Usage]:
        """How much a tenant that you look after uses, in numbers alone, like `GET /v1/usage`. ``GET /v1/tenants/{tenant}/usage``"""
        return self.call("GET", f"/v1/tenants/{self.quoted(tenant)}/usage", query={"from": from_, "to": to})

    def livez(self) -> Answer[t.Alive]:
        """Alive means that the process answers; nothing else is looked at. ``GET /livez``"""
        return self.call("GET", "/livez")

    def readyz(self) -> Answer[t.Readiness]:
        """Ready means: the database answers and has this program's schema. Without the model the rules answer: degraded. ``GET /readyz``"""
        return self.call("GET", "/readyz")
