"""GET /agents/status: what each agent does, by crew."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.read_agents import PASSING, list_agents, read_agents

app = http.routes()


@app.get(http.PREFIX + "/agents/status")
def get() -> Response[str]:
    told = read_agents(wiring.acting(http.caller(app)))
    return http.answer(200, {"items": list_agents(told), "next": None}) if http.asks_csv(app) else http.tagged(app, told, PASSING)


handler = http.handler(app)
