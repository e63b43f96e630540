"""POST /leads/imports/{id}/undo: take back what an import did."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.undo_import import undo_import

app = http.routes()


@app.post(http.PREFIX + "/leads/imports/<import_id>/undo")
def post(import_id: str) -> Response[str]:
    return http.answer(200, undo_import(http.read_id(import_id), wiring.acting(http.caller(app, changes=True))))


handler = http.handler(app)
