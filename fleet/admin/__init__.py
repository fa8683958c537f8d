from fleet.admin import drivers, operators, packs, stations, tariffs, trucks

__all__ = ["drivers", "operators", "packs", "stations", "tariffs", "trucks"]
