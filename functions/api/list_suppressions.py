"""GET /suppressions: whom the account never writes to, newest first, page by page."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import suppressions

app = http.routes()


@app.get(http.PREFIX + "/suppressions")
def get() -> Response[str]:
    query = http.read_query(app, suppressions.SuppressionQuery)
    return http.answer(200, suppressions.list_suppressions(query, wiring.acting(http.caller(app))))


handler = http.handler(app)
