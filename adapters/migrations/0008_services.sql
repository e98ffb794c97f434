-- What is an additional service, as domain.kinds says it.
CREATE FUNCTION log.is_additional(kind text, provision text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN kind IN ('early_help', 'child_in_need', 'child_protection', 'looked_after', 'youth_justice', 'asylum_support', 'community_support')
        OR (kind = 'involvement' AND provision = 'additional');
COMMENT ON FUNCTION log.is_additional(text, text) IS 'Whether an entry of a kind and provision is an additional service';
