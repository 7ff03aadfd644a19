-- The same person, made at two platforms at once, is one hub record: who comes second merges with who came first.

-- As in 0014, and: a record that is new to the hub is merged anew where another platform brought one with the same natural key
-- meanwhile. `merged.ambiguous`: several have it, so that it stays a record of its own.
CREATE OR REPLACE FUNCTION navette.is_current(tenant text, integration text, change jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    merged jsonb  := change -> 'merged';
    known  bigint;
    link   navette.record_links;
BEGIN
    SELECT r.version INTO known FROM navette.records r
    WHERE r.tenant_id = tenant AND r.entity_type = merged ->> 'entity_type' AND r.entity_id = merged ->> 'entity_id' FOR UPDATE;
    SELECT l.* INTO link FROM navette.record_links l
    WHERE l.tenant_id = tenant AND l.integration_id = integration AND l.object = change ->> 'object'
      AND l.entity_id = merged ->> 'entity_id' FOR UPDATE;
    IF coalesce(known, 0) = 0 AND link.revision IS NULL AND jsonb_array_length(coalesce(merged -> 'keys', '[]')) > 0
       AND NOT coalesce((merged ->> 'ambiguous')::boolean, false) THEN
        -- The head is locked by all that bring something new, here before they look and not only before they tell it.
        INSERT INTO navette.change_heads (tenant_id, position) VALUES (tenant, 0) ON CONFLICT DO NOTHING;
        PERFORM FROM navette.change_heads h WHERE h.tenant_id = tenant FOR UPDATE;
        IF (SELECT count(DISTINCT k.entity_id) = 1
            FROM jsonb_to_recordset(merged -> 'keys') AS key (name text, value text)
            JOIN navette.record_keys k ON k.tenant_id = tenant AND k.entity_type = merged ->> 'entity_type' AND k.name = key.name
                AND k.value = key.value
            WHERE k.entity_id <> merged ->> 'entity_id'
              AND NOT EXISTS (SELECT FROM navette.record_links o
                              WHERE o.tenant_id = tenant AND o.integration_id = integration AND o.object = change ->> 'object'
                                AND o.entity_id = k.entity_id)) THEN
            RETURN false;
        END IF;
    END IF;
    RETURN coalesce(known, 0) = (merged ->> 'expected_version')::bigint
       AND coalesce(link.revision, -1) = (merged ->> 'expected_revision')::bigint
       AND coalesce(link.job_id, 0) = (merged ->> 'expected_job')::bigint
       -- What is new to the merge may have been taken in, and adopted under another id, meanwhile.
       AND (link.revision IS NOT NULL
            OR NOT EXISTS (SELECT FROM navette.record_links l
                           WHERE l.integration_id = integration AND l.tenant_id = tenant AND l.object = change ->> 'object'
                             AND l.remote_id = change ->> 'remote_id'));
END $$;
