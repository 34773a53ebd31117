"""Who speaks over HTTP: pages, the JSON API and the SPARQL endpoint."""

from kb_service.web.app import create_app

__all__ = ["create_app"]
