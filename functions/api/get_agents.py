"""GET /agents/status: what each agent does, by crew."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.read_agents import PASSING, read_agents

app = http.routes()


@app.get(http.PREFIX + "/agents/status")
def get() -> Response[str]:
    return http.tagged(app, read_agents(wiring.acting(http.caller(app))), PASSING)


handler = http.handler(app)
