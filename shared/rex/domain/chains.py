"""Which agents work on a mission, one after another: a type without a chain cannot run yet."""

from rex.domain.states import MissionType

CHAINS: dict[MissionType, tuple[str, ...]] = {
    MissionType.LEAD_REACTIVATION: ("researcher", "writer", "compliance", "quality_control"),
    MissionType.DOMAIN_ROTATION: ("reputation_tracker", "rotation_coordinator", "warmup_manager"),
}


def has_plan(mission_type: MissionType) -> bool:
    """Whether somebody can work on missions of this type."""
    return mission_type in CHAINS
