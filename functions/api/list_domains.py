"""GET /domains: the domain pool with its health, page by page."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.read_domains import DomainQuery, list_domains

app = http.routes()


@app.get(http.PREFIX + "/domains")
def get() -> Response[str]:
    query = http.read_query(app, DomainQuery)
    return http.answer(200, list_domains(query, wiring.acting(http.caller(app))))


handler = http.handler(app)
