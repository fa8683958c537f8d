"""The invariants of the house (DESIGN section 4), each as a statement that must find no row."""

from dispatch.lifecycle import ENDED, LIVE, MOVES

_LIVE = ", ".join(f"'{state}'" for state in LIVE)
_ENDED = ", ".join(f"'{state}'" for state in ENDED)
_MOVES = ", ".join(
    f"('{source}', '{target}')" for source, targets in MOVES.items() for target in targets
)

INVARIANTS = {
    "a pack is in exactly one place": """
        SELECT id FROM fleet_pack
         WHERE (slot_id IS NOT NULL)::int + (truck_id IS NOT NULL)::int
               + (whereabouts IN ('transport', 'retired'))::int <> 1""",
    "a slot holds one pack": """
        SELECT slot_id FROM fleet_pack WHERE slot_id IS NOT NULL
         GROUP BY slot_id HAVING count(*) > 1""",
    "a pack position holds one pack": """
        SELECT truck_id FROM fleet_pack WHERE truck_id IS NOT NULL
         GROUP BY truck_id, position HAVING count(*) > 1""",
    "the ledger's last row says where the pack is": """
        SELECT p.id FROM fleet_pack p JOIN LATERAL (
            SELECT * FROM fleet_packmove m WHERE m.pack_id = p.id ORDER BY m.id DESC LIMIT 1
        ) last ON true
         WHERE (last.to_whereabouts, last.to_slot_id, last.to_truck_id, last.to_position)
               IS DISTINCT FROM (p.whereabouts, p.slot_id, p.truck_id, p.position)""",
    "each ledger row begins where the one before it ended": """
        SELECT id FROM (
            SELECT id, from_whereabouts, from_slot_id, from_truck_id, from_position,
                   lag(to_whereabouts) OVER w AS w0, lag(to_slot_id) OVER w AS s0,
                   lag(to_truck_id) OVER w AS t0, lag(to_position) OVER w AS p0
              FROM fleet_packmove WINDOW w AS (PARTITION BY pack_id ORDER BY id)) moves
         WHERE (from_whereabouts, from_slot_id, from_truck_id, from_position)
               IS DISTINCT FROM (w0, s0, t0, p0)""",
    "no two live holds of a pack overlap": """
        SELECT a.id FROM dispatch_packhold a JOIN dispatch_packhold b
            ON a.pack_id = b.pack_id AND a.id < b.id AND a.during && b.during
         WHERE a.is_live AND b.is_live""",
    "no two live trucks are promised a lane at once": f"""
        SELECT a.id FROM dispatch_swapassignment a JOIN dispatch_swapassignment b
            ON a.lane_id = b.lane_id AND a.id < b.id AND a.occupies && b.occupies
         WHERE a.state IN ({_LIVE}) AND b.state IN ({_LIVE})""",
    "no truck has two live promises at once": f"""
        SELECT a.id FROM dispatch_swapassignment a JOIN dispatch_swapassignment b
            ON a.truck_id = b.truck_id AND a.id < b.id AND a.occupies && b.occupies
         WHERE a.state IN ({_LIVE}) AND b.state IN ({_LIVE})""",
    "a promise is over if and only if it has an end": f"""
        SELECT id FROM dispatch_swapassignment
         WHERE (state IN ({_ENDED})) <> (ended_at IS NOT NULL)""",
    "an ended promise holds nothing": f"""
        SELECT h.id FROM dispatch_packhold h JOIN dispatch_swapassignment a
            ON a.id = h.assignment_id
         WHERE h.is_live AND a.state IN ({_ENDED})""",
    "history knows only moves of the table": f"""
        SELECT pgh_id FROM (
            SELECT pgh_id, state,
                   lag(state) OVER (PARTITION BY pgh_obj_id ORDER BY pgh_id) AS before
              FROM dispatch_swapassignmentevent) steps
         WHERE before IS NOT NULL AND before <> state
           AND (before, state) NOT IN ({_MOVES})""",
    "a finished swap gave the truck every pack it held": """
        SELECT a.id FROM dispatch_swapassignment a
          JOIN fleet_truck t ON t.id = a.truck_id JOIN fleet_truckmodel m ON m.id = t.model_id
         WHERE a.state = 'done' AND m.pack_positions <> (
               SELECT count(*) FROM fleet_packmove v
                WHERE v.assignment_id = a.id AND v.to_truck_id = a.truck_id)""",
    "packs and trucks fit each other": """
        SELECT p.id FROM fleet_pack p JOIN fleet_truck t ON t.id = p.truck_id
          JOIN fleet_truckmodel m ON m.id = t.model_id
         WHERE m.pack_type_id <> p.type_id OR p.position > m.pack_positions""",
}

STEPS = ("offered", "accepted", "en_route", "arrived", "swapping", "done")
THROUGH_EVERY_STEP = """
    SELECT pgh_obj_id FROM dispatch_swapassignmentevent
     GROUP BY pgh_obj_id HAVING array_agg(DISTINCT state::text) @> %s
"""
