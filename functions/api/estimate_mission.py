"""POST /missions/estimate: what a mission would take in time, caps and money, before it is made."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.create_mission import NewMission
from rex.usecases.estimate_mission import estimate_mission

app = http.routes()


@app.post(http.PREFIX + "/missions/estimate")
def post() -> Response[str]:
    mission = http.read(app, NewMission)
    http.caller(app, changes=True)  # Every POST has a key, though this one keeps nothing under it.
    return http.answer(200, estimate_mission(mission, wiring.acting(http.caller(app))))


handler = http.handler(app)
