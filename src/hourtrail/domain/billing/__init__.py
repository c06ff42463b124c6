"""What becomes of priced time: drafts that claim it, disputes about it, rates that change, and series that shift."""

from hourtrail.domain.billing.disputes import Dispute, DisputeReason
from hourtrail.domain.billing.drafts import ClaimedLine, InvoiceDraft, claim_of, claimed, content_of, pricing_draft
from hourtrail.domain.billing.last_word import LastWord, Word
from hourtrail.domain.billing.rate_changes import RateChange
from hourtrail.domain.billing.shifts import Shift, ShiftRule, shifts

__all__ = [
    "ClaimedLine",
    "Dispute",
    "DisputeReason",
    "InvoiceDraft",
    "LastWord",
    "RateChange",
    "Shift",
    "ShiftRule",
    "Word",
    "claim_of",
    "claimed",
    "content_of",
    "pricing_draft",
    "shifts",
]
