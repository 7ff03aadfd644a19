-- What was sent to a platform without an answer, so that it is known for our own when the platform shows it, and found there by the key
-- that it went by (docs/adr/0016-hub-and-spokes.md).

CREATE TABLE navette.doubts (
    tenant_id      text        NOT NULL,
    integration_id text        NOT NULL,
    object         text        NOT NULL,
    entity_id      text        NOT NULL,
    entity_type    text        NOT NULL,
    -- The id by which the record went when it was first in doubt: its key on the platform, also after an application adopted it.
    sent_as        text        NOT NULL,
    -- The fields of each attempt, in the platform's names, oldest first.
    sent           jsonb       NOT NULL DEFAULT '[]',
    noted_at       timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, integration_id, object, entity_id),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX doubts_entity ON navette.doubts (tenant_id, entity_id);
SELECT navette.bind_to_tenant('navette.doubts');
GRANT SELECT ON navette.doubts TO navette_tenant;

-- The list with one more attempt (a list of one); of more than eight the oldest is forgotten.
CREATE FUNCTION navette.add_doubt(sent jsonb, more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_array_length(sent) >= 8 THEN sent - 0 ELSE sent END || more
$$;

-- What the batch sends, of two-way objects: {object, jobs: {"id": {as, fields}}}. Who finds the batch after a crash keeps it as doubts.
ALTER TABLE navette.in_flight ADD COLUMN sent jsonb;

-- As in 0014, and: what was sent by the old id stays findable by it.
CREATE OR REPLACE FUNCTION navette.adopt_record(tenant text, entity_type text, from_id text, to_id text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    old navette.records;
BEGIN
    IF coalesce(adopt_record.to_id, '') = '' OR adopt_record.from_id = adopt_record.to_id THEN
        RAISE EXCEPTION 'navette.adopt_record: to_id must be the application''s own id, and another one than from_id'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    -- First the jobs: this waits for a push that is being completed, whose link is then there to be moved.
    UPDATE navette.sync_queue q SET entity_id = adopt_record.to_id
    WHERE q.tenant_id = adopt_record.tenant AND q.entity_type = adopt_record.entity_type AND q.entity_id = adopt_record.from_id
      AND q.integration_id IN (SELECT i.id FROM navette.tenant_integrations i WHERE i.tenant_id = adopt_record.tenant)
      AND q.status = 'pending';
    DELETE FROM navette.records r
    WHERE r.tenant_id = adopt_record.tenant AND r.entity_type = adopt_record.entity_type AND r.entity_id = adopt_record.from_id
    RETURNING r.* INTO old;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO navette.records AS r (tenant_id, entity_type, entity_id, data, version, deleted, stamps, archived, created_at)
    VALUES (old.tenant_id, old.entity_type, adopt_record.to_id, old.data, old.version + 1, old.deleted, old.stamps, old.archived,
            old.created_at)
    ON CONFLICT (tenant_id, entity_type, entity_id) DO UPDATE
    SET data = navette.lay_over(excluded.data, r.data), version = greatest(r.version, excluded.version) + 1, updated_at = now();
    -- A link that the application's record has there already stays; the platform then holds the record twice, which a comparison tells.
    UPDATE navette.record_links l SET entity_id = adopt_record.to_id, revision = l.revision + 1
    WHERE l.tenant_id = adopt_record.tenant AND l.entity_id = adopt_record.from_id AND l.entity_type = adopt_record.entity_type
      AND NOT EXISTS (SELECT FROM navette.record_links o
                      WHERE o.tenant_id = l.tenant_id AND o.integration_id = l.integration_id AND o.object = l.object
                        AND o.entity_id = adopt_record.to_id);
    -- What may have been made on a platform is looked for there by the id that it was sent as. One id can be looked for: where both
    -- records were on their way to the same platform, it is made twice, which a comparison tells.
    UPDATE navette.doubts d SET entity_id = adopt_record.to_id
    WHERE d.tenant_id = adopt_record.tenant AND d.entity_id = adopt_record.from_id AND d.entity_type = adopt_record.entity_type
      AND NOT EXISTS (SELECT FROM navette.doubts o
                      WHERE o.tenant_id = d.tenant_id AND o.integration_id = d.integration_id AND o.object = d.object
                        AND o.entity_id = adopt_record.to_id);
    INSERT INTO navette.record_keys (tenant_id, entity_type, name, value, entity_id)
    SELECT k.tenant_id, k.entity_type, k.name, k.value, adopt_record.to_id FROM navette.record_keys k
    WHERE k.tenant_id = adopt_record.tenant AND k.entity_type = adopt_record.entity_type AND k.entity_id = adopt_record.from_id
    ON CONFLICT DO NOTHING;
    DELETE FROM navette.record_keys k
    WHERE k.tenant_id = adopt_record.tenant AND k.entity_type = adopt_record.entity_type AND k.entity_id = adopt_record.from_id;
    -- Once more for those that were made meanwhile, before the record was locked.
    UPDATE navette.sync_queue q SET entity_id = adopt_record.to_id
    WHERE q.tenant_id = adopt_record.tenant AND q.entity_type = adopt_record.entity_type AND q.entity_id = adopt_record.from_id
      AND q.integration_id IN (SELECT i.id FROM navette.tenant_integrations i WHERE i.tenant_id = adopt_record.tenant)
      AND q.status = 'pending';
    RETURN true;
END $$;

-- As in 0014, and: `merged.arrived` attempts in doubt, from the oldest on, are in doubt no more.
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
    IF coalesce((merged ->> 'arrived')::integer, 0) > 0 THEN
        UPDATE navette.doubts d
        SET sent = (SELECT coalesce(jsonb_agg(e.fields ORDER BY e.n), '[]')
                    FROM jsonb_array_elements(d.sent) WITH ORDINALITY AS e (fields, n) WHERE e.n > (merged ->> 'arrived')::integer)
        WHERE d.tenant_id = tenant AND d.integration_id = integration AND d.object = change ->> 'object' AND d.entity_id = id;
        DELETE FROM navette.doubts d
        WHERE d.tenant_id = tenant AND d.integration_id = integration AND d.object = change ->> 'object' AND d.entity_id = id
          AND d.sent = '[]';
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

-- As in 0020, and: what was sent of them is forgotten too.
CREATE OR REPLACE FUNCTION navette.empty_tombstones(age interval, size integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    one     record;
    emptied bigint := 0;
BEGIN
    FOR one IN SELECT r.tenant_id, r.entity_type, r.entity_id FROM navette.records r
               WHERE r.deleted AND r.data <> '{}' AND r.updated_at < now() - age
               ORDER BY r.updated_at LIMIT size FOR UPDATE SKIP LOCKED LOOP
        UPDATE navette.records r SET data = '{}', stamps = '{}'
        WHERE r.tenant_id = one.tenant_id AND r.entity_type = one.entity_type AND r.entity_id = one.entity_id;
        UPDATE navette.record_links l SET snapshot = '{}', seen = '{}', conflicts = '{}', revision = l.revision + 1
        WHERE l.tenant_id = one.tenant_id AND l.entity_id = one.entity_id AND l.entity_type IN ('', one.entity_type);
        DELETE FROM navette.doubts d
        WHERE d.tenant_id = one.tenant_id AND d.entity_id = one.entity_id AND d.entity_type = one.entity_type;
        DELETE FROM navette.record_keys k
        WHERE k.tenant_id = one.tenant_id AND k.entity_type = one.entity_type AND k.entity_id = one.entity_id;
        emptied := emptied + 1;
    END LOOP;
    RETURN emptied;
END $$;
