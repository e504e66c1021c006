"""Measures the hearing of the whole product; started by scripts/bench."""
