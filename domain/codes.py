"""Code lists of the contract. A wrong code in the fact itself keeps the event aside; in a describing field it is set aside."""

ADDRESS_STATUS = frozenset({"current", "last_known", "none_known", "left_england"})
RESIDENCE = frozenset({"home", "temporary", "refuge", "hostel", "institution", "no_fixed_abode"})
NO_HOUSEHOLD_RESIDENCE = frozenset({"refuge", "hostel", "institution", "no_fixed_abode"})
PROVISION = frozenset({"universal", "additional"})
LEAD_ROLE = frozenset({"lead_practitioner", "lead_child_protection_practitioner"})
LEAD_SCOPE = frozenset({"child", "family"})
RELATION = frozenset({"parent", "carer", "sibling", "household_member", "family"})
TARGET_REASON = frozenset({"entered_in_error", "wrong_child", "consent_withdrawn", "court_order", "source_erased"})

# (kind, field) -> codes: the fact cannot be read without them
OF_THE_FACT: dict[tuple[str, str], frozenset[str]] = {
    ("lead", "role"): LEAD_ROLE,
    ("lead", "scope"): LEAD_SCOPE,
    ("relationship", "relation"): RELATION,
}

# field -> codes: the fact stands without them
DESCRIBING: dict[str, frozenset[str]] = {
    "enrolment_status": frozenset({"C", "M", "S", "G", "O", "F"}),
    "ground": frozenset("ABCDEFGHIJKLMNO"),
    "source_code": frozenset(
        {
            "1A",
            "1B",
            "1C",
            "1D",
            "2A",
            "2B",
            "3A",
            "3B",
            "3C",
            "3D",
            "3E",
            "3F",
            "4",
            "5A",
            "5B",
            "5C",
            "5D",
            "6",
            "7",
            "8",
            "9",
            "10",
        }
    ),
}
