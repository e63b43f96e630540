"""POST /missions/cancel: cancel many, all or none."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.change_missions import Selection, cancel_missions

app = http.routes()


@app.post(http.PREFIX + "/missions/cancel")
def post() -> Response[str]:
    selection = http.read(app, Selection)
    return http.answer(200, cancel_missions(selection, wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
