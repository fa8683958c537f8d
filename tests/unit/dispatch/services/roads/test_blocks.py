import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dispatch.planning.travel import nearest_indices
from dispatch.services.roads.blocks import LEAST_DENSITY, MOST_ORIGINS, Block, blocks

RANDOM = np.random.default_rng(5)


@given(
    st.sets(st.tuples(st.integers(0, 40), st.integers(0, 30)), max_size=200),
    st.integers(2, 60),
)
def test_the_requests_hold_every_drive_and_keep_their_size(
    pairs: set[tuple[int, int]], most_places: int
) -> None:
    positions = RANDOM.uniform(38.0, 40.0, (41, 2))
    made = list(blocks(sorted(pairs), positions, most_places=most_places))
    held = {(origin, end) for block in made for origin in block.origins for end in block.ends}
    assert held >= pairs
    for block in made:
        assert len(block.origins) + len(block.ends) <= most_places
        assert 0 < len(block.origins) <= MOST_ORIGINS
        assert block.ends


def test_halves_end_with_single_drives() -> None:
    def leaves(block: Block) -> list[tuple[int, int]]:
        halves = block.halves()
        return (
            [pair for half in halves for pair in leaves(half)]
            if halves
            else [(block.origins[0], block.ends[0])]
        )

    block = Block((1, 2, 3), (4, 5))
    assert sorted(leaves(block)) == [(i, j) for i in (1, 2, 3) for j in (4, 5)]


def test_neighbours_are_asked_about_together() -> None:
    trucks, stations = RANDOM.uniform(38, 40, (1000, 2)), RANDOM.uniform(38, 40, (60, 2))
    near = nearest_indices(trucks, stations, count=8)
    pairs = [(i, int(j)) for i, row in enumerate(near) for j in row]
    made = list(blocks(pairs, trucks, most_places=48))
    asked = sum(len(block.origins) * len(block.ends) for block in made)
    assert len(made) < 150
    assert asked * LEAST_DENSITY <= len(pairs)
