"""POST /domains/add: a domain of the account's own; it sends nothing until it is verified."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.add_domain import NewDomain, add_domain

app = http.routes()


@app.post(http.PREFIX + "/domains/add")
def post() -> Response[str]:
    domain = http.read(app, NewDomain)
    answer = add_domain(domain, call=wiring.acting(http.caller(app, changes=True)), nudge=wiring.nudge())
    return http.answer(201, answer)


handler = http.handler(app)
