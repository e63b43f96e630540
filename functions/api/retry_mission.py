"""POST /missions/{id}/retry: another round for a failed or escalated mission."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.retry_mission import retry_mission

app = http.routes()


@app.post(http.PREFIX + "/missions/<mission_id>/retry")
def post(mission_id: str) -> Response[str]:
    call = wiring.acting(http.caller(app, changes=True))
    return http.answer(200, retry_mission(http.read_id(mission_id), call=call, nudge=wiring.nudge()))


handler = http.handler(app)
