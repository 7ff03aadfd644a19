-- What is shown of a write in doubt ends the doubt of the fields that it shows, and of no others.

-- As in 0023, and: `merged.left_in_doubt` is what is left of `merged.in_doubt` (the text that was merged with), where nothing was added to
-- it since.
CREATE OR REPLACE FUNCTION navette.receive_merged(tenant text, integration text, event_type text, change jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    merged   jsonb       := change -> 'merged';
    kind     text        := merged ->> 'entity_type';
    id       text        := merged ->> 'entity_id';
    verb     text        := merged ->> 'operation';
    is_gone  boolean     := coalesce((merged ->> 'gone')::boolean, false);
    moment   timestamptz := (change ->> 'occurred_at')::timestamptz;
    marks    jsonb       := coalesce(merged -> 'stamps', '{}');
    place    bigint;
    told     integer     := 0;
BEGIN
    IF verb <> 'none' THEN
        place := navette.publish_change(tenant, kind, id, verb, integration, change ->> 'remote_id', event_type, merged -> 'data',
                                        moment, (merged ->> 'expected_version')::bigint + 1,
                                        ARRAY(SELECT jsonb_array_elements_text(merged -> 'changed')));
        marks := navette.placed_stamps(marks, place);
        INSERT INTO navette.records AS r (tenant_id, entity_type, entity_id, data, stamps, deleted, archived)
        VALUES (tenant, kind, id, merged -> 'data', marks, verb = 'delete', verb = 'archive')
        ON CONFLICT ON CONSTRAINT records_pkey DO UPDATE
        SET data = excluded.data, stamps = excluded.stamps, deleted = excluded.deleted, archived = excluded.archived,
            version = r.version + 1, updated_at = now();
        PERFORM navette.put_keys(tenant, kind, id, coalesce(merged -> 'keys', '[]'));
        IF merged ->> 'spread' <> 'none' THEN
            told := navette.spread_record(tenant, kind, id, merged -> 'data', CASE verb WHEN 'upsert' THEN verb ELSE 'delete' END,
                                          integration, merged ->> 'spread' = 'all');
        END IF;
    ELSIF is_gone THEN
        PERFORM navette.publish_change(tenant, kind, id, 'delete', integration, change ->> 'remote_id', event_type, merged -> 'data',
                                       moment);
    END IF;
    INSERT INTO navette.record_links AS l (tenant_id, integration_id, object, entity_id, entity_type, remote_id, snapshot, seen,
                                           remote_changed_at, conflicts, gone)
    VALUES (tenant, integration, change ->> 'object', id, kind, change ->> 'remote_id', merged -> 'snapshot', merged -> 'seen',
            coalesce((change ->> 'changed_at')::timestamptz, moment), coalesce(merged -> 'conflicts', '{}'), is_gone)
    ON CONFLICT ON CONSTRAINT record_links_pkey DO UPDATE
    SET entity_type = excluded.entity_type, remote_id = excluded.remote_id, snapshot = excluded.snapshot, seen = excluded.seen,
        pushed_hash = '', remote_changed_at = coalesce(excluded.remote_changed_at, l.remote_changed_at),
        conflicts = excluded.conflicts, gone = excluded.gone, revision = l.revision + 1;
    IF merged ? 'left_in_doubt' THEN
        IF merged -> 'left_in_doubt' = '[]' THEN
            DELETE FROM navette.doubts d
            WHERE d.tenant_id = tenant AND d.integration_id = integration AND d.object = change ->> 'object' AND d.entity_id = id
              AND d.sent::text = merged ->> 'in_doubt';
        ELSE
            UPDATE navette.doubts d SET sent = merged -> 'left_in_doubt'
            WHERE d.tenant_id = tenant AND d.integration_id = integration AND d.object = change ->> 'object' AND d.entity_id = id
              AND d.sent::text = merged ->> 'in_doubt';
        END IF;
    END IF;
    -- A push that was planned before may be about to send what is no longer so: one more looks after it.
    IF (merged ->> 'push_back')::boolean OR (verb <> 'none' AND navette.is_on_its_way(tenant, integration, kind, id)) THEN
        INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, origin)
        VALUES (tenant, integration, kind || '.updated', kind, id, merged -> 'data', navette.sync_origin());
        PERFORM navette.wake(ARRAY[integration]);
        RETURN 'merged with our own changes, which go back to the platform';
    END IF;
    RETURN CASE WHEN verb = 'none' AND NOT is_gone THEN 'nothing that is ours changed'
                WHEN told > 0 THEN 'goes on to ' || told || CASE told WHEN 1 THEN ' more integration' ELSE ' more integrations' END END;
END $$;
