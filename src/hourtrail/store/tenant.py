"""One tenant's view of the store: chosen once, here; no query below takes a tenant's name."""

from hourtrail.store.accounts import Accounts
from hourtrail.store.activities import Activities
from hourtrail.store.audit_reading import AuditReading
from hourtrail.store.autopost import AutoPosting
from hourtrail.store.billing import Billing
from hourtrail.store.booked import Booked
from hourtrail.store.controls import ControlLog
from hourtrail.store.decisions import Decisions
from hourtrail.store.directory import Directory
from hourtrail.store.erasure import Erasing
from hourtrail.store.findings import Findings
from hourtrail.store.jobs import JobRuns
from hourtrail.store.ledger import Ledger
from hourtrail.store.memory import Memory
from hourtrail.store.model_log import ModelLog
from hourtrail.store.programs import Programs
from hourtrail.store.referring import Referring
from hourtrail.store.retention import Retaining
from hourtrail.store.review_rules import ReviewRules
from hourtrail.store.reviews import Reviews
from hourtrail.store.scoped_master import ScopedMaster
from hourtrail.store.settings import TenantWords
from hourtrail.store.shown_minutes import ShownMinutes
from hourtrail.store.since import Since
from hourtrail.store.suggestions import Suggestions
from hourtrail.store.usage import Usage
from hourtrail.store.vectors import Vectors


class TenantStore(
    Activities,
    ScopedMaster,
    Directory,
    Referring,
    Suggestions,
    ShownMinutes,
    Decisions,
    Booked,
    Since,
    Memory,
    Findings,
    Reviews,
    ReviewRules,
    Billing,
    Ledger,
    Usage,
    ModelLog,
    ControlLog,
    AutoPosting,
    AuditReading,
    Erasing,
    Retaining,
    JobRuns,
    Vectors,
    Accounts,
    Programs,
    TenantWords,
):
    """Everything of one tenant, inside one transaction. Made by ``Store.tenant``.

    Iterators read from the open transaction: use them up inside the ``with`` block.
    """
