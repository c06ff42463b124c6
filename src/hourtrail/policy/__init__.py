"""From scores to what a person sees: bands, reasons, minutes, billable, abstention."""
