"""POST /dead-letters/discard: throw dead letters away, one or many, all or none."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import dead_letters

app = http.routes()


@app.post(http.PREFIX + "/dead-letters/discard")
def post() -> Response[str]:
    selection = http.read(app, dead_letters.LetterSelection)
    return http.answer(200, dead_letters.discard_dead_letters(selection, wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
