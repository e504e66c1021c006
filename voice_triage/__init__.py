"""Hands-free, offline voice triage for tiny red dots on the skin."""
