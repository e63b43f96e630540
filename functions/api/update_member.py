"""PATCH /members/{id}: give a member another role."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import members

app = http.routes()


@app.patch(http.PREFIX + "/members/<member_id>")
def patch(member_id: str) -> Response[str]:
    change = http.read(app, members.MemberChange)
    call = wiring.acting(http.caller(app, changes=True))
    return http.answer(200, members.update_member(http.read_id(member_id), change, call))


handler = http.handler(app)
