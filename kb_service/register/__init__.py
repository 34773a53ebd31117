"""Who is behind each pseudonym: ids, names and contact data, in a database that no query sees."""

from kb_service.register.corrections import Correction
from kb_service.register.entries import Entry, is_key, new_key
from kb_service.register.register import IdTaken, Register

__all__ = ["Correction", "Entry", "IdTaken", "Register", "is_key", "new_key"]
