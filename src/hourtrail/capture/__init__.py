"""Pure steps from activities to work blocks: redact, treat, fold into sessions, resolve overlaps."""
