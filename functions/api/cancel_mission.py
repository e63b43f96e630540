"""POST /missions/{id}/cancel: cancel a mission; nothing of it begins after the answer."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.cancel_mission import cancel_mission

app = http.routes()


@app.post(http.PREFIX + "/missions/<mission_id>/cancel")
def post(mission_id: str) -> Response[str]:
    answer = cancel_mission(http.read_id(mission_id), call=wiring.acting(http.caller(app, changes=True)), nudge=wiring.nudge())
    return http.answer(200, answer)


handler = http.handler(app)
