"""The contract and rate engine: pure, exact, in decimals. ``price`` gives the draft of one contract over one period.

How each kind of contract is read, with worked examples to the cent, stands in ``docs/explanation/pricing.md``.
"""

from hourtrail.domain.pricing.draft import (
    Draft,
    DraftLine,
    Held,
    HeldReason,
    LineKind,
    LineTax,
    Objection,
    add_up,
    percent,
)
from hourtrail.domain.pricing.engine import price
from hourtrail.domain.pricing.periods import BillingPeriod, is_closed, next_open, period_of
from hourtrail.domain.pricing.presentation import ClientFormat, GroupBy, InvoiceLine, present
from hourtrail.domain.pricing.rates import GradeOf, HourlyRates, stated_rate
from hourtrail.domain.pricing.tax import TaxRules, TaxTotal, gross_totals, tax_of, tax_totals
from hourtrail.domain.pricing.terms import (
    BY_THE_HOUR,
    PAID_BY_FEE,
    OverCap,
    PricingPolicy,
    Rollover,
    RoundingScope,
    currency_of,
    fee_of,
    price_of,
    rollover_of,
)
from hourtrail.domain.pricing.work import in_order, quantity

__all__ = [
    "BY_THE_HOUR",
    "PAID_BY_FEE",
    "BillingPeriod",
    "ClientFormat",
    "Draft",
    "DraftLine",
    "GradeOf",
    "GroupBy",
    "Held",
    "HeldReason",
    "HourlyRates",
    "InvoiceLine",
    "LineKind",
    "LineTax",
    "Objection",
    "OverCap",
    "PricingPolicy",
    "Rollover",
    "RoundingScope",
    "TaxRules",
    "TaxTotal",
    "add_up",
    "currency_of",
    "fee_of",
    "gross_totals",
    "in_order",
    "is_closed",
    "next_open",
    "percent",
    "period_of",
    "present",
    "price",
    "price_of",
    "quantity",
    "rollover_of",
    "stated_rate",
    "tax_of",
    "tax_totals",
]
