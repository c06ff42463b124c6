"""The schema's history. A migration, once released, is never edited: a later one corrects it."""
