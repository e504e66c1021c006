"""Measures the hearing of the whole product; started by scripts/bench."""

import voice_triage  # noqa: F401  before numpy: the product sets how many threads that uses, and is measured so
