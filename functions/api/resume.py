"""POST /resume: let what was paused go on."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.pause import Scope, resume

app = http.routes()


@app.post(http.PREFIX + "/resume")
def post() -> Response[str]:
    scope = http.read(app, Scope)
    answer = resume(scope, call=wiring.acting(http.caller(app, changes=True)), nudge=wiring.nudge())
    return http.answer(200, answer)


handler = http.handler(app)
