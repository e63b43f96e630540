"""GET /outreach/{id}: one message with its events, and a link to its html that works for 5 minutes."""

from datetime import UTC, datetime

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import read_outreach

app = http.routes()


@app.get(http.PREFIX + "/outreach/<outreach_id>")
def get(outreach_id: str) -> Response[str]:
    call = wiring.acting(http.caller(app))
    message = read_outreach.get_outreach(http.read_id(outreach_id), call=call, key=wiring.secrets().signing_key(), now=datetime.now(UTC))
    return http.answer(200, message)


handler = http.handler(app)
