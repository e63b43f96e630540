"""PATCH /inboxes/{id}: change an inbox; a changed login is checked before it sends again."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.change_inboxes import InboxFields, update_inbox

app = http.routes()


@app.patch(http.PREFIX + "/inboxes/<inbox_id>")
def patch(inbox_id: str) -> Response[str]:
    inbox = http.read(app, InboxFields)
    call = wiring.acting(http.caller(app, changes=True))
    answer = update_inbox(
        http.read_id(inbox_id),
        inbox,
        call=call,
        keep_password=wiring.secrets().put_inbox_password,
        nudge=wiring.nudge(),
    )
    return http.answer(200, answer)


handler = http.handler(app)
