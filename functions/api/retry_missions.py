"""POST /missions/retry: another round for many, all or none."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.change_missions import Selection, retry_missions

app = http.routes()


@app.post(http.PREFIX + "/missions/retry")
def post() -> Response[str]:
    selection = http.read(app, Selection)
    call = wiring.acting(http.caller(app, changes=True))
    return http.answer(200, retry_missions(selection, call=call, nudge=wiring.nudge()))


handler = http.handler(app)
