import pytest

from lab.timeline.diagnosis.cuts import is_round, kind_of
from lab.timeline.ends import Cut


def _cut(at, activity, dropped=0):
    return Cut("hop1", at, "", 0.0, tuple(activity), 3, "frame", dropped, ())


@pytest.mark.parametrize(
    ("at", "activity", "kind"),
    [
        # the silence is what somebody would set, the age is not: and the other way round
        (3037, [0, 1035], "idle"),
        (3003, [0, 1040, 1055], "lifetime"),
        # a longer silence had been survived
        (3037, [0, 2500], "lifetime"),
        # neither figure says anything, or both do
        (3037, [0, 1000, 1999.5], "unsure"),
        (3000, [0, 1000], "unsure"),
        (2000, [0], "unsure"),
        # something passed just before
        (2000, [0, 1950], "volume"),
    ],
)
def test_kind_of_goes_by_silence_age_and_figures(at, activity, kind):
    assert kind_of(_cut(at, activity)) == kind


def test_kind_of_is_not_sure_where_something_was_kept_back():
    assert kind_of(_cut(3037, [0, 1035], dropped=5)) == "unsure"


@pytest.mark.parametrize(
    ("value", "found"), [(1000, True), (1010, True), (1013, False), (1099, False), (60_030, True), (60_400, False)]
)
def test_is_round_allows_for_timers_that_fire_late(value, found):
    assert is_round(value) is found
