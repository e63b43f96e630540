"""Whatever is lost, late or repeated on the way, an application sees each message once and in order, or is told to start afresh."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rex.domain.sequences import Step, take_broadcast, take_page


def messages(first: int, last: int) -> list[dict[str, Any]]:
    return [{"seq": seq} for seq in range(first, last + 1)]


def said(first: int, last: int) -> dict[str, Any]:
    return {"first": first, "last": last, "messages": messages(first, last)}


def test_broadcast_that_continues_is_taken() -> None:
    assert take_broadcast(4, said(5, 6)) == Step(last=6, messages=messages(5, 6))


def test_broadcast_that_overlaps_adds_what_is_new() -> None:
    assert take_broadcast(5, said(5, 6)) == Step(last=6, messages=messages(6, 6))


def test_broadcast_that_is_known_adds_nothing() -> None:
    assert take_broadcast(6, said(5, 6)) == Step(last=6)


def test_broadcast_after_a_gap_is_read_instead() -> None:
    assert take_broadcast(3, said(5, 6)) == Step(last=3, behind=True)


def test_broadcast_without_messages_is_read() -> None:
    assert take_broadcast(4, {"first": 5, "last": 6}) == Step(last=4, behind=True)


def test_page_that_is_not_all_asks_for_more() -> None:
    assert take_page(4, {"last": 9, "messages": messages(5, 6)}) == Step(last=6, messages=messages(5, 6), behind=True)


def test_who_knows_nothing_begins_with_what_comes_now() -> None:
    assert take_page(None, {"last": 9, "messages": []}) == Step(last=9)


def test_who_fell_behind_pruning_starts_afresh() -> None:
    assert take_page(4, {"last": 9, "messages": messages(7, 9)}) == Step(last=9, afresh=True)
    assert take_page(4, {"last": 9, "messages": []}) == Step(last=9, afresh=True), "all of them pruned"


def test_who_knows_more_than_the_database_starts_afresh() -> None:
    assert take_page(9, {"last": 4, "messages": []}) == Step(last=4, afresh=True)


@given(
    total=st.integers(1, 40),
    cuts=st.sets(st.integers(1, 39)),
    lost=st.sets(st.integers(0, 39)),
    bare=st.sets(st.integers(0, 39)),
    shuffle=st.randoms(use_true_random=False),
    page=st.integers(1, 7),
)
def test_every_message_once_and_in_order(total: int, cuts: set[int], lost: set[int], bare: set[int], shuffle: Any, page: int) -> None:
    ends = sorted({cut for cut in cuts if cut < total} | {total})
    sent = [said(before + 1, end) for before, end in zip([0, *ends], ends, strict=False)]
    arriving = [payload | ({"messages": None} if n in bare else {}) for n, payload in enumerate(sent) if n not in lost]
    arriving += shuffle.sample(arriving, len(arriving) // 2)
    seen: list[int] = []

    def follow(step: Step) -> None:
        while True:
            seen.extend(message["seq"] for message in step.messages)
            if not step.behind:
                return
            step = take_page(step.last, {"last": total, "messages": messages(step.last + 1, min(step.last + page, total))})

    for payload in arriving:
        follow(take_broadcast(seen[-1] if seen else 0, payload))
    follow(Step(last=len(seen), behind=True))

    assert seen == list(range(1, total + 1))
