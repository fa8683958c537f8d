"""The engines of these tests, each started once; pytest-xdist keeps them on one worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.services.roads.choose import close_engine
from dispatch.services.roads.maps import build_map, read_map
from tests.roads import EXTRACT, osrm_server, valhalla_server

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.xdist_group("roads"))


@pytest.fixture(scope="session")
def map_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The map of Liechtenstein, built as people build theirs."""
    directory = tmp_path_factory.mktemp("map")
    build_map(EXTRACT, directory, say=lambda _: None)
    return directory


@pytest.fixture(scope="session")
def valhalla_url(map_directory: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Valhalla server."""
    road_map = read_map(map_directory)
    assert road_map is not None
    with valhalla_server(road_map.tiles, tmp_path_factory.mktemp("v")) as url:
        yield url


@pytest.fixture(scope="session")
def osrm_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real OSRM server for trucks of 4 m and 49 t."""
    with osrm_server(tmp_path_factory.mktemp("osrm")) as url:
        yield url


@pytest.fixture(autouse=True)
def _no_engine_left() -> Iterator[None]:
    yield
    close_engine()
