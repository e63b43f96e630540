"""GET /dead-letters: messages that a handler gave up, the one that failed last first, page by page, or one of them."""

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases import dead_letters

app = http.routes()


@app.get(http.PREFIX + "/dead-letters")
def get() -> Response[str]:
    query = http.read_query(app, dead_letters.DeadLetterQuery)
    return http.answer(200, dead_letters.list_dead_letters(query, wiring.acting(http.caller(app))))


handler = http.handler(app)
