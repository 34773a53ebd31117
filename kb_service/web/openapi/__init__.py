"""What the HTTP interface is, for programs that ask: OpenAPI, drawn from routes and questions."""

from kb_service.web.openapi.document import openapi

__all__ = ["openapi"]
