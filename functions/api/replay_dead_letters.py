"""POST /dead-letters/replay: have dead letters tried again, one or many, all or none."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import dead_letters

app = http.routes()


@app.post(http.PREFIX + "/dead-letters/replay")
def post() -> Response[str]:
    selection = http.read(app, dead_letters.LetterSelection)
    answer = dead_letters.replay_dead_letters(selection, call=wiring.acting(http.caller(app, changes=True)), nudge=wiring.nudge())
    return http.answer(200, answer)


handler = http.handler(app)
