"""``python -m voice_triage`` does what ``voice-triage`` does."""

from voice_triage.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
