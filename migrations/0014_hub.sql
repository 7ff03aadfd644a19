-- Sync in both directions: the record in the middle, what each platform was told and shows, and how a change goes on from there
-- (docs/adr/0016-hub-and-spokes.md).

-- Field -> {at, by, rule, was, position}: fields that a platform changed and that the application may not know of yet.
ALTER TABLE navette.records
    ADD COLUMN stamps   jsonb   NOT NULL DEFAULT '{}',
    ADD COLUMN archived boolean NOT NULL DEFAULT false,
    -- The youngest job whose report was taken in: the same report comes once for each integration, and some are slow.
    ADD COLUMN told_job bigint  NOT NULL DEFAULT 0;

ALTER TABLE navette.record_links
    ADD COLUMN entity_type       text        NOT NULL DEFAULT '',
    -- The fields as last read, in local names.
    ADD COLUMN seen              jsonb       NOT NULL DEFAULT '{}',
    -- When the platform says that what is seen last changed.
    ADD COLUMN remote_changed_at timestamptz,
    -- Field -> {base, local, remote, since, record_patch, snapshot_patch}: changed on both sides, for a person to decide.
    ADD COLUMN conflicts         jsonb       NOT NULL DEFAULT '{}',
    -- Raised by every merge.
    ADD COLUMN revision          bigint      NOT NULL DEFAULT 0,
    -- Of the parents' remote ids that were sent last.
    ADD COLUMN references_hash   text        NOT NULL DEFAULT '',
    -- A tombstone: the platform deleted it, and the rule was not to follow.
    ADD COLUMN gone              boolean     NOT NULL DEFAULT false;
CREATE INDEX record_links_entity ON navette.record_links (tenant_id, entity_id);
CREATE INDEX record_links_conflicts ON navette.record_links (tenant_id, integration_id) WHERE conflicts <> '{}';

-- {conflicts, fields, deletes, spread, ...}: see config::SyncRules.
ALTER TABLE navette.tenant_integrations
    ADD COLUMN sync_rules jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(sync_rules) = 'object');
GRANT SELECT (sync_rules), INSERT (sync_rules), UPDATE (sync_rules) ON navette.tenant_integrations TO navette_tenant;
-- As in 0012, and the rules.
CREATE OR REPLACE FUNCTION navette.touch_integration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.integration_type, NEW.integration_name, NEW.enabled, NEW.state, NEW.config_public, NEW.config_encrypted,
        NEW.sync_direction, NEW.sync_frequency, NEW.max_retries, NEW.sync_rules)
       IS DISTINCT FROM
       (OLD.integration_type, OLD.integration_name, OLD.enabled, OLD.state, OLD.config_public, OLD.config_encrypted,
        OLD.sync_direction, OLD.sync_frequency, OLD.max_retries, OLD.sync_rules)
       OR (NEW.oauth_encrypted IS DISTINCT FROM OLD.oauth_encrypted AND NEW.oauth_version = OLD.oauth_version) THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;

-- The natural keys (email, sku, number), normalised, by which a record is found that no link names.
CREATE TABLE navette.record_keys (
    tenant_id   text NOT NULL,
    entity_type text NOT NULL,
    name        text NOT NULL,
    value       text NOT NULL CHECK (value <> ''),
    entity_id   text NOT NULL,
    PRIMARY KEY (tenant_id, entity_type, name, value, entity_id)
);
CREATE INDEX record_keys_entity ON navette.record_keys (tenant_id, entity_type, entity_id);
SELECT navette.bind_to_tenant('navette.record_keys');
GRANT SELECT ON navette.record_keys TO navette_tenant;

-- How far the application has taken in the feed.
ALTER TABLE navette.change_heads
    ADD COLUMN acknowledged    bigint NOT NULL DEFAULT 0,
    -- The last ones, [position, milliseconds since 1970]: a report that waited is judged by what was acknowledged when it was told.
    ADD COLUMN acknowledgements jsonb NOT NULL DEFAULT '[]';
ALTER TABLE navette.changes DROP CONSTRAINT changes_operation_check;
ALTER TABLE navette.changes ADD CONSTRAINT changes_operation_check CHECK (operation IN ('upsert', 'archive', 'delete'));
-- The record's version after the change, and which of its fields it concerns; null where navette keeps no record.
ALTER TABLE navette.changes ADD COLUMN version bigint, ADD COLUMN fields text[];

-- Adds one entry to the tenant's feed. `version`: the record's after the change; `fields`: those that it concerns.
DROP FUNCTION navette.publish_change(text, text, text, text, text, text, text, jsonb, timestamptz);
CREATE FUNCTION navette.publish_change(tenant text, entity_type text, entity_id text, operation text, integration text, remote_id text,
                                       event_type text, data jsonb, occurred_at timestamptz, version bigint DEFAULT NULL,
                                       fields text[] DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    latest bigint;
BEGIN
    INSERT INTO navette.change_heads AS h (tenant_id, position) VALUES (tenant, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET position = h.position + 1
    RETURNING h.position INTO latest;
    INSERT INTO navette.changes (tenant_id, position, entity_type, entity_id, operation, integration_id, remote_id, event_type, data,
                                 occurred_at, version, fields)
    VALUES (tenant, latest, entity_type, entity_id, operation, integration, remote_id, event_type, data, occurred_at, version, fields);
    PERFORM pg_notify('navette_changes', tenant);
    RETURN latest;
END $$;

-- Tells navette that the application has taken in the tenant's feed up to here: what it tells from now on, it tells knowing that.
CREATE FUNCTION navette.acknowledge_changes(tenant text, place bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE navette.change_heads h
    SET acknowledged = least(place, h.position),
        acknowledgements = CASE WHEN jsonb_array_length(h.acknowledgements) >= 64 THEN h.acknowledgements - 0
                                ELSE h.acknowledgements END
            || jsonb_build_array(jsonb_build_array(least(place, h.position), (extract(epoch FROM now()) * 1000)::bigint))
    WHERE h.tenant_id = tenant AND h.acknowledged < least(place, h.position)
$$;
CREATE TRIGGER own_tenant BEFORE UPDATE ON navette.change_heads FOR EACH ROW
    WHEN (NEW.tenant_id <> nullif(current_setting('navette.tenant', true), ''))
    EXECUTE FUNCTION navette.refuse_other_tenant();

-- `over` laid over `base`, object by object; lists and scalars replace.
CREATE FUNCTION navette.lay_over(base jsonb, over jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(base) = 'object' AND jsonb_typeof(over) = 'object'
        THEN base || coalesce((
            SELECT jsonb_object_agg(o.key, CASE WHEN jsonb_typeof(o.value) = 'object' AND jsonb_typeof(base -> o.key) = 'object'
                                                THEN navette.lay_over(base -> o.key, o.value) ELSE o.value END)
            FROM jsonb_each(over) o), '{}')
        ELSE over END
$$;

-- The origin of navette's own jobs, "push the hub"; while a run is under way (`navette.run`, such as "plan:7") it is named.
CREATE FUNCTION navette.sync_origin() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT 'sync' || coalesce(':' || nullif(current_setting('navette.run', true), ''), '')
$$;

-- Whether a job of the record is on its way to the platform: it may have been planned before the hub changed.
CREATE FUNCTION navette.is_on_its_way(tenant text, integration text, entity_type text, entity_id text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM navette.sync_queue q
                   WHERE navette.record_key(q.integration_id, q.entity_id) = navette.record_key($2, $4)
                     AND q.integration_id = $2 AND q.tenant_id = $1 AND q.entity_type = $3 AND q.entity_id = $4
                     AND q.status = 'pending' AND q.direction = 'to_platform')
$$;

-- Hands a hub record on to the tenant's other integrations: to those that have a link for it or are about to, or (`everywhere`) to all that know
-- such records. The jobs say "push the hub". Returns how many were made.
CREATE FUNCTION navette.spread_record(tenant text, entity_type text, entity_id text, data jsonb, operation text, except_for text,
                                      everywhere boolean)
RETURNS integer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    event    text := spread_record.entity_type || CASE spread_record.operation WHEN 'delete' THEN '.deleted' ELSE '.updated' END;
    patterns text[] := navette.event_patterns(event);
    targets  text[];
BEGIN
    SELECT array_agg(i.id ORDER BY i.id) INTO targets
    FROM navette.tenant_integrations i
    WHERE i.tenant_id = spread_record.tenant AND i.enabled AND i.sync_direction <> 'from_platform'
      AND i.id IS DISTINCT FROM spread_record.except_for
      AND CASE WHEN spread_record.everywhere AND spread_record.operation <> 'delete'
          THEN EXISTS (SELECT FROM navette.available_integrations a WHERE a.slug = i.integration_type
                       AND (a.supported_events && patterns OR spread_record.entity_type = ANY (a.supported_objects)))
          ELSE EXISTS (SELECT FROM navette.record_links l
                       WHERE l.tenant_id = spread_record.tenant AND l.entity_id = spread_record.entity_id
                         AND l.integration_id = i.id AND l.entity_type IN ('', spread_record.entity_type))
               OR navette.is_on_its_way(i.tenant_id, i.id, spread_record.entity_type, spread_record.entity_id) END;
    IF targets IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, operation, data, origin)
    SELECT spread_record.tenant, t.id, event, spread_record.entity_type, spread_record.entity_id, spread_record.operation,
           spread_record.data, navette.sync_origin()
    FROM unnest(targets) AS t (id);
    PERFORM navette.wake(targets);
    RETURN cardinality(targets);
END $$;

-- Remembers a hub record's natural keys: [{name, value}, ...].
CREATE FUNCTION navette.put_keys(tenant text, entity_type text, entity_id text, keys jsonb) RETURNS void LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    DELETE FROM navette.record_keys k
    WHERE k.tenant_id = put_keys.tenant AND k.entity_type = put_keys.entity_type AND k.entity_id = put_keys.entity_id
      AND NOT EXISTS (SELECT FROM jsonb_to_recordset(put_keys.keys) AS w (name text, value text)
                      WHERE w.name = k.name AND w.value = k.value);
    INSERT INTO navette.record_keys (tenant_id, entity_type, name, value, entity_id)
    SELECT put_keys.tenant, put_keys.entity_type, w.name, w.value, put_keys.entity_id
    FROM jsonb_to_recordset(put_keys.keys) AS w (name text, value text)
    ON CONFLICT DO NOTHING;
END $$;

-- Gives a hub record that a platform brought the application's own id. Where a record of that id exists already, it keeps its fields and
-- takes those that it lacks. Returns false where there is no record of the old id.
CREATE FUNCTION navette.adopt_record(tenant text, entity_type text, from_id text, to_id text) RETURNS boolean
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

-- What may have been created on a platform without our knowing its id: a record that the platform tells of may be one of these.
CREATE INDEX sync_queue_in_doubt ON navette.sync_queue (integration_id) WHERE status = 'pending' AND maybe_applied;

-- The stamps with a position in the feed for those that have none: of the fields that just changed.
CREATE FUNCTION navette.placed_stamps(stamps jsonb, place bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(s.key, CASE WHEN s.value ? 'position' THEN s.value
                                                 ELSE s.value || jsonb_build_object('position', place) END), '{}')
    FROM jsonb_each(stamps) s
$$;

-- Takes in what the application told of a hub record; `stamps` are those that stay. `expected` is the version that the fields were
-- merged with, 0 where there was none; `gone`: the application deletes it. `retold`: fields that both sides changed without knowing of
-- the other, first by `retold_from`: the feed tells what they are now, and stamps without a position get that entry's. Returns the
-- record's version, or null where it is another one by now: nothing was written.
CREATE FUNCTION navette.put_hub(tenant text, entity_type text, entity_id text, expected bigint, data jsonb, stamps jsonb, keys jsonb,
                                gone boolean, retold jsonb, retold_from text, told_by bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    latest bigint;
    place  bigint;
BEGIN
    IF put_hub.expected = 0 THEN
        INSERT INTO navette.records AS r (tenant_id, entity_type, entity_id, data, stamps, told_job)
        VALUES (put_hub.tenant, put_hub.entity_type, put_hub.entity_id, put_hub.data, put_hub.stamps, put_hub.told_by)
        ON CONFLICT DO NOTHING RETURNING r.version INTO latest;
    ELSE
        UPDATE navette.records r
        SET data = put_hub.data, stamps = put_hub.stamps, version = r.version + 1, deleted = put_hub.gone, archived = false,
            told_job = greatest(r.told_job, put_hub.told_by), updated_at = now()
        WHERE r.tenant_id = put_hub.tenant AND r.entity_type = put_hub.entity_type AND r.entity_id = put_hub.entity_id
          AND r.version = put_hub.expected
        RETURNING r.version INTO latest;
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

-- What a merge was made with and comes to (`change -> 'merged'`): {entity_type, entity_id, expected_version, expected_revision (-1: no
-- link), expected_job, changed (field names), operation (upsert, archive, delete, or none where the hub stays), data, stamps, keys,
-- snapshot, seen, conflicts, gone, spread (none, linked, all), push_back}.

-- Whether the record and its link are still what they were merged with. Locks both.
CREATE FUNCTION navette.is_current(tenant text, integration text, change jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
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
    RETURN coalesce(known, 0) = (merged ->> 'expected_version')::bigint
       AND coalesce(link.revision, -1) = (merged ->> 'expected_revision')::bigint
       AND coalesce(link.job_id, 0) = (merged ->> 'expected_job')::bigint
       -- What is new to the merge may have been taken in, and adopted under another id, meanwhile.
       AND (link.revision IS NOT NULL
            OR NOT EXISTS (SELECT FROM navette.record_links l
                           WHERE l.integration_id = integration AND l.tenant_id = tenant AND l.object = change ->> 'object'
                             AND l.remote_id = change ->> 'remote_id'));
END $$;

-- Takes in what a platform changed, as the merge made it. Returns a remark for the log, or null.
CREATE FUNCTION navette.receive_merged(tenant text, integration text, event_type text, change jsonb) RETURNS text
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

-- As in 0013, and: what was merged goes into the hub. `look`: a push looked first, and what it found is to be merged.
CREATE OR REPLACE FUNCTION navette.receive_change(tenant text, integration text, event_type text, change jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    local_id text;
    pushed   bigint := 0;
    known    navette.remote_records;
BEGIN
    IF change ? 'look' THEN
        INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, entity_id, data, priority, origin)
        VALUES (tenant, integration, 'from_platform', (change ->> 'object') || '.looked', change ->> 'object',
                'remote:' || (change ->> 'remote_id'), change - 'look', 3, 'again');
        PERFORM navette.wake(ARRAY[integration]);
        RETURN 'the record was edited on the platform: that is merged before anything is sent';
    END IF;
    IF change ->> 'object' = 'payment' THEN
        RETURN navette.receive_payment(tenant, integration, event_type, change);
    END IF;
    SELECT l.entity_id, l.job_id INTO local_id, pushed FROM navette.record_links l
    WHERE l.tenant_id = tenant AND l.integration_id = integration AND l.object = change ->> 'object'
      AND l.remote_id = change ->> 'remote_id'
    ORDER BY l.job_id DESC LIMIT 1;
    IF change ? 'hash' THEN
        SELECT r.* INTO known FROM navette.remote_records r
        WHERE r.tenant_id = tenant AND r.integration_id = integration AND r.object = change ->> 'object'
          AND r.remote_id = change ->> 'remote_id';
        -- A merge finds out by itself; and the pull that made its job may have noted the hash already.
        IF FOUND AND NOT change ? 'merged' AND known.hash = change ->> 'hash' AND known.job_id = coalesce(pushed, 0) THEN
            RETURN 'the record is as it was when it was last read';
        END IF;
    END IF;
    IF change ? 'merged' AND NOT navette.is_current(tenant, integration, change) THEN
        INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, entity_id, operation, data,
                                        priority, origin)
        VALUES (tenant, integration, 'from_platform', event_type, change ->> 'object', 'remote:' || (change ->> 'remote_id'),
                CASE WHEN (change ->> 'deleted')::boolean THEN 'delete' ELSE 'upsert' END, change - 'merged', 3, 'again');
        PERFORM navette.wake(ARRAY[integration]);
        RETURN 'the record changed meanwhile: it is merged again';
    END IF;
    IF change ? 'hash' THEN
        INSERT INTO navette.remote_records AS r (tenant_id, integration_id, object, remote_id, hash, changed_at, job_id)
        SELECT i.tenant_id, i.id, change ->> 'object', change ->> 'remote_id', change ->> 'hash',
               (change ->> 'changed_at')::timestamptz, coalesce(pushed, 0)
        FROM navette.tenant_integrations i WHERE i.tenant_id = tenant AND i.id = integration
        ON CONFLICT ON CONSTRAINT remote_records_pkey DO UPDATE
        SET hash = excluded.hash, changed_at = excluded.changed_at, job_id = excluded.job_id, seen_at = now();
    END IF;
    IF change ? 'merged' THEN
        RETURN navette.receive_merged(tenant, integration, event_type, change);
    END IF;
    PERFORM navette.publish_change(tenant, change ->> 'object', coalesce(local_id, ''),
                                   CASE WHEN (change ->> 'deleted')::boolean THEN 'delete' ELSE 'upsert' END,
                                   integration, change ->> 'remote_id', event_type, coalesce(change -> 'fields', '{}'),
                                   (change ->> 'occurred_at')::timestamptz);
    RETURN NULL;
END $$;
