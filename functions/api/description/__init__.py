"""The API described in OpenAPI: one module a subject with its answers and routes. No handler imports it; the document is a file."""
