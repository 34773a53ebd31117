"""Attacks on everything that takes text, and what sends them to a started service."""
