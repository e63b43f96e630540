"""POST /domains/rotate: replace a domain."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.rotate_domain import Rotation, rotate_domain

app = http.routes()


@app.post(http.PREFIX + "/domains/rotate")
def post() -> Response[str]:
    rotation = http.read(app, Rotation)
    answer = rotate_domain(rotation, call=wiring.acting(http.caller(app, changes=True)), nudge=wiring.nudge())
    return http.answer(201, answer)


handler = http.handler(app)
