-- Comparisons that rely on nothing a platform's search shows late, and records that are linked before they are pushed while a plan is
-- applied; undo of deletes; what deleted records leave behind; sources whose rows vanish in numbers.

-- How late a platform's search may be: what was written there so shortly before it was read, it need not show yet.
CREATE FUNCTION navette.search_lag() RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT interval '2 minutes' $$;

-- As in 0018, and: what was written there shortly before the reading is not missed.
CREATE OR REPLACE FUNCTION navette.step_comparison(tenant text, comparison bigint, expected_step bigint, size integer, types text[])
RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    c     navette.comparisons;
    what  text;
    after jsonb;
    made  bigint := 0;
    one_way boolean;
BEGIN
    SELECT * INTO c FROM navette.comparisons
    WHERE tenant_id = tenant AND id = comparison AND state = 'reading' AND phase IN ('missing', 'local') AND step = expected_step
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    what := c.objects[c.place];
    IF c.phase = 'missing' THEN
        WITH page AS MATERIALIZED (
            SELECT l.* FROM navette.record_links l
            WHERE l.tenant_id = tenant AND l.integration_id = c.integration_id AND l.object = what
              AND l.entity_id > coalesce(c.cursor ->> 'id', '')
            ORDER BY l.entity_id LIMIT size
        ), written AS (
            INSERT INTO navette.comparison_items (tenant_id, comparison_id, object, remote_id, entity_type, entity_id, verdict, reason)
            SELECT tenant, comparison, what, p.remote_id, coalesce(nullif(p.entity_type, ''), types[1]), p.entity_id, 'missing',
                   'the platform did not show it'
            FROM page p
            -- What was written there since the reading began, or shortly before, may have stood behind it.
            WHERE NOT p.gone AND greatest(p.created_at, p.synced_at) < c.object_since - navette.search_lag()
              -- The next one in the order of the key: that leaves the plan no choice but the key.
              AND (SELECT (s.tenant_id, s.comparison_id, s.object, s.remote_id) = (tenant, comparison, what, p.remote_id)
                   FROM navette.comparison_seen s
                   WHERE (s.tenant_id, s.comparison_id, s.object, s.remote_id) >= (tenant, comparison, what, p.remote_id)
                   ORDER BY s.tenant_id, s.comparison_id, s.object, s.remote_id LIMIT 1) IS NOT TRUE
              AND NOT EXISTS (SELECT FROM navette.records r
                              WHERE r.tenant_id = tenant AND r.entity_type = coalesce(nullif(p.entity_type, ''), types[1])
                                AND r.entity_id = p.entity_id AND (r.deleted OR r.archived))
              AND NOT (c.kind = 'reconcile' AND navette.is_moving(tenant, c.integration_id, coalesce(nullif(p.entity_type, ''), types[1]),
                                                                  p.entity_id))
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM written), (SELECT jsonb_build_object('id', max(p.entity_id)) FROM page p HAVING count(*) = size)
        INTO made, after;
    ELSE
        SELECT i.sync_direction = 'from_platform' INTO one_way FROM navette.tenant_integrations i
        WHERE i.tenant_id = tenant AND i.id = c.integration_id;
        WITH page AS MATERIALIZED (
            SELECT r.* FROM unnest(types) AS t (type) CROSS JOIN LATERAL (
                SELECT * FROM navette.records o
                WHERE o.tenant_id = tenant AND o.entity_type = t.type
                  AND o.entity_id > CASE t.type WHEN c.cursor ->> 'type' THEN c.cursor ->> 'id' ELSE '' END
                ORDER BY o.entity_id LIMIT size) r
            WHERE t.type >= coalesce(c.cursor ->> 'type', '') AND NOT coalesce(one_way, true)
            ORDER BY r.entity_type, r.entity_id LIMIT size
        ), written AS (
            INSERT INTO navette.comparison_items (tenant_id, comparison_id, object, entity_type, entity_id, verdict, pushes)
            SELECT tenant, comparison, what, p.entity_type, p.entity_id, 'create_remote', true
            FROM page p
            WHERE NOT p.deleted AND NOT p.archived
              AND (SELECT (l.tenant_id, l.integration_id, l.object, l.entity_id) = (tenant, c.integration_id, what, p.entity_id)
                   FROM navette.record_links l
                   WHERE (l.tenant_id, l.integration_id, l.object, l.entity_id) >= (tenant, c.integration_id, what, p.entity_id)
                   ORDER BY l.tenant_id, l.integration_id, l.object, l.entity_id LIMIT 1) IS NOT TRUE
              AND NOT EXISTS (SELECT FROM navette.comparison_items i
                              WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.object = what
                                AND i.entity_id = p.entity_id AND i.entity_type = p.entity_type)
              -- It may be there, only nobody knows which one it is.
              AND NOT EXISTS (SELECT FROM navette.record_keys k
                              WHERE k.tenant_id = tenant AND k.entity_type = p.entity_type AND k.entity_id = p.entity_id
                                AND EXISTS (SELECT FROM navette.comparison_items i
                                            WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.object = what
                                              AND i.verdict = 'ambiguous'
                                              AND i.keys @> jsonb_build_array(jsonb_build_object('name', k.name, 'value', k.value))))
              AND NOT (c.kind = 'reconcile' AND navette.is_moving(tenant, c.integration_id, p.entity_type, p.entity_id))
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM written),
               (SELECT jsonb_build_object('type', p.entity_type, 'id', p.entity_id) FROM page p
                WHERE (SELECT count(*) FROM page) = size ORDER BY p.entity_type DESC, p.entity_id DESC LIMIT 1)
        INTO made, after;
    END IF;
    UPDATE navette.comparisons
    SET counts = navette.add_counts(c.counts, what, jsonb_build_object(CASE c.phase WHEN 'missing' THEN 'missing'
                                                                                   ELSE 'create_remote' END, made)),
        cursor = coalesce(after, 'null'), step = c.step + 1, next_at = now()
    WHERE tenant_id = tenant AND id = comparison;
    IF after IS NULL THEN
        PERFORM navette.next_phase(tenant, comparison);
    END IF;
    RETURN true;
END $$;

-- Makes the jobs that merge these items of a comparison, none of which pushes. `fetches`: the connector can read single records, so what
-- may have changed since, or be gone, is read anew: what is old and would overwrite something, what is missing, and what a search for
-- drift would make here, since a platform's search shows deleted records for a while. Returns how many; nothing of what was found holds
-- for the others any more.
CREATE FUNCTION navette.merge_items(c navette.comparisons, items bigint[], fetches boolean, urgency integer) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    usable bigint[];
    thin   bigint[];
    made   bigint;
BEGIN
    -- Linked to another record, or unlinked, meanwhile: nothing of what was found holds.
    SELECT array_agg(i.id), coalesce(array_agg(i.id) FILTER (
               WHERE fetches AND (i.verdict = 'missing' OR c.kind = 'reconcile' AND i.verdict = 'create_local'
                            OR i.verdict IN ('change_local', 'conflict') AND i.read_at < now() - interval '10 minutes')), '{}')
    INTO usable, thin
    FROM navette.comparison_items i
    WHERE i.tenant_id = c.tenant_id AND i.comparison_id = c.id AND i.id = ANY (items)
      AND (i.verdict <> 'missing' OR EXISTS (
          SELECT FROM navette.record_links l
          WHERE l.tenant_id = c.tenant_id AND l.integration_id = c.integration_id AND l.object = i.object
            AND l.entity_id = i.entity_id AND l.remote_id = i.remote_id AND NOT l.gone));
    INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, entity_id, operation, data,
                                    priority, origin)
    SELECT c.tenant_id, c.integration_id, 'from_platform', i.object || '.compared', i.object, 'remote:' || i.remote_id,
           CASE WHEN i.verdict = 'missing' AND i.id <> ALL (thin) THEN 'delete' ELSE 'upsert' END,
           jsonb_strip_nulls(jsonb_build_object(
               'event_type', i.object || '.compared', 'object', i.object, 'remote_id', i.remote_id,
               'deleted', i.verdict = 'missing' AND i.id <> ALL (thin), 'thin', i.id = ANY (thin),
               -- Where the platform tells no time: later than it was read it did not change, as far as is known.
               'occurred_at', navette.iso(coalesce(i.changed_at, i.read_at))))
               || CASE WHEN i.fields IS NULL THEN '{}' ELSE jsonb_build_object('fields', i.fields) END,
           urgency, navette.comparison_run(c.kind, c.id)
    FROM navette.comparison_items i
    WHERE i.tenant_id = c.tenant_id AND i.comparison_id = c.id AND i.id = ANY (usable)
    ORDER BY i.id;
    GET DIAGNOSTICS made = ROW_COUNT;
    -- As a pull does with what it told; what is to be read anew is not known any more.
    INSERT INTO navette.remote_records AS m (tenant_id, integration_id, object, remote_id, hash, changed_at, job_id)
    SELECT c.tenant_id, c.integration_id, i.object, i.remote_id, i.hash, i.changed_at, coalesce(l.job_id, 0)
    FROM navette.comparison_items i
    LEFT JOIN navette.record_links l ON l.tenant_id = c.tenant_id AND l.integration_id = c.integration_id AND l.object = i.object
                                    AND l.entity_id = i.entity_id
    WHERE i.tenant_id = c.tenant_id AND i.comparison_id = c.id AND i.id = ANY (usable) AND i.id <> ALL (thin) AND i.hash <> ''
    ON CONFLICT (tenant_id, integration_id, object, remote_id) DO UPDATE
    SET hash = excluded.hash, changed_at = excluded.changed_at, job_id = excluded.job_id, seen_at = now();
    DELETE FROM navette.remote_records m USING navette.comparison_items i
    WHERE i.tenant_id = c.tenant_id AND i.comparison_id = c.id AND i.id = ANY (thin)
      AND m.tenant_id = c.tenant_id AND m.integration_id = c.integration_id AND m.object = i.object AND m.remote_id = i.remote_id;
    RETURN made;
END $$;

-- Notes that these items were applied, by so many jobs.
CREATE FUNCTION navette.note_applied(c navette.comparisons, items bigint[], made bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE navette.comparison_items i SET applied_at = now()
    WHERE i.tenant_id = c.tenant_id AND i.comparison_id = c.id AND i.id = ANY (items);
    UPDATE navette.comparisons o
    SET applied = o.applied + cardinality(items), superseded = o.superseded + cardinality(items) - made, step = o.step + 1
    WHERE o.tenant_id = c.tenant_id AND o.id = c.id;
END $$;

-- As in 0018.
CREATE OR REPLACE FUNCTION navette.apply_comparison(tenant text, comparison bigint, size integer, fetches boolean) RETURNS jsonb
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    c        navette.comparisons;
    run      text;
    under_way bigint;
    merging  bigint;
    pushing  boolean;
    picked   bigint[];
    made     bigint := 0;
BEGIN
    SELECT * INTO c FROM navette.comparisons WHERE tenant_id = tenant AND id = comparison FOR UPDATE;
    IF c.state IS DISTINCT FROM 'applying' THEN
        RETURN jsonb_build_object('state', c.state, 'made', 0);
    END IF;
    run := navette.comparison_run(c.kind, c.id);
    -- One that is tried again later does not hold up the others.
    SELECT count(*), count(*) FILTER (WHERE q.direction = 'from_platform') INTO under_way, merging
    FROM navette.sync_queue q
    WHERE q.integration_id = c.integration_id AND q.tenant_id = tenant AND q.status = 'pending' AND NOT q.deferred AND q.priority = 9
      AND q.origin IN (run, 'sync:' || run);
    pushing := NOT EXISTS (SELECT FROM navette.comparison_items i
                           WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND NOT i.pushes AND i.applied_at IS NULL
                             AND i.verdict <> 'ambiguous');
    IF under_way >= size OR pushing AND merging > 0 THEN
        RETURN jsonb_build_object('state', c.state, 'made', 0);
    END IF;
    SELECT array_agg(i.id) INTO picked FROM (
        SELECT i.id FROM navette.comparison_items i
        WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.pushes = pushing AND i.applied_at IS NULL
          AND i.verdict <> 'ambiguous'
        ORDER BY i.id LIMIT size - under_way) i;
    IF pushing THEN
        PERFORM navette.release_parked(tenant, c.integration_id);
    END IF;
    IF picked IS NULL THEN
        IF under_way = 0 THEN
            UPDATE navette.comparisons SET state = 'done', finished_at = now(), step = step + 1
            WHERE tenant_id = tenant AND id = comparison;
            RETURN jsonb_build_object('state', 'done', 'made', 0);
        END IF;
        RETURN jsonb_build_object('state', c.state, 'made', 0);
    END IF;
    IF pushing THEN
        WITH told AS (
            INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, priority, origin)
            SELECT tenant, c.integration_id, i.entity_type || '.updated', i.entity_type, i.entity_id, r.data, 9, 'sync:' || run
            FROM navette.comparison_items i
            JOIN navette.records r ON r.tenant_id = tenant AND r.entity_type = i.entity_type AND r.entity_id = i.entity_id
                                  AND NOT r.deleted AND NOT r.archived
            WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.id = ANY (picked)
              AND (i.verdict = 'create_remote') = NOT EXISTS (
                  SELECT FROM navette.record_links l
                  WHERE l.tenant_id = tenant AND l.integration_id = c.integration_id AND l.object = i.object
                    AND l.entity_id = i.entity_id)
            ORDER BY i.id
            RETURNING 1
        )
        SELECT count(*) INTO made FROM told;
    ELSE
        made := navette.merge_items(c, picked, fetches, 9);
    END IF;
    PERFORM navette.note_applied(c, picked, made);
    PERFORM navette.wake(ARRAY[c.integration_id]);
    RETURN jsonb_build_object('state', c.state, 'made', made);
END $$;

-- By which natural key an item is found.
CREATE INDEX comparison_items_keys ON navette.comparison_items USING gin (keys jsonb_path_ops);

-- A record without a link is about to be pushed. Where a comparison of the integration that is approved found it on the platform, it is
-- linked first, whatever else of the comparison still waits: pushed as it is, a platform that looks for no natural key would hold it
-- twice. Returns the remote id whose merge the push has to wait for; null where there is none.
CREATE FUNCTION navette.link_first(tenant text, integration text, object text, entity_type text, entity_id text) RETURNS text
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
    c    navette.comparisons;
    item navette.comparison_items;
BEGIN
    SELECT o.* INTO c FROM navette.comparisons o
    WHERE o.tenant_id = link_first.tenant AND o.integration_id = link_first.integration
      AND o.state IN ('approved', 'applying', 'paused') AND coalesce(o.resumes, o.state) IN ('approved', 'applying')
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT i.* INTO item FROM navette.comparison_items i
    WHERE i.tenant_id = link_first.tenant AND i.comparison_id = c.id AND i.object = link_first.object
      -- The text is compared with '' as the index is: with an order by id the plan would walk all items instead.
      AND i.entity_id = link_first.entity_id AND i.entity_id <> '' AND i.entity_type = link_first.entity_type AND NOT i.pushes
      AND i.verdict NOT IN ('missing', 'ambiguous')
    LIMIT 1;
    IF NOT FOUND THEN
        -- The record is new here, or goes by another id since it was compared.
        WITH hit AS MATERIALIZED (
            SELECT i.* FROM navette.record_keys k
            JOIN navette.comparison_items i ON i.keys @> jsonb_build_array(jsonb_build_object('name', k.name, 'value', k.value))
            WHERE k.tenant_id = link_first.tenant AND k.entity_type = link_first.entity_type AND k.entity_id = link_first.entity_id
        )
        SELECT h.* INTO item FROM hit h
        WHERE h.tenant_id = link_first.tenant AND h.comparison_id = c.id AND h.object = link_first.object AND NOT h.pushes
          AND h.verdict NOT IN ('missing', 'ambiguous')
        ORDER BY h.applied_at NULLS FIRST, h.id LIMIT 1;
    END IF;
    IF item.id IS NULL THEN
        RETURN NULL;
    END IF;
    IF item.applied_at IS NULL THEN
        PERFORM navette.note_applied(c, ARRAY[item.id], navette.merge_items(
            c, ARRAY[item.id],
            EXISTS (SELECT FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
                    WHERE i.tenant_id = link_first.tenant AND i.id = link_first.integration AND 'fetch' = ANY (a.capabilities)), 3));
        PERFORM navette.wake(ARRAY[link_first.integration]);
        RETURN item.remote_id;
    END IF;
    RETURN CASE WHEN navette.is_moving(link_first.tenant, link_first.integration, link_first.object, 'remote:' || item.remote_id)
                THEN item.remote_id END;
END $$;

-- ---------------------------------------------------------------------------------------------------------------------------- undo

-- The run that a job belongs to, empty where it belongs to none: "plan:7", "reconcile:8", or what a person called it ("run:import"). A
-- push of the hub in a run says "sync:plan:7". A dead letter that is tried again keeps the origin it had.
CREATE OR REPLACE FUNCTION navette.run_of(origin text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- The first test spares almost every job the second.
    SELECT CASE WHEN strpos(origin, ':') = 0 OR starts_with(origin, 'source:') THEN ''
                WHEN origin ~ '^(sync:)?(plan|reconcile|run):.' THEN regexp_replace(origin, '^sync:', '') ELSE '' END
$$;

-- The integrations that have a link for the record.
CREATE FUNCTION navette.holders_of(tenant text, entity_type text, entity_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(DISTINCT l.integration_id), '[]') FROM navette.record_links l
    WHERE l.tenant_id = holders_of.tenant AND l.entity_id = holders_of.entity_id AND l.entity_type IN ('', holders_of.entity_type)
      AND NOT l.gone
$$;

-- As in 0019, and: of a record that the run deletes, who held it.
CREATE OR REPLACE FUNCTION navette.keep_record_image() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    former jsonb := CASE WHEN TG_OP = 'UPDATE' THEN navette.image_of(OLD) END;
BEGIN
    INSERT INTO navette.run_images AS i (tenant_id, run, kind, entity_type, entity_id, before, after_hash)
    VALUES (NEW.tenant_id, current_setting('navette.run'), 'record', NEW.entity_type, NEW.entity_id,
            former || CASE WHEN NEW.deleted AND NOT OLD.deleted
                           THEN jsonb_build_object('held_by', navette.holders_of(NEW.tenant_id, NEW.entity_type, NEW.entity_id))
                           ELSE '{}' END,
            md5(navette.image_of(NEW)::text))
    ON CONFLICT ON CONSTRAINT run_images_pkey DO UPDATE
    SET after_hash = excluded.after_hash,
        -- Of a record that the run deletes after it changed it.
        before = i.before || coalesce(excluded.before - ARRAY['data', 'deleted', 'archived'], '{}'),
        mixed = i.mixed OR i.after_hash <> coalesce(md5(former::text), ''),
        undone_at = NULL, verdict = NULL;
    RETURN NULL;
END $$;

-- As in 0014, and: what a run of the application's changes is kept as it was. What it makes is the application's own and stays.
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
        SELECT navette.run_of(q.origin) INTO run FROM navette.sync_queue q
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

-- As in 0019, and: where the run had a record deleted on a platform, it is made there anew.
CREATE OR REPLACE FUNCTION navette.undo_image(tenant text, run_name text, image_kind text, integration text, of_object text, of_type text, of_id text)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    image   navette.run_images;
    hub     navette.records;
    link    navette.record_links;
    decided text;
    targets text[];
BEGIN
    -- In the order in which a merge takes them: the record, then its link.
    SELECT r.* INTO hub FROM navette.records r
    WHERE r.tenant_id = tenant AND r.entity_type = of_type AND r.entity_id = of_id FOR UPDATE;
    IF image_kind = 'link' THEN
        SELECT l.* INTO link FROM navette.record_links l
        WHERE l.tenant_id = tenant AND l.integration_id = integration AND l.object = of_object AND l.entity_id = of_id FOR UPDATE;
    END IF;
    SELECT i.* INTO image FROM navette.run_images i
    WHERE i.tenant_id = tenant AND i.run = run_name AND i.kind = image_kind AND i.integration_id = integration AND i.object = of_object
      AND i.entity_type = of_type AND i.entity_id = of_id FOR UPDATE;
    IF image.undone_at IS NOT NULL THEN
        RETURN image.verdict;
    END IF;
    decided := navette.undo_verdict(image);
    IF decided = 'delete' THEN
        INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, operation, data, origin)
        VALUES (tenant, integration, of_type || '.deleted', of_type, of_id, 'delete', coalesce(hub.data, '{}'), 'sync:undo:' || run_name);
        PERFORM navette.wake(ARRAY[integration]);
    ELSIF decided = 'unlink' THEN
        DELETE FROM navette.record_links l
        WHERE l.tenant_id = tenant AND l.integration_id = integration AND l.object = of_object AND l.entity_id = of_id;
    ELSIF decided = 'bury' THEN
        PERFORM navette.overrule_record(tenant, of_type, of_id, hub.data, true, '', '', 'undo');
        DELETE FROM navette.record_keys k WHERE k.tenant_id = tenant AND k.entity_type = of_type AND k.entity_id = of_id;
    ELSIF decided = 'push' THEN
        PERFORM navette.overrule_record(tenant, of_type, of_id, image.before -> 'data', false, '', '', 'undo');
        UPDATE navette.records r SET archived = coalesce((image.before ->> 'archived')::boolean, false)
        WHERE r.tenant_id = tenant AND r.entity_type = of_type AND r.entity_id = of_id;
        WITH made AS (
            INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, origin)
            SELECT tenant, i.id, of_type || '.updated', of_type, of_id, image.before -> 'data', 'sync:undo:' || run_name
            FROM navette.tenant_integrations i
            WHERE i.tenant_id = tenant AND i.enabled AND i.sync_direction <> 'from_platform'
              AND (EXISTS (SELECT FROM navette.record_links l
                           WHERE l.tenant_id = tenant AND l.entity_id = of_id AND l.integration_id = i.id
                             AND l.entity_type IN ('', of_type))
                   -- The run had it deleted there: it is made anew.
                   OR hub.deleted AND image.before -> 'held_by' ? i.id)
            RETURNING integration_id
        )
        SELECT array_agg(m.integration_id) INTO targets FROM made m;
        PERFORM navette.wake(coalesce(targets, '{}'));
        UPDATE navette.run_images i SET undone_at = now()
        WHERE i.tenant_id = tenant AND i.run = run_name AND i.kind = 'link' AND i.entity_type = of_type AND i.entity_id = of_id
          AND i.verdict = 'follow';
    END IF;
    -- A link that follows is done when its record is.
    UPDATE navette.run_images i
    SET verdict = decided, undone_at = CASE WHEN decided NOT LIKE 'kept: %' AND decided <> 'follow' THEN now() END
    WHERE i.tenant_id = tenant AND i.run = run_name AND i.kind = image_kind AND i.integration_id = integration
      AND i.object = of_object AND i.entity_type = of_type AND i.entity_id = of_id;
    RETURN decided;
END $$;

-- --------------------------------------------------------------------------------------------------------------------- retention

CREATE INDEX records_tombstones ON navette.records (updated_at) WHERE deleted AND data <> '{}';

-- Empties what navette still knows of records that were deleted so long ago, at most `size` of them: the record that is left tells only
-- that it is deleted, so that nothing raises it again. Returns how many.
CREATE FUNCTION navette.empty_tombstones(age interval, size integer) RETURNS bigint LANGUAGE plpgsql AS $$
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
        DELETE FROM navette.record_keys k
        WHERE k.tenant_id = one.tenant_id AND k.entity_type = one.entity_type AND k.entity_id = one.entity_id;
        emptied := emptied + 1;
    END LOOP;
    RETURN emptied;
END $$;

-- Removes entries of the feeds that the application acknowledged and that are so old, at most `size` of each tenant. Returns how many.
CREATE FUNCTION navette.forget_changes(age interval, size integer) RETURNS bigint LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM navette.changes c USING (
            SELECT o.tenant_id, o.position FROM navette.change_heads h CROSS JOIN LATERAL (
                SELECT * FROM navette.changes n
                WHERE n.tenant_id = h.tenant_id AND n.position <= h.acknowledged
                ORDER BY n.position LIMIT size) o
            WHERE o.created_at < now() - age) old
        WHERE c.tenant_id = old.tenant_id AND c.position = old.position
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

CREATE INDEX webhook_receipts_age ON navette.webhook_receipts USING brin (received_at);

-- Forgets which events were accepted so long ago, at most `size` of them. Returns how many.
CREATE FUNCTION navette.forget_receipts(age interval, size integer) RETURNS bigint LANGUAGE sql AS $$
    WITH gone AS (
        DELETE FROM navette.webhook_receipts w WHERE w.ctid = ANY (ARRAY(
            SELECT r.ctid FROM navette.webhook_receipts r WHERE r.received_at < now() - age LIMIT size))
        RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- ------------------------------------------------------------------------------------------------------------------------- sources

ALTER TABLE navette.sync_cursors
    -- A person says that the rows which vanished were deleted: the next full run tells of all of them.
    ADD COLUMN deletes_approved boolean NOT NULL DEFAULT false,
    -- Why the last full run told of no deletes; null: it did.
    ADD COLUMN vanished         text;
