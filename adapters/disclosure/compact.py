"""The content of parts made small before it is sealed: the names of answers' fields are most of it, and stand in every one."""

import zlib
from typing import Final

# What is stored was written with this: it is never changed. Another one gets another mark (`adapters.disclosure.keys`).
WORDS: Final = (
    b'{"kept_aside":0,"date_of_birth":"sex":"female","male","records":["r-"]given":["family":"use":"former","told_by":[{"agency_name":'
    b'"other_names":[],"name_told_by":[],"dates_of_birth_told":[],"sexes_told":[],"expected_date":null,"alive":true,"address":{"lines":['
    b'"postcode":"uprn":"residence":"return":null,"status":"current","last_known","none_known","left_england","identifiers":['
    b'{"record":"r-","scheme":"nhs","status":"live"},{"scheme":"upn","agency:la-808:","shielded":false,"minimal":false,"being_mended":null,'
    b'"reviews_due":[],"assessments":[],"involvements":[],"school":[],"gp":[],"team":[],"lead":[],"families":[],"children":[],'
    b'"referral","enrolment","gp_registration","involvement","attendance","sessions":{"present":"authorised":"unauthorised":'
    b'"service":"school","gp","early_help","health_visiting","school_nursing","housing","police","youth_justice","social_care",'
    b'"covered_by":[],"scope":"child","family","accepted":"2025-"stated_for":null,"role":"lead_practitioner",'
    b'"duty_line":{"contact":"01632 960","hours":[{"days":"mon-fri","from":"09:00","to":"17:00"}]},"registered":{"team":{"contact":"name":"'
    b'"worker":{"contact":"name":"}},"worker_left":null,"agency":"urn-9","agency":"ods-Z9","agency":"org-","agency":"la-808",'
    b'"agency_name":null,"contact":{"team":null,"worker":null},"contact":null,"events":["e-"],"from":"2025-09-01","kind":"involvement",'
    b'"known_from":"1:","last_confirmed":null,"provider":"la-808","provision":"additional","universal","statutory","reason":null,'
    b'"record":"r-","role":null,"service":"status":"open","ended","lapsed","moment","team":"la-808:","to":null,"why_status":null,'
    b'"worker":"la-808:W"},{"$item":1,"$part":2},{"$item":0,"$part":1}'
)
_LEVEL: Final = 6
_MOST: Final = 1 << 26  # bytes of a part


def made_small(content: bytes) -> bytes:
    """Content deflated, by the words that answers have in common."""
    state = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_DEFAULT_STRATEGY, WORDS)
    return state.compress(content) + state.flush()


def made_large(small: bytes) -> bytes | None:
    """The content again; None for what is none."""
    state = zlib.decompressobj(-zlib.MAX_WBITS, WORDS)
    try:
        content = state.decompress(small, _MOST)
    except zlib.error:
        return None
    return content if state.eof and not state.unused_data else None
