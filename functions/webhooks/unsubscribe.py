"""The unsubscribe link: mailbox providers POST to it (RFC 8058); a person who opens it sees one button that does the same."""

from datetime import UTC, datetime

from aws_lambda_powertools.event_handler import Response

from rex import http, wiring
from rex.usecases.unsubscribe import unsubscribe

app = http.routes()

PATH = "/webhooks/unsubscribe/<token>"
ASK = '<h1>No more mail?</h1><form method="post"><button>Yes, unsubscribe me</button></form>'
DONE = "<h1>Done</h1><p>You will get no more mail from this sender.</p>"
UNKNOWN = "<h1>This link is not complete</h1><p>Open it once more from the mail, or answer that mail with the word STOP.</p>"


@app.get(PATH)
def get(token: str) -> Response[str]:
    return http.page(200, ASK)


@app.post(PATH)
def post(token: str) -> Response[str]:
    known = unsubscribe(token, key=wiring.secrets().signing_key(), now=datetime.now(UTC), machinery=wiring.machinery())
    return http.page(200, DONE) if known else http.page(404, UNKNOWN)


handler = http.handler(app)
