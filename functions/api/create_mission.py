"""POST /missions: queue a mission."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.create_mission import NewMission, create_mission

app = http.routes()


@app.post(http.PREFIX + "/missions")
def post() -> Response[str]:
    mission = http.read(app, NewMission)
    answer = create_mission(mission, call=wiring.acting(http.caller(app, changes=True)), nudge=wiring.nudge())
    return http.answer(201, answer)


handler = http.handler(app)
