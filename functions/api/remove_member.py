"""DELETE /members/{id}: take somebody's right to act for the account away, or give up one's own."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import members

app = http.routes()


@app.delete(http.PREFIX + "/members/<member_id>")
def delete(member_id: str) -> Response[str]:
    call = wiring.acting(http.caller(app, changes=True))
    return http.answer(200, members.remove_member(http.read_id(member_id), call))


handler = http.handler(app)
