"""Kinds of projects that advisers, auditors and trainers do. All of it is invented."""

from typing import Final

from hourtrail_training.simulator.founding.kinds import (
    ADVICE,
    COACHING,
    CONCEPT,
    FIELD,
    LEAD,
    REPORT,
    SUPPORT,
    TEST,
    ProjectKind,
    areas,
)

ADVISORY: Final = (
    ProjectKind(
        code="selection", names=("System selection", "Vendor selection", "Softwareauswahl"), practice="Advisory",
        phases=(CONCEPT, ADVICE, REPORT, LEAD),
        areas=areas(
            "requirements: order process, warehouse, month end, master data"
            "| vendors: long list, demo script, reference call, price comparison"
            "| decision: scoring, risks, board paper, contract terms"
            "| Lastenheft: Pflichtkriterien, Schnittstellen, Mengengerüst"
        ),
    ),
    ProjectKind(
        code="process", names=("Process review", "Order-to-cash review", "Prozessanalyse"), practice="Advisory",
        phases=(FIELD, REPORT, LEAD, COACHING),
        areas=areas(
            "orders: credit check, returns, delivery note, price approval"
            "| interviews: sales desk, warehouse, accounting, customer service"
            "| workshop: process map, pain points, quick wins, role model"
            "| Entretiens: comptabilité, service client, entrepôt"
        ),
    ),
    ProjectKind(
        code="pmo", names=("Programme office", "Project office", "PMO"), practice="Advisory",
        phases=(LEAD, ADVICE, REPORT),
        areas=areas(
            "status: risk list, milestone plan, budget against actual, decision log"
            "| steering: board paper, minutes, agenda, change request"
            "| resources: staffing plan, vacation plan, external partners"
            "| Statusbericht: Ampel, offene Punkte, Termine"
        ),
    ),
    ProjectKind(
        code="change", names=("Change support", "Change management", "Conduite du changement"), practice="Advisory",
        phases=(ADVICE, COACHING, LEAD),
        areas=areas(
            "stakeholders: interview notes, key users, works council, sponsor"
            "| messages: newsletter, town hall, intranet page, quick guide"
            "| formation: supports, exercices, planning des sessions"
            "| course: exercise, slides, feedback form, trainer notes"
        ),
    ),
    ProjectKind(
        code="strategy", names=("IT strategy", "Technology strategy", "Target picture"), practice="Advisory",
        phases=(ADVICE, REPORT, CONCEPT, LEAD),
        areas=areas(
            "target picture: application map, sourcing, integration, data platform"
            "| business case: savings, licences, staffing plan, price comparison"
            "| road map: dependencies, waves, quick wins, risks"
        ),
    ),
)  # fmt: skip
ASSURANCE: Final = (
    ProjectKind(
        code="audit", names=("Security audit", "Security review", "IT audit"), practice="Assurance",
        phases=(FIELD, REPORT, LEAD),
        areas=areas(
            "access review: privileged accounts, leavers, segregation of duties, evidence"
            "| backup: restore test, retention, off-site copy"
            "| interviews: administrators, service desk, data owners"
            "| findings: rating, management answer, follow-up, summary"
        ),
    ),
    ProjectKind(
        code="privacy", names=("Privacy programme", "Data protection", "Datenschutz"), practice="Assurance",
        phases=(ADVICE, FIELD, REPORT, LEAD),
        areas=areas(
            "records: processing register, retention, legal basis, processors"
            "| requests: access request, deletion, objection, deadline"
            "| contracts: processor agreement, transfer clauses, annex"
            "| Prüfung: Löschkonzept, Einwilligung, Auftragsverarbeitung"
        ),
    ),
    ProjectKind(
        code="controls", names=("Control testing", "Internal controls", "Contrôle interne"), practice="Assurance",
        phases=(FIELD, TEST, REPORT, LEAD),
        areas=areas(
            "payments: four eyes, supplier master, bank files, limits"
            "| month end: accruals, reconciliation, currency rates, journal entries"
            "| sampling: population, exceptions, evidence, walkthrough"
            "| contrôles: rapprochement, pièces justificatives, habilitations"
        ),
    ),
    ProjectKind(
        code="dutyhelp", names=("Advisory retainer", "Help line", "Beratungskontingent"), practice="Assurance",
        phases=(SUPPORT, ADVICE, LEAD),
        areas=areas(
            "questions: contract terms, retention, tax code, travel expenses"
            "| memo: legal basis, accounting treatment, deadline, risks"
            "| Rückfragen: Fristen, Vertragsentwurf, Nachweise"
        ),
    ),
)  # fmt: skip
