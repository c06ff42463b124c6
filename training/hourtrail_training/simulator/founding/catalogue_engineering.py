"""Kinds of projects that engineers do. All of it is invented; subjects overlap between kinds, as they do in life."""

from typing import Final

from hourtrail_training.simulator.founding.kinds import BUILD, CHANGES, CONCEPT, LEAD, SUPPORT, TEST, ProjectKind, areas

ENGINEERING: Final = (
    ProjectKind(
        code="portal", names=("Customer portal", "Client portal", "Self-service portal"), practice="Engineering",
        phases=(BUILD, LEAD, CONCEPT, TEST, CHANGES), tracked=True, coded=True,
        areas=areas(
            "checkout: payment form, refund flow, invoice download, voucher field, address check"
            "| login: session handling, password reset, single sign-on, second factor, locked accounts"
            "| frontend: navigation menu, table layout, accessibility, translations, dark mode"
            "| profile: contact data, notification settings, document upload, consent history"
            "| search: filters, ranking, empty results, autocomplete"
            "| release: feature flags, smoke test, rollback, change log"
        ),
    ),
    ProjectKind(
        code="shop", names=("Web shop relaunch", "Online shop", "Shop relaunch"), practice="Engineering",
        phases=(BUILD, LEAD, CONCEPT, CHANGES), tracked=True, coded=True,
        areas=areas(
            "checkout: basket, payment provider, shipping costs, guest order, voucher field"
            "| catalogue: variants, product images, prices, stock display, import of articles"
            "| search: filters, synonyms, ranking, autocomplete"
            "| tracking: consent banner, conversion events, newsletter"
            "| Versand: Lieferadresse, Paketmarken, Retouren"
        ),
    ),
    ProjectKind(
        code="app", names=("Field service app", "Mobile app", "Technician app"), practice="Engineering",
        phases=(BUILD, LEAD, TEST, CHANGES), tracked=True, coded=True,
        areas=areas(
            "offline: conflict handling, local storage, photo upload, delta sync"
            "| orders: signature, route planning, spare parts, time stamps"
            "| push: notification settings, silent messages, device tokens"
            "| login: biometrics, device change, session handling"
            "| release: store review, crash reports, beta group, feature flags"
        ),
    ),
    ProjectKind(
        code="interfaces", names=("Integration layer", "Interface platform", "Integration platform"), practice="Engineering",
        phases=(BUILD, LEAD, SUPPORT), tracked=True, coded=True,
        areas=areas(
            "orders: message mapping, retry queue, idempotency, dead letters"
            "| master data: customer sync, supplier numbers, duplicates, address check"
            "| monitoring: alert rules, dashboards, log search, latency"
            "| Schnittstellen: Lieferschein, Rechnungseingang, Bestellabruf"
            "| security: certificates, access tokens, rate limits"
        ),
    ),
    ProjectKind(
        code="upkeep", names=("Application maintenance", "Maintenance agreement", "Wartung und Pflege"), practice="Engineering",
        phases=(SUPPORT, CHANGES, LEAD), tracked=True, coded=True,
        areas=areas(
            "incident: stuck queue, slow page, failed import, missing invoice, login problem"
            "| updates: library upgrade, security patch, runtime version, certificates"
            "| release: hotfix, smoke test, rollback, change log"
            "| Anfragen: Auswertung, Benutzerrechte, Datenkorrektur"
        ),
    ),
)  # fmt: skip
DATA: Final = (
    ProjectKind(
        code="lake", names=("Lakehouse", "Data platform", "Data lake"), practice="Data",
        phases=(BUILD, LEAD, CONCEPT, TEST), tracked=True, coded=True,
        areas=areas(
            "ingestion: orders feed, parquet writer, late files, schema drift, delta load"
            "| quality: null checks, reconciliation, duplicates, freshness"
            "| modelling: customer dimension, history tables, sales mart, key mapping"
            "| operations: job schedule, cost report, backfill, access rights"
        ),
    ),
    ProjectKind(
        code="reporting", names=("Sales reporting", "Management reporting", "Reporting"), practice="Data",
        phases=(BUILD, LEAD, CONCEPT, CHANGES), tracked=True, coded=True,
        areas=areas(
            "dashboard: margin view, regional filter, drill-down, month end, export to spreadsheet"
            "| figures: reconciliation, currency rates, returns, budget against actual"
            "| modelling: sales mart, calendar table, key mapping"
            "| Berichte: Monatsabschluss, Deckungsbeitrag, Verteiler"
        ),
    ),
    ProjectKind(
        code="forecast", names=("Demand forecast", "Demand planning model", "Prognosemodell"), practice="Data",
        phases=(BUILD, LEAD, CONCEPT), tracked=True, coded=True,
        areas=areas(
            "features: promotions, holidays, weather data, price changes"
            "| evaluation: backtest, bias by region, baseline, outliers"
            "| operations: retraining, drift alert, job schedule, model card"
            "| planning: planner feedback, overrides, safety stock"
        ),
    ),
    ProjectKind(
        code="dwh", names=("Warehouse migration", "Data warehouse move", "DWH-Migration"), practice="Data",
        phases=(BUILD, LEAD, TEST), tracked=True, coded=True,
        areas=areas(
            "cut-over: runbook, rehearsal, freeze window, rollback"
            "| conversion: stored procedures, date formats, history tables, null checks"
            "| reconciliation: row counts, checksums, month end, currency rates"
            "| Altsystem: Abschaltung, Archivierung, Leserechte"
        ),
    ),
)  # fmt: skip
CLOUD: Final = (
    ProjectKind(
        code="cloud", names=("Cloud migration", "Move to the cloud", "Data centre move"), practice="Cloud",
        phases=(BUILD, LEAD, CONCEPT, TEST), tracked=True, coded=True,
        areas=areas(
            "landing zone: network plan, naming rules, firewall, cost tags"
            "| cut-over: runbook, rehearsal, freeze window, rollback, archive"
            "| images: base image, patch level, secrets, pipeline"
            "| monitoring: alert rules, dashboards, log search, on-call rota"
        ),
    ),
    ProjectKind(
        code="platform", names=("Platform operations", "Managed platform", "Betrieb Plattform"), practice="Cloud",
        phases=(SUPPORT, BUILD, LEAD), tracked=True, coded=True,
        areas=areas(
            "incident: disk full, slow page, failed backup, expired certificate, stuck queue"
            "| updates: node upgrade, security patch, base image, runtime version"
            "| capacity: autoscaling, cost report, load test"
            "| Bereitschaft: Übergabe, Störung, Nachbereitung"
        ),
    ),
    ProjectKind(
        code="identity", names=("Identity and access", "Access management", "Gestion des accès"), practice="Cloud",
        phases=(BUILD, LEAD, CONCEPT), tracked=True, coded=True,
        areas=areas(
            "roles: role model, approval flow, segregation of duties, recertification"
            "| login: single sign-on, second factor, locked accounts, guest users"
            "| droits: comptes inactifs, revue annuelle, habilitations"
            "| audit: log export, evidence, access review"
        ),
    ),
    ProjectKind(
        code="workplace", names=("Workplace rollout", "Desktop rollout", "Arbeitsplatz-Rollout"), practice="Cloud",
        phases=(SUPPORT, LEAD, CONCEPT), tracked=True,
        areas=areas(
            "devices: base image, delivery plan, returns, driver problem"
            "| users: migration wave, mailbox move, floor walking, quick guide"
            "| Standort: Netzwerkdose, Drucker, Besprechungsraum"
        ),
    ),
)  # fmt: skip
