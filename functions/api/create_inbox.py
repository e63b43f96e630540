"""POST /inboxes: a new inbox; it sends nothing until its login is checked."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.change_inboxes import InboxFields, create_inbox

app = http.routes()


@app.post(http.PREFIX + "/inboxes")
def post() -> Response[str]:
    inbox = http.read(app, InboxFields)
    call = wiring.acting(http.caller(app, changes=True))
    answer = create_inbox(inbox, call=call, keep_password=wiring.secrets().put_inbox_password, nudge=wiring.nudge())
    return http.answer(201, answer)


handler = http.handler(app)
