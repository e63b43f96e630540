"""Verify the domains that people added."""

from rex.domain.commands import Machinery

BATCH = 50


def verify_domains(*, machinery: Machinery, laptop: bool) -> dict[str, int]:
    """How many may send from now on, and how many are another account's. On a laptop each is taken for verified; elsewhere none is yet."""
    if not laptop:
        return {"verified": 0, "taken": 0}
    pending = machinery.call("rex_domains_to_verify", p_limit=BATCH)["domains"]
    answers = [machinery.command("rex_verify_domain", p_domain_id=domain["domain_id"]) for domain in pending]
    return {
        "verified": sum(answer["verified"] for answer in answers),
        "taken": sum(answer["error"] == "domain_taken" for answer in answers),
    }
