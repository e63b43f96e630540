"""POST /members: let somebody who has signed up act for the account."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import members

app = http.routes()


@app.post(http.PREFIX + "/members")
def post() -> Response[str]:
    new = http.read(app, members.NewMember)
    return http.answer(201, members.add_member(new, wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
