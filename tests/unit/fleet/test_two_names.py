"""Stations, places and regions are called what their reader calls them."""

import pytest
from django.utils.translation import override

from fleet.models import Place, Region, SwapStation


@pytest.mark.parametrize("kind", [SwapStation, Place, Region])
def test_a_thing_is_called_by_its_name_in_the_readers_language(
    kind: type[SwapStation | Place | Region],
) -> None:
    both, one = kind(name="Jingtang Port", name_zh="京唐港"), kind(name="Jingtang Port")
    with override("zh-hans"):
        assert (str(both), str(one)) == ("京唐港", "Jingtang Port")
    with override("en"):
        assert str(both) == "Jingtang Port"
