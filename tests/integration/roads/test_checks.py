from pathlib import Path

from pytest_django import Settings

from config.checks import check_road_map


def test_an_embedded_engine_without_a_map_is_told(
    tmp_path: Path, map_directory: Path, settings: Settings
) -> None:
    settings.TRAVEL_MAP_DIR = tmp_path
    assert check_road_map() == []
    settings.TRAVEL_PROVIDER = "valhalla"
    assert [found.id for found in check_road_map()] == ["yizhan.W002"]
    settings.TRAVEL_MAP_DIR = map_directory
    assert check_road_map() == []
