-- Conflicts that a person decides, and undo: the state before what a run wrote is kept for a while (docs/two-way-sync.md).

-- {"a": {"b": value}} for the field "a.b".
CREATE FUNCTION navette.nest(field text, value jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    steps  text[] := string_to_array(field, '.');
    nested jsonb  := coalesce(value, 'null');
BEGIN
    FOR at IN REVERSE cardinality(steps) .. 1 LOOP
        nested := jsonb_build_object(steps[at], nested);
    END LOOP;
    RETURN nested;
END $$;

-- The fields of a record by their dotted paths, as sync::leaves_of has them: a list is one field, and so is an empty object.
CREATE FUNCTION navette.leaves(record jsonb) RETURNS TABLE (field text, value jsonb) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    WITH RECURSIVE walk (field, value) AS (
        SELECT e.key, e.value FROM jsonb_each(record) e
        UNION ALL
        SELECT w.field || '.' || e.key, e.value
        FROM walk w CROSS JOIN LATERAL jsonb_each(CASE WHEN jsonb_typeof(w.value) = 'object' THEN w.value ELSE '{}' END) e
    )
    SELECT w.field, w.value FROM walk w WHERE jsonb_typeof(w.value) <> 'object' OR w.value = '{}'
$$;

-- The fields in which two records differ; null and absence are the same.
CREATE FUNCTION navette.changed_fields(before jsonb, after jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(field ORDER BY field), '{}')
    FROM navette.leaves(before) b FULL JOIN navette.leaves(after) a USING (field)
    WHERE nullif(b.value, 'null') IS DISTINCT FROM nullif(a.value, 'null')
$$;

-- Gives a hub record data that the application does not know of: they go to the feed, and each changed field notes what the application
-- knew, as after a platform's change. `by`: the integration whose value it is, empty where navette itself did it. The caller holds the
-- record's lock. Returns the fields that changed.
CREATE FUNCTION navette.overrule_record(tenant text, entity_type text, entity_id text, wanted jsonb, gone boolean, by text,
                                        remote_id text, event_type text)
RETURNS text[] LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    known        navette.records;
    names        text[];
    place        bigint;
    acknowledged bigint;
    marks        jsonb;
    keyed        text[];
BEGIN
    SELECT r.* INTO known FROM navette.records r
    WHERE r.tenant_id = overrule_record.tenant AND r.entity_type = overrule_record.entity_type
      AND r.entity_id = overrule_record.entity_id;
    names := navette.changed_fields(known.data, wanted);
    IF cardinality(names) = 0 AND known.deleted = gone THEN
        RETURN names;
    END IF;
    place := navette.publish_change(tenant, entity_type, entity_id, CASE WHEN gone THEN 'delete' ELSE 'upsert' END, by, remote_id,
                                    event_type, wanted, now(), known.version + 1, names);
    SELECT h.acknowledged INTO acknowledged FROM navette.change_heads h WHERE h.tenant_id = overrule_record.tenant;
    SELECT coalesce(jsonb_object_agg(n.name, jsonb_build_object(
        'at', (extract(epoch FROM now()) * 1000)::bigint, 'by', by, 'rule', 'newest_wins', 'position', place,
        'was', CASE WHEN (known.stamps -> n.name ->> 'position')::bigint > acknowledged THEN known.stamps -> n.name -> 'was'
                    ELSE coalesce(known.data #> string_to_array(n.name, '.'), 'null') END)), '{}')
    INTO marks FROM unnest(names) AS n (name);
    UPDATE navette.records r
    SET data = wanted, stamps = r.stamps || marks, deleted = gone, version = r.version + 1, updated_at = now()
    WHERE r.tenant_id = overrule_record.tenant AND r.entity_type = overrule_record.entity_type
      AND r.entity_id = overrule_record.entity_id;
    -- A natural key that changed is found under its new value (as sync::natural_keys_of normalises it).
    WITH gone AS (
        DELETE FROM navette.record_keys k
        WHERE k.tenant_id = overrule_record.tenant AND k.entity_type = overrule_record.entity_type
          AND k.entity_id = overrule_record.entity_id AND k.name = ANY (names)
        RETURNING k.name
    )
    SELECT array_agg(DISTINCT g.name) INTO keyed FROM gone g;
    INSERT INTO navette.record_keys (tenant_id, entity_type, name, value, entity_id)
    SELECT tenant, entity_type, k.name, k.value, entity_id
    FROM (SELECT n.name, CASE WHEN n.name LIKE '%phone' THEN regexp_replace(wanted #>> string_to_array(n.name, '.'), '\D', '', 'g')
                              ELSE lower(regexp_replace(btrim(wanted #>> string_to_array(n.name, '.')), '\s+', ' ', 'g')) END AS value
          FROM unnest(keyed) AS n (name)) k
    WHERE k.value <> ''
    ON CONFLICT DO NOTHING;
    RETURN names;
END $$;

-- Decides one field that both sides changed: `choice` is local (the hub's value goes to the platform), platform (its value goes into the
-- hub and on from there) or value (`given` goes to all). Returns what was done, or null where there is no such conflict any more.
CREATE FUNCTION navette.resolve_conflict(tenant text, integration text, object text, entity_id text, field text, choice text,
                                         given jsonb DEFAULT NULL)
RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    kind    text;
    known   navette.records;
    link    navette.record_links;
    clash   jsonb;
    patch   jsonb;
    changed text[] := '{}';
    jobs    integer := 0;
    spread  text;
    way     text;
BEGIN
    SELECT l.entity_type INTO kind FROM navette.record_links l
    WHERE l.tenant_id = resolve_conflict.tenant AND l.integration_id = resolve_conflict.integration
      AND l.object = resolve_conflict.object AND l.entity_id = resolve_conflict.entity_id AND l.conflicts ? resolve_conflict.field;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT r.* INTO known FROM navette.records r
    WHERE r.tenant_id = resolve_conflict.tenant AND r.entity_type = kind AND r.entity_id = resolve_conflict.entity_id FOR UPDATE;
    SELECT l.* INTO link FROM navette.record_links l
    WHERE l.tenant_id = resolve_conflict.tenant AND l.integration_id = resolve_conflict.integration
      AND l.object = resolve_conflict.object AND l.entity_id = resolve_conflict.entity_id FOR UPDATE;
    clash := link.conflicts -> resolve_conflict.field;
    IF clash IS NULL OR known.version IS NULL THEN
        RETURN NULL;
    END IF;
    SELECT coalesce(i.sync_rules ->> 'spread', 'linked'), i.sync_direction INTO spread, way FROM navette.tenant_integrations i
    WHERE i.tenant_id = resolve_conflict.tenant AND i.id = resolve_conflict.integration;
    -- The link first: what the platform shows is known from now on, so that a push sends ours where it differs.
    UPDATE navette.record_links l
    SET snapshot = navette.lay_over(l.snapshot, coalesce(clash -> 'snapshot_patch', '{}')),
        seen = navette.lay_over(l.seen, navette.nest(resolve_conflict.field, clash -> 'remote')),
        conflicts = l.conflicts - resolve_conflict.field, pushed_hash = '', revision = l.revision + 1
    WHERE l.tenant_id = link.tenant_id AND l.integration_id = link.integration_id AND l.object = link.object
      AND l.entity_id = link.entity_id;
    IF choice <> 'local' THEN
        patch := CASE choice WHEN 'platform' THEN coalesce(clash -> 'record_patch', navette.nest(resolve_conflict.field, clash -> 'remote'))
                             ELSE navette.nest(resolve_conflict.field, given) END;
        changed := navette.overrule_record(tenant, kind, entity_id, navette.lay_over(known.data, patch), known.deleted, integration,
                                           link.remote_id, 'conflict.resolved');
    END IF;
    SELECT r.* INTO known FROM navette.records r
    WHERE r.tenant_id = resolve_conflict.tenant AND r.entity_type = kind AND r.entity_id = resolve_conflict.entity_id;
    IF cardinality(changed) > 0 AND spread <> 'none' THEN
        jobs := navette.spread_record(tenant, kind, entity_id, known.data, 'upsert', integration, spread = 'all');
    END IF;
    IF choice <> 'platform' AND way <> 'from_platform' AND NOT known.deleted THEN
        INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, origin)
        VALUES (tenant, integration, kind || '.updated', kind, entity_id, known.data, 'sync');
        PERFORM navette.wake(ARRAY[integration]);
        jobs := jobs + 1;
    END IF;
    RETURN jsonb_build_object(
        'tenant_id', tenant, 'integration_id', integration, 'object', object, 'entity_type', kind, 'entity_id', entity_id,
        'field', resolve_conflict.field, 'choose', choice, 'value', known.data #> string_to_array(resolve_conflict.field, '.'),
        'version', known.version, 'jobs', jobs);
END $$;

-- ---------------------------------------------------------------------------------------------------------------------------- undo

-- The run that a job belongs to, empty where it belongs to none: "plan:7", "reconcile:8", "replay:9", or what a person called it
-- ("run:import"). A push of the hub in a run says "sync:plan:7".
CREATE FUNCTION navette.run_of(origin text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    -- The first test spares almost every job the second.
    SELECT CASE WHEN strpos(origin, ':') = 0 OR starts_with(origin, 'source:') THEN ''
                WHEN origin ~ '^(sync:)?(plan|reconcile|replay|run):.' THEN regexp_replace(origin, '^sync:', '') ELSE '' END
$$;

-- Which run wrote the link last by a push.
ALTER TABLE navette.record_links ADD COLUMN run text NOT NULL DEFAULT '';

-- What a run changed, as it was before and as the run left it.
CREATE TABLE navette.run_images (
    tenant_id      text        NOT NULL,
    run            text        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('link', 'record')),
    integration_id text        NOT NULL DEFAULT '',
    object         text        NOT NULL DEFAULT '',
    entity_type    text        NOT NULL,
    entity_id      text        NOT NULL,
    -- Null: there was none.
    before         jsonb,
    -- Of the state that the run left: who finds another one knows that somebody edited it since.
    after_hash     text        NOT NULL,
    remote_id      text        NOT NULL DEFAULT '',
    -- The run made the record on the platform: nothing had been known of it there.
    created_there  boolean     NOT NULL DEFAULT false,
    -- Somebody else changed it between two writes of the run.
    mixed          boolean     NOT NULL DEFAULT false,
    created_at     timestamptz NOT NULL DEFAULT now(),
    undone_at      timestamptz,
    -- What undo did, or why it did not.
    verdict        text,
    PRIMARY KEY (tenant_id, run, kind, integration_id, object, entity_type, entity_id)
);
CREATE INDEX run_images_age ON navette.run_images (created_at);
SELECT navette.bind_to_tenant('navette.run_images');
GRANT SELECT ON navette.run_images TO navette_tenant;

CREATE FUNCTION navette.image_of(r navette.records) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('data', r.data, 'deleted', r.deleted, 'archived', r.archived)
$$;
CREATE FUNCTION navette.image_of(l navette.record_links) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('remote_id', l.remote_id, 'snapshot', l.snapshot, 'gone', l.gone)
$$;

CREATE FUNCTION navette.keep_record_image() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    former jsonb := CASE WHEN TG_OP = 'UPDATE' THEN navette.image_of(OLD) END;
BEGIN
    INSERT INTO navette.run_images AS i (tenant_id, run, kind, entity_type, entity_id, before, after_hash)
    VALUES (NEW.tenant_id, current_setting('navette.run'), 'record', NEW.entity_type, NEW.entity_id, former,
            md5(navette.image_of(NEW)::text))
    ON CONFLICT ON CONSTRAINT run_images_pkey DO UPDATE
    SET after_hash = excluded.after_hash, mixed = i.mixed OR i.after_hash <> coalesce(md5(former::text), ''),
        undone_at = NULL, verdict = NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_image AFTER INSERT OR UPDATE ON navette.records FOR EACH ROW
    WHEN (current_setting('navette.run', true) <> '')
    EXECUTE FUNCTION navette.keep_record_image();

-- Whether the platform's record was known before the run wrote the link: a push that finds the record there adopts it, and what was read
-- there before, by a pull or by the comparison that the run applies, is never taken for the run's own.
CREATE FUNCTION navette.was_there(link navette.record_links, run text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM navette.remote_records r
                   WHERE r.tenant_id = link.tenant_id AND r.integration_id = link.integration_id AND r.object = link.object
                     AND r.remote_id = link.remote_id)
        OR EXISTS (SELECT FROM navette.comparison_items c
                   WHERE c.tenant_id = link.tenant_id AND c.object = link.object AND c.remote_id = link.remote_id AND c.remote_id <> ''
                     AND c.comparison_id = substring(run FROM '^(?:plan|reconcile):(\d{1,18})$')::bigint)
$$;

CREATE FUNCTION navette.keep_link_image() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    name   text  := coalesce(nullif(current_setting('navette.run', true), ''), NEW.run);
    former jsonb := CASE WHEN TG_OP = 'UPDATE' THEN navette.image_of(OLD) END;
BEGIN
    INSERT INTO navette.run_images AS i (tenant_id, run, kind, integration_id, object, entity_type, entity_id, before, after_hash,
                                         remote_id, created_there)
    VALUES (NEW.tenant_id, name, 'link', NEW.integration_id, NEW.object,
            NEW.entity_type, NEW.entity_id, former, md5(navette.image_of(NEW)::text), NEW.remote_id,
            TG_OP = 'INSERT' AND NEW.job_id > 0 AND NOT navette.was_there(NEW, name))
    ON CONFLICT ON CONSTRAINT run_images_pkey DO UPDATE
    SET after_hash = excluded.after_hash, mixed = i.mixed OR i.after_hash <> coalesce(md5(former::text), ''),
        undone_at = NULL, verdict = NULL;
    RETURN NULL;
END $$;
-- A push: the statement that finishes its job names the run.
CREATE TRIGGER keep_image_of_push AFTER INSERT OR UPDATE OF run ON navette.record_links FOR EACH ROW
    WHEN (NEW.run <> '')
    EXECUTE FUNCTION navette.keep_link_image();
-- A merge, or a link that is made without a job.
CREATE TRIGGER keep_image AFTER INSERT OR UPDATE ON navette.record_links FOR EACH ROW
    WHEN (current_setting('navette.run', true) <> '')
    EXECUTE FUNCTION navette.keep_link_image();

-- navette.receive_change for a job of this origin.
CREATE FUNCTION navette.receive_change_in_run(origin text, tenant text, integration text, event_type text, change jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    run    text := navette.run_of(origin);
    remark text;
BEGIN
    IF run = '' THEN
        RETURN navette.receive_change(tenant, integration, event_type, change);
    END IF;
    PERFORM set_config('navette.run', run, true);
    remark := navette.receive_change(tenant, integration, event_type, change);
    PERFORM set_config('navette.run', '', true);
    RETURN remark;
END $$;

-- What undo would do with an image now: push (a hub record goes back to what it was, and on to the platforms), bury (a hub record that the
-- run made becomes a deleted one), delete (the platform's record is deleted), unlink, follow (a link that goes with its hub record's
-- image); or, after "kept: ", why it leaves it alone.
CREATE FUNCTION navette.undo_verdict(image navette.run_images) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    hub  navette.records;
    link navette.record_links;
BEGIN
    IF image.mixed THEN
        RETURN 'kept: somebody else changed it between two writes of the run';
    END IF;
    IF image.kind = 'record' THEN
        SELECT r.* INTO hub FROM navette.records r
        WHERE r.tenant_id = image.tenant_id AND r.entity_type = image.entity_type AND r.entity_id = image.entity_id;
        RETURN CASE
            WHEN hub.version IS NULL THEN 'kept: the record is gone, or has another id by now'
            WHEN md5(navette.image_of(hub)::text) <> image.after_hash THEN 'kept: it was changed since the run'
            WHEN image.before IS NULL AND EXISTS (
                SELECT FROM navette.record_links l
                WHERE l.tenant_id = image.tenant_id AND l.entity_id = image.entity_id AND l.entity_type = image.entity_type
                  AND NOT EXISTS (SELECT FROM navette.run_images i
                                  WHERE i.tenant_id = l.tenant_id AND i.run = image.run AND i.kind = 'link'
                                    AND i.integration_id = l.integration_id AND i.object = l.object AND i.entity_type = l.entity_type
                                    AND i.entity_id = l.entity_id
                                    AND (i.undone_at IS NOT NULL OR navette.undo_verdict(i) IN ('delete', 'unlink'))))
                THEN 'kept: a platform holds it that the run did not bring it to, or where it was changed since'
            WHEN image.before IS NULL THEN 'bury'
            WHEN (image.before ->> 'deleted')::boolean THEN 'kept: it was deleted before the run; delete it in the application'
            ELSE 'push' END;
    END IF;
    SELECT l.* INTO link FROM navette.record_links l
    WHERE l.tenant_id = image.tenant_id AND l.integration_id = image.integration_id AND l.object = image.object
      AND l.entity_id = image.entity_id;
    RETURN CASE
        WHEN link.tenant_id IS NULL THEN 'kept: the link is gone already'
        WHEN md5(navette.image_of(link)::text) <> image.after_hash
            THEN 'kept: it was changed on the platform or sent there since the run'
        WHEN EXISTS (SELECT FROM navette.sync_queue q
                     WHERE navette.record_key(q.integration_id, q.entity_id) = navette.record_key(image.integration_id, image.entity_id)
                       AND q.status = 'pending' AND q.tenant_id = image.tenant_id AND q.integration_id = image.integration_id
                       AND q.entity_type = image.entity_type AND q.entity_id = image.entity_id)
            THEN 'kept: a later change of it is under way'
        WHEN image.before IS NULL THEN CASE WHEN image.created_there THEN 'delete' ELSE 'unlink' END
        WHEN image.before ->> 'remote_id' <> link.remote_id THEN 'kept: the run made it anew on the platform, the former one is gone'
        WHEN EXISTS (SELECT FROM navette.run_images i
                     WHERE i.tenant_id = image.tenant_id AND i.run = image.run AND i.kind = 'record'
                       AND i.entity_type = image.entity_type AND i.entity_id = image.entity_id) THEN 'follow'
        ELSE 'kept: the platform was made equal to a record that the run did not change' END;
END $$;

-- Takes back one image; see undo_verdict. Returns what it did. What was undone already stays so.
CREATE FUNCTION navette.undo_image(tenant text, run_name text, image_kind text, integration text, of_object text, of_type text, of_id text)
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
              AND EXISTS (SELECT FROM navette.record_links l
                          WHERE l.tenant_id = tenant AND l.entity_id = of_id AND l.integration_id = i.id
                            AND l.entity_type IN ('', of_type))
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
