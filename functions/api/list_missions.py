"""GET /missions: the account's missions, newest first, page by page."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.read_missions import MissionQuery, list_missions

app = http.routes()


@app.get(http.PREFIX + "/missions")
def get() -> Response[str]:
    query = http.read_query(app, MissionQuery)
    return http.answer(200, list_missions(query, wiring.acting(http.caller(app))))


handler = http.handler(app)
