"""POST /missions/cancel: cancel many, all or none."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.change_missions import Selection, cancel_missions

app = http.routes()


@app.post(http.PREFIX + "/missions/cancel")
def post() -> Response[str]:
    selection = http.read(app, Selection)
    answer = cancel_missions(selection, call=wiring.acting(http.caller(app, changes=True)), nudge=wiring.nudge())
    return http.answer(200, answer)


handler = http.handler(app)
