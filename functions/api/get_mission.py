"""GET /missions/{id}: one mission with all that happened to it, its long parts page by page."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.read_missions import PartQuery, read_mission

app = http.routes()


COMMANDS = {"cancel", "estimate", "retry"}
"""What stands where an id would, for other methods."""


@app.get(http.PREFIX + "/missions/<mission_id>")
def get(mission_id: str) -> Response[str]:
    if mission_id in COMMANDS:
        return http.refuse_method(["POST"])
    query = http.read_query(app, PartQuery)
    return http.answer(200, read_mission(http.read_id(mission_id), query, wiring.acting(http.caller(app))))


handler = http.handler(app)
