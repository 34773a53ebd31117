"""The words of the ontologies as people read them: what each means, what is near it, who uses it."""

from kb_service.knowledge_base.terms.book import Alignment, Kind, Module, Term, TermBook, prefixed
from kb_service.knowledge_base.terms.diagram import draw
from kb_service.knowledge_base.terms.mentions import Mention, Mentions, read_mentions
from kb_service.knowledge_base.terms.neighbours import Neighbourhood, neighbourhood, overview
from kb_service.knowledge_base.terms.reading import graphs_with_terms, read_terms
from kb_service.knowledge_base.terms.search import search
from kb_service.knowledge_base.terms.usage import PeopleUsing, description, people_using

__all__ = [
    "Alignment",
    "Kind",
    "Mention",
    "Mentions",
    "Module",
    "Neighbourhood",
    "PeopleUsing",
    "Term",
    "TermBook",
    "description",
    "draw",
    "graphs_with_terms",
    "neighbourhood",
    "overview",
    "people_using",
    "prefixed",
    "read_mentions",
    "read_terms",
    "search",
]
