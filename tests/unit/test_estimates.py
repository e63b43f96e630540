"""An estimate sends as the sender would: within every cap, on permitted days, follow-ups first, and nothing twice."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from rex.domain.estimate_scenes import EstimateScene, LeadGroup, SendingDomain, SendingInbox
from rex.domain.estimates import Basis, estimate
from rex.domain.sending_days import MOST_DAYS, SendingDay

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)


def inbox(**changes: Any) -> SendingInbox:
    return SendingInbox(**({"daily_cap": 40, "warming_days": None, "best": 0, "sent": 0, "spacing_seconds": 0} | changes))


def domain(*inboxes: SendingInbox, cap: int | None = None, sent: int = 0) -> SendingDomain:
    return SendingDomain(daily_cap=cap, sent=sent, inboxes=inboxes or (inbox(),))


def group(leads: int, *zones: str, sent_on: tuple[date, ...] = ()) -> LeadGroup:
    return LeadGroup(zones=zones or ("Europe/Berlin",), sent_on=sent_on, leads=leads)


def scene(*, starts_on: date = MONDAY, starts_second: int = 8 * 3600, leads: int = 100, **changes: Any) -> EstimateScene:
    """Everybody by the account's clock, unless the test says who."""
    usual: dict[str, Any] = {
        "starts_at": datetime.combine(starts_on, time(), tzinfo=BERLIN) + timedelta(seconds=starts_second), "zone": "Europe/Berlin", "paused": None,
        "leads": leads, "groups": (group(leads),), "cap_messages": None, "cap_days": 30, "opens": 9 * 3600, "closes": 17 * 3600,
        "days": (1, 2, 3, 4, 5), "delays_hours": (0,), "collecting_seconds": 259_200, "domains": (domain(),), "messages_ahead": 0, "missions_ahead": 0,
        "seconds_per_lead": None, "cost": None,
    }  # fmt: skip
    return EstimateScene(**(usual | changes))


def sent(**changes: Any) -> list[int]:
    return [day.messages for day in estimate(scene(**changes)).caps.days]


def test_caps_of_each_day_say_how_long_it_takes() -> None:
    seen = estimate(scene())
    assert [(day.on.day, day.room, day.messages) for day in seen.caps.days] == [(23, 40, 40), (24, 40, 40), (25, 40, 20)]
    assert (seen.time.first_send_on, seen.time.last_send_on, seen.time.completes_on) == (
        date(2026, 11, 23), date(2026, 11, 25), date(2026, 11, 28),
    )  # fmt: skip
    assert (seen.messages, seen.caps.unplaced, seen.caps.domains, seen.caps.inboxes) == (100, 0, 1, 1)


def test_nothing_goes_out_on_days_that_are_not_permitted() -> None:
    friday = MONDAY + timedelta(days=4)
    assert [day.on.isoweekday() for day in estimate(scene(starts_on=friday)).caps.days] == [5, 1, 2]


def test_first_day_counts_what_is_left_of_it() -> None:
    assert estimate(scene(starts_second=17 * 3600)).time.first_send_on == date(2026, 11, 24)
    assert sent(domains=(domain(inbox(sent=30)),), leads=50) == [10, 40]
    assert sent(starts_second=59_400, domains=(domain(inbox(spacing_seconds=300)),), leads=44) == [4, 40]


def test_smaller_of_both_caps_counts() -> None:
    assert sent(domains=(domain(inbox(), inbox(), cap=50, sent=20),)) == [30, 50, 20]
    assert sent(domains=(domain(inbox()), domain(inbox(daily_cap=20)))) == [60, 40]


def test_inbox_that_warms_up_sends_more_each_day() -> None:
    assert sent(domains=(domain(inbox(warming_days=0)),), leads=30) == [5, 7, 9, 9]
    assert sent(domains=(domain(inbox(warming_days=30, best=10)),), leads=60) == [15, 22, 23], "never half as much again as on its best day"


def test_follow_ups_go_first_and_wait_for_their_time() -> None:
    assert sent(delays_hours=(0, 48), leads=60) == [40, 20, 40, 20]
    seen = estimate(scene(delays_hours=(0, 24), leads=60))
    assert [day.messages for day in seen.caps.days] == [40, 40, 20, 20]
    assert seen.messages == 120


def test_what_is_ahead_goes_before_first_touches() -> None:
    seen = estimate(scene(messages_ahead=100, leads=30))
    assert [(day.on.day, day.messages) for day in seen.caps.days] == [(25, 20), (26, 10)]


def test_without_a_domain_nothing_finds_a_place() -> None:
    seen = estimate(scene(domains=()))
    assert (seen.caps.unplaced, seen.caps.days, seen.time.first_send_on, seen.time.completes_on) == (100, (), None, None)


def test_what_takes_too_long_is_said_to_be_unplaced() -> None:
    seen = estimate(scene(leads=10_000, domains=(domain(inbox(daily_cap=1)),)))
    assert seen.caps.unplaced == 10_000 - len(seen.caps.days)
    assert seen.time.first_send_on == MONDAY
    assert seen.time.last_send_on is None


def test_while_something_above_it_is_paused_nothing_goes_out() -> None:
    for paused in ("account", "campaign"):
        seen = estimate(scene(paused=paused))
        assert (seen.paused, seen.messages, seen.caps.unplaced, seen.caps.days, seen.time.completes_on) == (paused, 100, 100, (), None)


def test_leads_elsewhere_get_it_in_their_own_hours() -> None:
    america, asia = (group(10, "America/New_York"),), (group(10, "Asia/Tokyo"),)
    assert estimate(scene(starts_second=18 * 3600, groups=america)).time.first_send_on == MONDAY, "in New York it is noon"
    assert estimate(scene(starts_second=18 * 3600, groups=asia)).time.first_send_on == MONDAY + timedelta(days=1)
    sunday = MONDAY - timedelta(days=1)
    assert estimate(scene(starts_on=sunday, groups=asia)).time.first_send_on == MONDAY, "Monday morning in Tokyo is 1 o'clock in Berlin"
    assert estimate(scene(groups=america, closes=10 * 3600)).time.first_send_on == MONDAY


def test_time_counts_in_which_somebody_may_be_written_to() -> None:
    spaced = (domain(inbox(daily_cap=400, spacing_seconds=3600)),)
    both = (group(4, "Europe/Berlin"), group(4, "America/New_York"))
    assert sent(groups=both, domains=spaced, closes=12 * 3600) == [4, 4], (
        "three hours in Berlin and three in New York: two messages each, four a day"
    )
    assert sent(groups=(group(8),), domains=spaced, closes=12 * 3600) == [2, 2, 2, 2]


def test_leads_between_clocks_get_it_when_it_suits_all_of_them() -> None:
    seen = estimate(
        scene(groups=(group(3, "Europe/Berlin", "America/New_York"), group(5, "Europe/Berlin", "Asia/Tokyo")), closes=16 * 3600)
    )
    assert (seen.reachable, seen.messages, seen.caps.unplaced) == (3, 3, 0), "these never meet: compliance rejects them"
    assert estimate(scene(groups=(group(5, "Europe/Nowhere"),))).reachable == 0


def test_frequency_cap_makes_a_step_wait() -> None:
    seen = estimate(scene(leads=5, cap_messages=2, cap_days=10, delays_hours=(0, 24, 24)))
    assert [(day.on - MONDAY).days for day in seen.caps.days] == [0, 1, 10]
    before = (group(5, sent_on=(MONDAY - timedelta(days=3),)),)
    seen = estimate(scene(groups=before, cap_messages=2, cap_days=10, delays_hours=(0, 24)))
    assert [(day.on - MONDAY).days for day in seen.caps.days] == [0, 7]


def test_agents_take_as_long_as_they_took() -> None:
    assert (estimate(scene(seconds_per_lead=0.5)).time.agents_seconds, estimate(scene(seconds_per_lead=0.5)).time.basis) == (
        50,
        Basis.OWN_MISSIONS,
    )
    assert estimate(scene()).time.basis is Basis.DEFAULT


INBOXES = st.builds(
    SendingInbox,
    daily_cap=st.integers(1, 60), warming_days=st.none() | st.integers(0, 40), best=st.integers(0, 60), sent=st.integers(0, 60),
    spacing_seconds=st.sampled_from([0, 60, 300]),
)  # fmt: skip
DOMAINS = st.builds(
    SendingDomain, daily_cap=st.none() | st.integers(1, 100), sent=st.integers(0, 100), inboxes=st.lists(INBOXES, max_size=3).map(tuple)
)
SCENES = st.builds(
    scene,
    starts_on=st.dates(date(2026, 1, 1), date(2027, 1, 1)), starts_second=st.integers(0, 86_399), leads=st.integers(0, 500),
    days=st.sets(st.integers(1, 7), min_size=1).map(tuple), delays_hours=st.lists(st.integers(0, 200), max_size=5).map(tuple),
    domains=st.lists(DOMAINS, max_size=3).map(tuple), messages_ahead=st.integers(0, 300), cap_messages=st.none() | st.integers(1, 4),
    groups=st.lists(st.builds(group, st.integers(0, 300), st.sampled_from(("Europe/Berlin", "America/New_York", "Asia/Tokyo"))), max_size=3).map(tuple),
)  # fmt: skip


def fits(day: SendingDay, of: EstimateScene) -> bool:
    caps = [min(each.daily_cap or 1000, sum(inbox.daily_cap for inbox in each.inboxes)) for each in of.domains]
    weekdays = {(day.on + timedelta(days=around)).isoweekday() for around in (-1, 0, 1)}
    return 0 < day.messages <= day.room <= sum(caps) and not weekdays.isdisjoint(of.days)


@given(SCENES)
def test_no_day_takes_more_than_its_caps_and_every_message_is_counted_once(of: EstimateScene) -> None:
    seen = estimate(of)
    assert all(fits(day, of) for day in seen.caps.days)
    assert sum(day.messages for day in seen.caps.days) + seen.caps.unplaced == seen.messages == seen.reachable * len(of.delays_hours)
    assert sorted({day.on for day in seen.caps.days}) == [day.on for day in seen.caps.days]
    assert all(day.on < of.starts_at.date() + timedelta(days=MOST_DAYS) for day in seen.caps.days)
    assert (seen.time.last_send_on is None) == bool(seen.caps.unplaced or not seen.caps.days)
