"""Bodies of findings."""

from hourtrail.domain.finding import Finding, Subject
from hourtrail.domain.wire.suggestions import model_to_json
from hourtrail.domain.wire.values import Json


def _subject_to_json(row: Subject) -> Json:
    if row.time_entry:
        return {"time_entry": row.time_entry}
    if row.person:
        return {"person": row.person, **({"date": row.date.isoformat()} if row.date else {"period": row.period})}
    return {"project": row.project} if row.project else {"contract": row.contract}


def finding_to_json(row: Finding) -> Json:
    """The finding contract."""
    risk = row.value_at_risk
    return {
        "id": row.id,
        "check": row.check,
        "severity": row.severity.value,
        "subject": _subject_to_json(row.subject),
        "score": row.score,
        "value_at_risk": {"amount": str(risk.to_cents().amount), "currency": risk.currency} if risk else None,
        "measured": row.measured,
        "expected": row.expected,
        "explanation": row.explanation,
        "comparables": list(row.comparables),
        "blame": row.blame.value,
        "fingerprint": row.fingerprint,
        "status": row.status,
        "producer": model_to_json(row.producer),
    }
