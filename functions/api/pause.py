"""POST /pause: stop an account, a campaign, a mission, a domain or an inbox."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.pause import Scope, pause

app = http.routes()


@app.post(http.PREFIX + "/pause")
def post() -> Response[str]:
    scope = http.read(app, Scope)
    return http.answer(200, pause(scope, wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
