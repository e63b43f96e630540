"""The sample mission as the API's client sees it: sign in, import, queue, look."""

import uuid
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

LEADS = Path(__file__).parent / "samples" / "leads.csv"
CONSENT = {"basis": "legitimate_interest", "source": "sample list"}
_SECONDS = 60
_FINAL = {"COMPLETED", "ESCALATED"}


class MissionFailed(RuntimeError):
    """The API refused something; the message says what and what to do."""


@dataclass(frozen=True)
class Api:
    """The API as the sample person uses it."""

    client: httpx.Client

    @classmethod
    def sign_in(cls, stack: dict[str, Any]) -> "Api":
        """Raises MissionFailed."""
        if not stack["user"]:
            message = "This stack has no sample account: it uses a hosted Supabase, and REX_DATABASE_URL was not set when it started."
            raise MissionFailed(message)
        answer = httpx.post(
            f"{stack['supabase_url']}/auth/v1/token?grant_type=password", headers={"apikey": stack["publishable_key"]},
            json={"email": stack["user"]["email"], "password": stack["user"]["password"]}, timeout=_SECONDS,
        )  # fmt: skip
        token = _content(answer)["access_token"]
        return cls(httpx.Client(base_url=stack["api_url"], headers={"Authorization": f"Bearer {token}"}, timeout=_SECONDS))

    def import_leads(self) -> dict[str, Any]:
        return self._post("/leads/import", {"file_name": LEADS.name, "content": LEADS.read_text(), "consent": CONSENT})

    def queue_mission(self, import_id: str) -> str:
        return str(self._post("/missions", {"type": "lead_reactivation", "audience": {"import_id": import_id}})["mission_id"])

    def look(self, mission_id: str) -> dict[str, Any]:
        return _content(self.client.get(f"/missions/{mission_id}"))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return _content(self.client.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())}))


def is_final(mission: dict[str, Any]) -> bool:
    """Whether it ends here unless a person retries it; one that failed tries again by itself."""
    return mission["state"] in _FINAL or mission["error_code"] == "cancelled"


def describe_import(answer: dict[str, Any]) -> str:
    """One line."""
    reasons = Counter(row["code"] for row in answer["bad_rows"])
    why = ", ".join(f"{count} {code}" for code, count in reasons.most_common())
    new = "the same file as before" if answer["repeated"] else f"{answer['added']} new leads, {answer['updated']} changed"
    return f"{LEADS.name}: {new}; {answer['opted_out']} opted out; {answer['rejected']} rows left out ({why})"


def describe_stage(mission: dict[str, Any]) -> str:
    """How far its stage is."""
    tasks, messages = mission["tasks"], mission["outreach"]
    match mission["state"]:
        case "QUEUED":
            return f"waits for {mission['waiting_for'] or 'its turn'}"
        case "ASSIGNED" | "EXECUTING":
            return f"{tasks.get('COMPLETED', 0)} of {sum(tasks.values())} tasks done, {sum(messages.values())} messages written"
        case "COLLECTING":
            left = messages.get("scheduled", 0) + messages.get("sending", 0)
            return f"{messages.get('sent', 0)} messages sent, " + (f"{left} to go" if left else "waiting for what comes back")
        case "FAILED":
            return f"{mission['error_code']}; tries again"
        case _:
            return mission["error_code"] or ""


def summarise(mission: dict[str, Any], seconds: float) -> dict[str, Any]:
    """The last line of `make mission`."""
    leads: Counter[str] = Counter()
    for row in mission["outcomes"]:
        leads[row["outcome"]] += row["leads"]
    return {
        "mission_id": mission["id"], "state": mission["state"], "leads": mission["leads"], "sent": mission["outreach"].get("sent", 0),
        "suppressed": leads["suppressed"], "failed": leads["failed"], "seconds": round(seconds, 1),
    }  # fmt: skip


def _content(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        message = f"{answer.request.method} {answer.request.url} answers {answer.status_code}: {answer.text}"
        raise MissionFailed(message)
    content: dict[str, Any] = answer.json()
    return content
