"""What failed together does not come back together, and never waits for ever."""

from hypothesis import given
from hypothesis import strategies as st

from rex.domain.retries import BASE_SECONDS, LONGEST_SECONDS, retry_delay


@given(st.integers(0, 50), st.floats(0, 1))
def test_delay_stays_within_its_bounds(retry_count: int, luck: float) -> None:
    assert 0 <= retry_delay(retry_count, luck) <= min(LONGEST_SECONDS, BASE_SECONDS * 2**retry_count)


def test_the_longest_wait_doubles_until_its_limit() -> None:
    assert [retry_delay(count, 1.0) for count in range(8)] == [10, 20, 40, 80, 160, 320, 640, 900]
