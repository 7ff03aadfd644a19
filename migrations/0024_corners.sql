-- What the application's waiting jobs make on a platform counts as the work of the plan that they waited for.

-- As in 0018, and: the waiting pushes of records that the plan speaks of belong to its run, so that undo finds what they made. Deletes
-- stay what they are, and so does what names a run of its own.
CREATE OR REPLACE FUNCTION navette.begin_applying(tenant text, comparison bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c navette.comparisons;
BEGIN
    UPDATE navette.comparisons SET state = 'applying', step = step + 1
    WHERE tenant_id = tenant AND id = comparison AND state = 'approved' RETURNING * INTO c;
    IF NOT FOUND OR c.kind <> 'first' THEN
        RETURN;
    END IF;
    UPDATE navette.tenant_integrations i SET state = 'active', state_reason = NULL
    WHERE i.tenant_id = tenant AND i.id = c.integration_id AND i.state = 'paused';
    IF FOUND THEN
        UPDATE navette.sync_queue q
        SET deferred = true, run_at = navette.parked_until(),
            origin = CASE WHEN q.operation <> 'delete' AND NOT starts_with(q.origin, 'sync') AND navette.run_of(q.origin) = ''
                               AND EXISTS (SELECT FROM navette.comparison_items i
                                           WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.object = ANY (c.objects)
                                             AND i.entity_id = q.entity_id AND i.entity_id <> '' AND i.entity_type = q.entity_type
                                             AND i.verdict NOT IN ('ambiguous', 'missing'))
                          THEN navette.comparison_run(c.kind, c.id) ELSE q.origin END
        WHERE q.integration_id = c.integration_id AND q.tenant_id = tenant AND q.status = 'pending' AND q.direction = 'to_platform'
          AND q.waits_for IS NULL AND q.run_at <= now();
        PERFORM pg_notify('navette_wake', 'integrations');
    END IF;
END $$;

-- As in 0020, and: what the application edits is a run's change only where the application named the run. Of a plan that its jobs waited
-- for, only what they made on the platform is.
CREATE OR REPLACE FUNCTION navette.put_hub(tenant text, entity_type text, entity_id text, expected bigint, data jsonb, stamps jsonb, keys jsonb,
                                gone boolean, retold jsonb, retold_from text, told_by bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    latest bigint;
    place  bigint;
    run    text := '';
BEGIN
    IF put_hub.expected = 0 THEN
        INSERT INTO navette.records AS r (tenant_id, entity_type, entity_id, data, stamps, told_job)
        VALUES (put_hub.tenant, put_hub.entity_type, put_hub.entity_id, put_hub.data, put_hub.stamps, put_hub.told_by)
        ON CONFLICT DO NOTHING RETURNING r.version INTO latest;
    ELSE
        SELECT CASE WHEN starts_with(q.origin, 'run:') THEN navette.run_of(q.origin) ELSE '' END INTO run FROM navette.sync_queue q
        WHERE q.id = put_hub.told_by AND q.tenant_id = put_hub.tenant;
        IF run <> '' THEN
            PERFORM set_config('navette.run', run, true);
        END IF;
        UPDATE navette.records r
        SET data = put_hub.data, stamps = put_hub.stamps, version = r.version + 1, deleted = put_hub.gone, archived = false,
            told_job = greatest(r.told_job, put_hub.told_by), updated_at = now()
        WHERE r.tenant_id = put_hub.tenant AND r.entity_type = put_hub.entity_type AND r.entity_id = put_hub.entity_id
          AND r.version = put_hub.expected
        RETURNING r.version INTO latest;
        IF run <> '' THEN
            PERFORM set_config('navette.run', '', true);
        END IF;
    END IF;
    IF latest IS NULL THEN
        RETURN NULL;
    END IF;
    PERFORM navette.put_keys(put_hub.tenant, put_hub.entity_type, put_hub.entity_id, put_hub.keys);
    IF put_hub.retold <> '[]' THEN
        place := navette.publish_change(put_hub.tenant, put_hub.entity_type, put_hub.entity_id, 'upsert', put_hub.retold_from, '',
                                        put_hub.entity_type || '.retold', put_hub.data, now(), latest,
                                        ARRAY(SELECT jsonb_array_elements_text(put_hub.retold)));
        UPDATE navette.records r SET stamps = navette.placed_stamps(put_hub.stamps, place)
        WHERE r.tenant_id = put_hub.tenant AND r.entity_type = put_hub.entity_type AND r.entity_id = put_hub.entity_id;
    END IF;
    RETURN latest;
END $$;

-- What is not yet sorted into the index is searched through by every look-up: a plan of many records would look its records up ever
-- slower.
ALTER INDEX navette.comparison_items_keys SET (fastupdate = off);
SELECT gin_clean_pending_list('navette.comparison_items_keys');

-- As in 0020, and: the comparison is locked only where there is something to link, so that pushes of what the platform lacks hold up
-- neither each other nor the comparison's next step.
CREATE OR REPLACE FUNCTION navette.link_first(tenant text, integration text, object text, entity_type text, entity_id text) RETURNS text
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    under_way bigint;
    item_id   bigint;
    there     text;
    applied   timestamptz;
    c         navette.comparisons;
BEGIN
    SELECT o.id INTO under_way FROM navette.comparisons o
    WHERE o.tenant_id = link_first.tenant AND o.integration_id = link_first.integration
      AND o.state IN ('approved', 'applying', 'paused') AND coalesce(o.resumes, o.state) IN ('approved', 'applying');
    IF under_way IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT i.id, i.remote_id, i.applied_at INTO item_id, there, applied FROM navette.comparison_items i
    WHERE i.tenant_id = link_first.tenant AND i.comparison_id = under_way AND i.object = link_first.object
      -- The text is compared with '' as the index is: with an order by id the plan would walk all items instead.
      AND i.entity_id = link_first.entity_id AND i.entity_id <> '' AND i.entity_type = link_first.entity_type AND NOT i.pushes
      AND i.verdict NOT IN ('missing', 'ambiguous')
    LIMIT 1;
    IF item_id IS NULL THEN
        -- The record is new here, or goes by another id since it was compared.
        WITH hit AS MATERIALIZED (
            SELECT i.* FROM navette.record_keys k
            JOIN navette.comparison_items i ON i.keys @> jsonb_build_array(jsonb_build_object('name', k.name, 'value', k.value))
            WHERE k.tenant_id = link_first.tenant AND k.entity_type = link_first.entity_type AND k.entity_id = link_first.entity_id
        )
        SELECT h.id, h.remote_id, h.applied_at INTO item_id, there, applied FROM hit h
        WHERE h.tenant_id = link_first.tenant AND h.comparison_id = under_way AND h.object = link_first.object AND NOT h.pushes
          AND h.verdict NOT IN ('missing', 'ambiguous')
        ORDER BY h.applied_at NULLS FIRST, h.id LIMIT 1;
    END IF;
    IF item_id IS NULL THEN
        RETURN NULL;
    END IF;
    IF applied IS NULL THEN
        SELECT o.* INTO c FROM navette.comparisons o
        WHERE o.tenant_id = link_first.tenant AND o.id = under_way
          AND o.state IN ('approved', 'applying', 'paused') AND coalesce(o.resumes, o.state) IN ('approved', 'applying')
        FOR UPDATE;
        IF NOT FOUND THEN
            RETURN NULL;  -- it was cancelled meanwhile
        END IF;
        -- Another push, or the comparison itself, may have been faster.
        SELECT i.applied_at INTO applied FROM navette.comparison_items i
        WHERE i.tenant_id = link_first.tenant AND i.comparison_id = under_way AND i.id = item_id;
    END IF;
    IF applied IS NULL THEN
        PERFORM navette.note_applied(c, ARRAY[item_id], navette.merge_items(
            c, ARRAY[item_id],
            EXISTS (SELECT FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
                    WHERE i.tenant_id = link_first.tenant AND i.id = link_first.integration AND 'fetch' = ANY (a.capabilities)), 3));
        PERFORM navette.wake(ARRAY[link_first.integration]);
        RETURN there;
    END IF;
    RETURN CASE WHEN navette.is_moving(link_first.tenant, link_first.integration, link_first.object, 'remote:' || there) THEN there END;
END $$;
