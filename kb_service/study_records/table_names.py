"""What the tables of studies are called in records."""

from __future__ import annotations

STUDY = "study"
EXPERTS = "experts"
ITEMS = "items"
ROUNDS = "rounds"
RATINGS = "ratings"
JUDGEMENTS = "judgements"
PERFORMERS = "performers"
CODERS = "coders"
EVENTS = "events"
CODES = "codes"
RESPONDENTS = "respondents"
ANSWERS = "answers"
RATERS = "raters"
VOTES = "votes"
