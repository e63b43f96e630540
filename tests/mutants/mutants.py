"""The guards of the commands, each taken away by one exact edit: a test has to notice, or the mutant says why nothing can."""

import os
from dataclasses import dataclass

from tests.support.variants import Edit


@dataclass(frozen=True)
class Mutant:
    """One guard less."""

    name: str
    edit: Edit
    tests: tuple[str, ...] = ()
    """Of tests/integration, the quickest that should notice; the random play comes after them."""
    equivalent: str = ""
    """Why nothing can tell the difference."""


def _without(name: str, migration: str, text: str, instead: str = "", *tests: str, times: int = 1, equivalent: str = "") -> Mutant:
    return Mutant(name, Edit(migration, text, instead, times), tests, equivalent)


_CONSTRAINTS = "test_constraints"

MUTANTS = (
    # Records and roles.
    _without("clock_for_superusers", "foundation", "if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then",
        "if false then", "test_database_harness"),
    _without("request_input", "records", "if v_earlier.input_hash <> v_hash then", "if false then", "test_create_mission"),
    _without("one_audit_row_per_version", "records", "create unique index rex_logs_one_per_version", "create index rex_logs_one_per_version", _CONSTRAINTS),
    _without("append_only_logs", "records",
        "create trigger append_only before update or delete or truncate on public.rex_logs for each statement execute function rex.refuse_change();", "",
        "test_logs"),
    _without("membership", "accounts", "if v_role is null then", "if false then", "test_isolation"),
    _without("role", "accounts", "elsif not v_role = any (p_roles) then", "elsif false then", "test_isolation", "test_settings_commands"),
    # States, slots and shares.
    _without("legal_transitions", "missions", "if not exists (select from rex.transitions where from_state = old.state and to_state = new.state)",
        "if false", _CONSTRAINTS),
    _without("cancelled_is_final", "missions", "    or old.error_code = 'cancelled'\n", "", _CONSTRAINTS),
    _without("one_holder_per_slot", "missions", "create unique index rex_reservations_slot", "create index rex_reservations_slot", _CONSTRAINTS),
    _without("one_reservation_per_mission", "missions", "create unique index rex_reservations_mission", "create index rex_reservations_mission", _CONSTRAINTS),
    _without("released_once", "missions",
        "create trigger release_once before update on public.rex_reservations for each row execute function rex.guard_release();", "", _CONSTRAINTS),
    _without("usage_within_cap", "missions", "check (used between 0 and cap)", "check (true)", _CONSTRAINTS),
    _without("three_retries", "missions", "check (retry_count between 0 and 3)", "", _CONSTRAINTS, times=2),
    _without("share_within_limit", "mission_helpers", " and reserved + p_calls <= calls_per_minute", "", "test_claim_missions", "test_resources"),
    _without("owed_slots", "claim_missions", "and slotless and active_since is not null", "and false", "test_resources"),
    _without("slots_left", "claim_missions", "limit least(v_most, rex.free_for_queue(c))", "limit v_most", "test_claim_missions"),
    _without("claim_only_ready", "claim_missions", "where m.ready and m.paused_at is null and m.user_id <> all (v_paused) and (not m.sends or m.campaign_id <> all (v_paused)) order by p.n",
        "order by p.n", equivalent="The claim holds the crew before it picks, and whatever changes `ready` or pauses in any scope locks the crew first."),
    _without("crew_lock_of_a_claim", "claim_missions", "limit v_take for no key update skip locked", "limit v_take", "test_claim_missions"),
    # Plans and stages.
    _without("plan_fence", "plan_missions", "    when m.fence is distinct from p.fence then 'stale'\n", "", "test_claim_missions"),
    _without("plan_state", "plan_missions", "    when m.state <> 'ASSIGNED' then 'not_assigned'\n", "", "test_claim_missions"),
    _without("plan_pause", "plan_missions", "    when m.paused_at is not null or a.paused_at is not null or c.paused_at is not null then 'paused'\n", "",
        "test_claim_missions"),
    _without("planned_once", "plan_missions", "where v.code is null and not v.planned)", "where v.code is null)", "test_claim_missions"),
    _without("advance_version", "advance_missions", "m.version = v.version and v.code is null and case", "v.code is null and case",
        "test_advance_missions"),
    _without("advance_pause", "advance_missions", "else m.paused_at is null and a.paused_at is null and c.paused_at is null and m.id = any (v_ended)",
        "else m.id = any (v_ended)", "test_advance_missions"),
    _without("advance_ended", "advance_missions", "else m.paused_at is null and a.paused_at is null and c.paused_at is null and m.id = any (v_ended)",
        "else m.paused_at is null and a.paused_at is null and c.paused_at is null", "test_advance_missions"),
    _without("timeout_overdue", "advance_missions", "when v.error_code = 'timeout' then rex.is_overdue(m)", "when v.error_code = 'timeout' then true",
        "test_advance_missions"),
    _without("slot_given_back", "advance_missions",
        "return v_said || rex.release_slots(array(select mission_id from unnest(p_moves) where state in ('COLLECTING', 'FAILED', 'ESCALATED')));",
        "return v_said;", "test_advance_missions"),
    _without("mission_lock_of_a_move", "advance_missions", "  perform from public.rex_missions where id = any (v_missions) order by id for no key update;\n", "",
        "test_advance_missions"),
    _without("domains_kept_while_open", "campaign_domains", "if exists (\n    select from public.rex_missions where campaign_id = p_campaign_id and sends",
        "if false and exists (\n    select from public.rex_missions where campaign_id = p_campaign_id and sends", "test_claim_missions", "test_cancel_mission"),
    _without("domain_of_one_campaign", "campaign_domains", "d.user_id = p_account and d.campaign_id is null and d.reputation >= 0.7 and rex.daily_capacity(d) > 0\n    order",
        "d.user_id = p_account and d.reputation >= 0.7 and rex.daily_capacity(d) > 0\n    order", "test_claim_missions"),
    # Pauses and cancels.
    _without("account_lock_of_a_pause", "pauses", "perform from public.rex_accounts where user_id = p_account for no key update;", "", "test_create_mission"),
    _without("paused_mission_not_ready", "pauses", "ready = ready and not p_paused where id = p_id", "ready = ready where id = p_id", "test_create_mission"),
    _without("paused_campaign_not_ready", "pauses", "update public.rex_missions set ready = false where id = any (v_missions) and ready;", "null;",
        "test_create_mission", "test_claim_missions"),
    _without("slot_of_a_paused_mission_with_a_task", "pauses", "select from public.rex_tasks t where t.mission_id = r.mission_id and t.state = 'RUNNING'",
        "select where false", "test_claim_missions", "test_run_tasks"),
    _without("mission_lock_of_a_cancel", "end_missions", "select * into v_mission from public.rex_missions where id = p_mission_id for no key update;",
        "select * into v_mission from public.rex_missions where id = p_mission_id;", "test_cancel_mission"),
    _without("cancel_ends_tasks", "end_missions", "  perform rex.cancel_tasks(p_mission.id);\n", "", "test_cancel_mission"),
    _without("cancel_unsent_only", "mission_helpers", "where id in (select rex.with_later_steps(p_ids)) and rex.is_unsent(state) returning id",
        "where id in (select rex.with_later_steps(p_ids)) returning id", "test_cancel_mission", "test_record_event"),
    _without("outcome_only_rises", "mission_helpers",
        "where mission_id = p_mission_id and lead_id = any (p_lead_ids) and rex.outcome_rank(outcome) < rex.outcome_rank(p_outcome);",
        "where mission_id = p_mission_id and lead_id = any (p_lead_ids);", "test_record_event"),
    # Recovery and retries.
    _without("recovery_version", "recover_missions", "v_before.version = p_version and v_before.state = 'FAILED'", "v_before.state = 'FAILED'",
        "test_recover_missions"),
    _without("recovery_of_failed", "recover_missions", "v_before.version = p_version and v_before.state = 'FAILED'", "v_before.version = p_version",
        "test_recover_missions"),
    _without("recovery_spent", "recover_missions", "if p_to = 'QUEUED' and v_before.retry_count >= 3 then", "if false then", "test_recover_missions"),
    _without("no_retry_of_cancelled", "retry_missions", "if p_mission.error_code = 'cancelled' then", "if false then", "test_retry_missions"),
    _without("expected_count", "many_missions", "elsif p_found <> p_expected then", "elsif false then", "test_api_missions", "test_retry_missions"),
    # Rotations.
    _without("escalated_rotation_pauses", "recover_missions", "v_said := rex.end_rotation(p_mission_id);", "null;", "test_rotate_domains"),
    _without("escalated_rotation_pauses_at_once", "advance_missions", "v_said := v_said || rex.end_rotations(p_moves);", "null;", "test_rotate_domains"),
    _without("resume_of_escalated", "escalated_rotations", "where domain_id = p_domain_id and state = 'ESCALATED'", "where false", "test_rotate_domains"),
    _without("pause_of_a_person", "escalated_rotations", "if p_domain.pause_reason is distinct from 'rotation_escalated' then", "if false then",
        "test_rotate_domains"),
    # Review.
    _without("release_held_only", "release_outreach", "elsif exists (select from public.rex_outreach where id = any (p_ids) and state <> 'held') then",
        "elsif false then", "test_release_outreach"),
    _without("release_no_harm", "release_outreach", "or not exists (select from rex.leads_held_by_import l where l.id = o.lead_id)", "or true",
        "test_release_outreach"),
    _without("release_checked_only", "release_outreach", "elsif p_releases and exists (", "elsif false and exists (", "test_release_outreach"),
    _without("review_pause", "claim_review_tasks", "and t.state = 'READY' and m.state = 'COLLECTING' and not rex.is_paused(m)",
        "and t.state = 'READY' and m.state = 'COLLECTING'", "test_release_outreach"),
    # Sending.
    _without("lease_of_a_message", "claim_outreach", " and (o.lease_until is null or o.lease_until <= p_now)", "", "test_send_outreach"),
    _without("lease_of_a_paused_campaign", "claim_outreach", " and c.paused_at is null\n", "\n", "test_begin_outreach"),
    _without("lease_skips_locked", "claim_outreach", "    for no key update of o skip locked\n", "", "test_send_outreach"),
    _without("begin_fence", "begin_outreach", "(s.outreach).fence <> p_fence or ", "", "test_begin_outreach"),
    _without("begin_state", "begin_outreach", "(s.outreach).state <> 'scheduled' or ", "", "test_begin_outreach"),
    _without("begin_lease", "begin_outreach", "or (s.outreach).lease_until is null or (s.outreach).lease_until <= s.at", "", "test_begin_outreach"),
    _without("begin_repeat", "begin_outreach", "return jsonb_build_object('begun', false, 'code', 'repeat', 'state', v_row.state);", "null;",
        "test_begin_outreach"),
    _without("begin_suppressed", "begin_outreach",
        "when exists (select from public.rex_suppressions where (user_id, channel, address_hash) = (o.user_id, o.channel, o.address_hash)) then 'suppressed'",
        "when false then 'suppressed'", "test_begin_outreach"),
    _without("begin_suppressed_elsewhere", "begin_outreach", "where a.lead_id = o.lead_id and p.reason <> 'hard_bounced') then", "where false) then",
        "test_begin_outreach"),
    _without("begin_details", "begin_outreach", "elsif not rex.has_details(s.account, s.campaign) then", "elsif false then", "test_begin_outreach"),
    _without("begin_mission_state", "begin_outreach", "if (s.mission).state not in ('EXECUTING', 'COLLECTING') then", "if false then", "test_begin_outreach"),
    _without("begin_paused", "begin_outreach", "elsif coalesce((s.account).paused_at, (s.campaign).paused_at, (s.mission).paused_at,",
        "elsif coalesce(null::timestamptz, null, null,", "test_begin_outreach"),
    _without("begin_hours", "begin_outreach", "elsif not rex.permitted(s.at, h.zones, h.window_start, h.window_end, h.window_days) then", "elsif false then",
        "test_begin_outreach"),
    _without("begin_frequency", "begin_outreach", "elsif rex.cap_frees_at(s) > s.at then", "elsif false then", "test_begin_outreach"),
    _without("begin_cap", "begin_outreach", "elsif rex.inbox_left(o.inbox_id, s.at) <= 0 then", "elsif false then", "test_begin_outreach"),
    _without("begin_account_lock", "begin_outreach", "select * into r from public.rex_accounts where user_id = p_outreach.user_id for share;",
        "select * into r from public.rex_accounts where user_id = p_outreach.user_id;", "test_begin_outreach"),
    _without("begin_mission_lock", "begin_outreach", "select * into r from public.rex_missions where id = p_outreach.mission_id for share;",
        "select * into r from public.rex_missions where id = p_outreach.mission_id;", "test_begin_outreach"),
    _without("begin_inbox_lock", "begin_outreach", "select * into r from public.rex_inboxes where id = p_outreach.inbox_id for no key update;",
        "select * into r from public.rex_inboxes where id = p_outreach.inbox_id;", "test_begin_outreach"),
    _without("finish_fence", "finish_outreach", "if o.fence <> p_fence or o.state not in", "if o.state not in", "test_finish_outreach"),
    _without("recover_lease", "recover_outreach", "where lease_until <= v_now and state = 'sending' order by lease_until",
        "where state = 'sending' order by lease_until", "test_send_outreach",
        equivalent="Those whose lease ended come first in this order, and the loop below leaves out the others under the locks."),
    _without("recover_lease_again", "recover_outreach", "and state = 'sending' and lease_until <= v_now order by id loop", "and state = 'sending' order by id loop",
        "test_send_outreach"),
    _without("event_once", "record_event", "  if v_event_id is not null then\n    v_suppressed := rex.apply_event(o, p_kind);", "  if true then\n    v_suppressed := rex.apply_event(o, p_kind);",
        "test_record_event"),
    # Tasks.
    _without("task_fence", "complete_tasks", "where t.id = a.task_id and t.state = 'RUNNING' and t.fence = a.fence",
        "where t.id = a.task_id and t.state = 'RUNNING'", "test_run_tasks", "test_recovery"),
    _without("failing_task_fence", "complete_tasks", "p_task.fence is distinct from p_fence or ", "", "test_run_tasks", "test_recovery"),
    _without("task_state", "complete_tasks", "where t.id = a.task_id and t.state = 'RUNNING' and t.fence = a.fence",
        "where t.id = a.task_id and t.fence = a.fence", "test_run_tasks", "test_recovery"),
    _without("task_of_an_ended_mission", "complete_tasks", "when p_task.state = 'CANCELLED' or m.finished_at is not null then 'cancelled'",
        "when p_task.state = 'CANCELLED' then 'cancelled'", equivalent="Whatever ends a mission cancels its open tasks in the same command."),
    _without("task_covers_its_leads", "complete_tasks", "if not p_lead_ids <@ rex.served_leads(p_task) then", "if false then", "test_run_tasks",
        "test_agents_through_tasks"),
    _without("task_retries", "fail_and_recover_tasks", "if p_retry_in_seconds is not null and p_task.retry_count < 3 then", "if p_retry_in_seconds is not null then",
        "test_run_tasks", "test_recovery"),
    _without("task_lease_ended", "fail_and_recover_tasks", "where state = 'RUNNING' and lease_until < rex.now()", "where state = 'RUNNING'", "test_run_tasks",
        "test_recovery"),
    _without("task_ready_only", "claim_tasks", "where t.state = 'READY' and t.mission_id <> all (p_stopped)", "where t.mission_id <> all (p_stopped)",
        "test_run_tasks"),
    _without("task_pause", "claim_tasks", "and m.paused_at is null and a.paused_at is null and c.paused_at is null", "", "test_run_tasks"),
    _without("task_skips_locked", "claim_tasks", "order by turn.n limit p_limit for no key update of t skip locked", "order by turn.n limit p_limit", "test_run_tasks"),
    # Anomalies and reports.
    _without("examined_once", "anomalies", "where user_id = p_user_id and examined_until < p_until for no key update", "where user_id = p_user_id for no key update",
        "test_examine_accounts"),
    _without("report_claimed_once", "daily_reports", "  if v_row.state is not null and v_row.state <> 'waiting' then", "  if false then", "test_send_reports"),
    _without("repeated_claim_of_a_report", "daily_reports", "jsonb_build_object('claimed', false, 'more', true));\n  return v_answer;", "v_answer);\n  return v_answer;",
        "test_send_reports"),
    # Suppressions, members and test mails.
    _without("role_for_suppressions", "suppressions", "rex.require_role(p_account, 'owner', 'operator')", "rex.require_role(p_account, 'owner', 'operator', 'viewer')",
        "test_api_suppressions", times=2),
    _without("what_people_asked_for_stays", "suppressions", "if v_kept > 0 then", "if false then", "test_api_suppressions"),
    _without("only_the_owner_decides_on_members", "members", "v_account := rex.require_role(p_account, 'owner');",
        "v_account := rex.require_role(p_account, 'owner', 'operator', 'viewer');", "test_api_members", times=2),
    _without("account_keeps_its_owner", "members", "elsif v_member.role = 'owner' then", "elsif false then", "test_api_members"),
    _without("member_confirmed", "members", " and email_confirmed_at is not null", "", "test_api_members"),
    _without("members_remove_only_themselves", "members", "if p_member_id is distinct from auth.uid() then", "if false then", "test_api_members"),
    _without("test_mail_begins_once", "test_mails", "perform from public.rex_test_mails where id = p_mail.id and state = 'queued' for no key update;",
        "perform from public.rex_test_mails where id = p_mail.id for no key update;", "test_suppress_races"),
    _without("room_for_a_test_mail", "test_mails", "rex.require_role(p_account, 'owner', 'operator') for no key update;",
        "rex.require_role(p_account, 'owner', 'operator');", "test_suppress_races"),
    # The bus.
    _without("cursor_fence", "cursors", "if k.fence = p_fence and k.lease_until", "if k.lease_until", "test_consume_bus"),
    _without("cursor_forward", "cursors", " and k.lease_until is not null and p_seq > k.seq then", " and k.lease_until is not null then", "test_consume_bus"),
    _without("replay_fence", "replay_dead_letters", "if l.fence is distinct from p_fence or l.replay_at is null then", "if l.replay_at is null then",
        "test_dead_letters"),
    _without("replay_lease", "replay_dead_letters", " and coalesce(lease_until <= p_now, true)", "", "test_dead_letters"),
)  # fmt: skip


def edits_under_test() -> list[Edit]:
    """What this test process is to do without, as `make mutants` says."""
    named = os.environ.get("REX_MUTANT")
    return [mutant.edit for mutant in MUTANTS if mutant.name == named]
