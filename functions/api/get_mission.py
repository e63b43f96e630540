"""GET /missions/{id}: one mission with what became of its leads."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import read_account

app = http.routes()


@app.get(http.PREFIX + "/missions/<mission_id>")
def get(mission_id: str) -> Response[str]:
    mission = read_account.get_mission(http.read_id(mission_id), wiring.acting(http.caller(app)))
    return http.answer(200, mission)


handler = http.handler(app)
