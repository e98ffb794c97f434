"""A placement in temporary accommodation is not known while the NHS feed of addresses is silent, though housing is heard."""

from tests.spec.example import indicator
from tests.spec.words import feed_reported, placed_in_temporary_accommodation


def test_housing_is_heard(given, asked):
    """Housing reports its feed; a placement is what housing says"""
    given(
        placed_in_temporary_accommodation("A", on="2025-09-01"),
        feed_reported("la-808", "TemporaryAccommodationPlaced", through="2025-12-01"),
    )
    asked(at="2025-12-01").indicators("A").shows(indicator("homeless_or_mobile", since="2025-09-01"))
