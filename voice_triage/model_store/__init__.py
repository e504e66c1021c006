"""Fetching, checking and unpacking of models; voice_triage.models is the door to it."""
