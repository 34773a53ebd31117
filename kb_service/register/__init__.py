"""Who is behind each pseudonym, and what they said: in a database that no query sees."""

from kb_service.register.corrections import Correction
from kb_service.register.entries import Entry, is_key, new_key
from kb_service.register.register import IdTaken, Register
from kb_service.register.words import Words

__all__ = ["Correction", "Entry", "IdTaken", "Register", "Words", "is_key", "new_key"]
