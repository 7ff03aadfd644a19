-- The proof that nothing is lost: what was accepted is written down in the transaction that accepts it, and every job that leaves the
-- queue leaves a final row in the log. Beside it the way in, made cheap, and one way to cancel.

-- One row for each statement and integration that put jobs into the queue. navettectl verify compares it with the queue and the log.
CREATE TABLE navette.ledger (
    tenant_id      text           NOT NULL,
    integration_id text           NOT NULL,
    accepted_at    timestamptz    NOT NULL DEFAULT now(),
    jobs           int8multirange NOT NULL,
    count          integer        NOT NULL
) PARTITION BY RANGE (accepted_at);
CREATE INDEX ledger_time ON navette.ledger USING brin (accepted_at);
CREATE TABLE navette.ledger_default PARTITION OF navette.ledger DEFAULT;

-- Creates the daily partitions from today to `days_ahead` days from now (UTC) that do not exist yet; returns how many.
CREATE OR REPLACE FUNCTION navette.create_log_partitions(days_ahead integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    parent  text;
    clock   text;
    day     date;
    part    text;
    span    text;
    created integer := 0;
BEGIN
    -- Two nodes may keep house at the same time.
    PERFORM pg_advisory_xact_lock(hashtext('navette.log_partitions'));
    FOREACH parent IN ARRAY ARRAY['sync_logs', 'webhook_logs', 'ledger'] LOOP
        clock := CASE parent WHEN 'sync_logs' THEN 'created_at' WHEN 'ledger' THEN 'accepted_at' ELSE 'received_at' END;
        FOR offset_days IN 0..days_ahead LOOP
            day := (now() AT TIME ZONE 'UTC')::date + offset_days;
            part := parent || '_' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass('navette.' || part) IS NOT NULL;
            span := format('FROM (%L) TO (%L)', day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
            -- Rows of that day that the default partition took in meanwhile would bar the new one: they move into it.
            EXECUTE format('CREATE TABLE navette.%I (LIKE navette.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
            EXECUTE format('WITH moved AS (DELETE FROM navette.%I WHERE %I >= %L AND %I < %L RETURNING *) '
                           'INSERT INTO navette.%I SELECT * FROM moved',
                           parent || '_default', clock, day::text || ' 00:00:00+00', clock, (day + 1)::text || ' 00:00:00+00',
                           part);
            EXECUTE format('ALTER TABLE navette.%I ATTACH PARTITION navette.%I FOR VALUES %s', parent, part, span);
            created := created + 1;
        END LOOP;
    END LOOP;
    RETURN created;
END $$;

-- Drops the daily partitions of `parent` that ended before `keep` ago; returns their names. The ledger goes with the sync logs: one
-- without the other proves nothing.
CREATE OR REPLACE FUNCTION navette.drop_log_partitions(parent text, keep interval) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    part text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('navette.log_partitions'));
    IF parent = 'sync_logs' THEN
        RETURN QUERY SELECT navette.drop_log_partitions('ledger', keep);
    END IF;
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = format('navette.%I', parent)::regclass AND c.relname ~ '_[0-9]{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= (now() AT TIME ZONE 'UTC' - keep)::date
    LOOP
        EXECUTE format('DROP TABLE navette.%I', part);
        RETURN NEXT part;
    END LOOP;
    EXECUTE format('DELETE FROM navette.%I WHERE %I < $1', parent || '_default',
                   CASE parent WHEN 'sync_logs' THEN 'created_at' WHEN 'ledger' THEN 'accepted_at' ELSE 'received_at' END)
    USING now() - keep;
END $$;

SELECT navette.create_log_partitions(7);

-- Gives the youngest day of sync_logs that is over and has no B-tree yet its own; returns that partition, or null when all have one or
-- another session keeps house. It is one day at a time, for it reads all of it. Call it in a transaction of its own.
CREATE FUNCTION navette.index_closed_log_days() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    part text;
BEGIN
    -- The lock of those who create and drop partitions: a DROP that waited for this day would hold the whole log locked meanwhile.
    IF NOT pg_try_advisory_xact_lock(hashtext('navette.log_partitions')) THEN
        RETURN NULL;
    END IF;
    -- A transaction that began before midnight may write into the old day for a while after it.
    SELECT c.relname INTO part FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'navette.sync_logs'::regclass AND c.relname ~ '_[0-9]{8}$'
      AND to_date(right(c.relname, 8), 'YYYYMMDD') < ((now() - interval '1 hour') AT TIME ZONE 'UTC')::date
      AND to_regclass('navette.' || c.relname || '_integration') IS NULL
    ORDER BY c.relname DESC LIMIT 1;
    IF part IS NOT NULL THEN
        EXECUTE format('CREATE INDEX IF NOT EXISTS %I ON navette.%I (integration_id, id)', part || '_integration', part);
    END IF;
    RETURN part;
END $$;

-- SECURITY DEFINER, so that whoever may write the queue needs no right on the ledger. Every name is qualified and no operator is used:
-- a search_path of the function's own would cost every enqueue.
CREATE FUNCTION navette.write_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO navette.ledger (tenant_id, integration_id, jobs, count)
    SELECT c.tenant_id, c.integration_id,
           -- The ids of one statement mostly lie side by side; where others came between, each is named.
           CASE WHEN pg_catalog.int8eq(pg_catalog.int8mi(c.last, c.first), pg_catalog.int8mi(c.count, 1))
                THEN pg_catalog.int8multirange(pg_catalog.int8range(c.first, c.last, '[]'))
                ELSE (SELECT pg_catalog.range_agg(pg_catalog.int8range(a.id, a.id, '[]')) FROM accepted a
                      WHERE pg_catalog.texteq(a.tenant_id, c.tenant_id)
                        AND pg_catalog.texteq(a.integration_id, c.integration_id)) END,
           c.count
    FROM (SELECT a.tenant_id, a.integration_id, pg_catalog.min(a.id) AS first, pg_catalog.max(a.id) AS last,
                 pg_catalog.count(*) AS count
          FROM accepted a GROUP BY a.tenant_id, a.integration_id) c;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger AFTER INSERT ON navette.sync_queue REFERENCING NEW TABLE AS accepted
    FOR EACH STATEMENT EXECUTE FUNCTION navette.write_ledger();

-- What the queue holds already was accepted when it came, to the hour.
INSERT INTO navette.ledger (tenant_id, integration_id, accepted_at, jobs, count)
SELECT tenant_id, integration_id, min(created_at), range_agg(int8range(id, id, '[]')), count(*)
FROM navette.sync_queue GROUP BY tenant_id, integration_id, date_trunc('hour', created_at);

-- Wakes the owners of these integrations that said they sleep, when the calling transaction commits. PL/pgSQL keeps its plan from call
-- to call, a function in SQL makes it anew.
CREATE OR REPLACE FUNCTION navette.wake(integrations text[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('navette_wake', l.integration_id)
    FROM navette.leases l WHERE l.integration_id = ANY (integrations) AND l.asleep;
END $$;

-- What a list of events may hold to cover this one: "order.item.paid" is covered by itself, "order.*" and "order.item.*".
CREATE FUNCTION navette.event_patterns(event_type text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    words    text[] := string_to_array(event_type, '.');
    patterns text[] := ARRAY[event_type];
    prefix   text   := '';
BEGIN
    FOR n IN 1..cardinality(words) - 1 LOOP
        prefix := prefix || words[n] || '.';
        patterns := patterns || (prefix || '*');
    END LOOP;
    RETURN patterns;
END $$;

CREATE OR REPLACE FUNCTION navette.covers(supported_events text[], supported_objects text[], event_type text, entity_type text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT supported_events && navette.event_patterns(event_type) OR entity_type = ANY (supported_objects);
$$;

-- Enqueues one event for every enabled integration of the tenant whose platform knows it, or for `integration` alone.
-- Returns the jobs' ids: an empty array where no integration wants the event. SECURITY DEFINER: an application's role needs
-- EXECUTE on this function and nothing else.
CREATE OR REPLACE FUNCTION navette.enqueue(
    tenant      text,
    event_type  text,
    entity_type text,
    entity_id   text,
    data        jsonb       DEFAULT '{}',
    priority    integer     DEFAULT 5,
    run_at      timestamptz DEFAULT now(),
    integration text        DEFAULT NULL,
    operation   text        DEFAULT 'upsert',
    origin      text        DEFAULT 'sql'
) RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    patterns text[];
    targets  text[];
    sleepers text[];
    target   text;
    job      bigint;
    ids      bigint[] := '{}';
BEGIN
    IF coalesce(enqueue.tenant, '') = '' OR coalesce(enqueue.event_type, '') = ''
       OR coalesce(enqueue.entity_type, '') = '' OR coalesce(enqueue.entity_id, '') = '' THEN
        RAISE EXCEPTION 'navette.enqueue: tenant, event_type, entity_type and entity_id must not be empty'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    patterns := navette.event_patterns(enqueue.event_type);
    SELECT array_agg(i.id), array_agg(i.id) FILTER (WHERE l.asleep) INTO targets, sleepers
    FROM navette.tenant_integrations i LEFT JOIN navette.leases l ON l.integration_id = i.id AND l.tenant_id = i.tenant_id
    WHERE i.tenant_id = enqueue.tenant
      AND CASE WHEN enqueue.integration IS NULL
          THEN i.enabled AND i.sync_direction <> 'from_platform'
               AND EXISTS (SELECT FROM navette.available_integrations a
                           WHERE a.slug = i.integration_type
                             AND (a.supported_events && patterns OR enqueue.entity_type = ANY (a.supported_objects)))
          ELSE i.id = enqueue.integration END;
    IF targets IS NULL THEN
        IF enqueue.integration IS NOT NULL THEN
            RAISE EXCEPTION 'navette.enqueue: tenant % has no integration %', enqueue.tenant, enqueue.integration
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        RETURN '{}';
    END IF;
    FOREACH target IN ARRAY targets LOOP
        INSERT INTO navette.sync_queue
            (tenant_id, integration_id, event_type, entity_type, entity_id, operation, data, priority, run_at, deferred, origin)
        VALUES (enqueue.tenant, target, enqueue.event_type, enqueue.entity_type, enqueue.entity_id, enqueue.operation,
                coalesce(enqueue.data, '{}'), enqueue.priority, enqueue.run_at, enqueue.run_at > now(), enqueue.origin)
        RETURNING id INTO job;
        ids := ids || job;
    END LOOP;
    IF sleepers IS NOT NULL THEN
        FOREACH target IN ARRAY sleepers LOOP
            PERFORM pg_notify('navette_wake', target);
        END LOOP;
    END IF;
    RETURN ids;
END $$;

-- Enqueues one event for each of many records, in one statement for each integration: a first load, an import. `data` is null or holds one
-- object for each id. Returns how many jobs were made. Rights and targets as with navette.enqueue.
CREATE FUNCTION navette.enqueue_many(
    tenant      text,
    event_type  text,
    entity_type text,
    entity_ids  text[],
    data        jsonb[] DEFAULT NULL,
    priority    integer DEFAULT 5,
    integration text    DEFAULT NULL,
    operation   text    DEFAULT 'upsert',
    origin      text    DEFAULT 'sql'
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    targets text[];
    target  text;
    made    bigint;
    total   bigint := 0;
BEGIN
    IF coalesce(enqueue_many.tenant, '') = '' OR coalesce(enqueue_many.event_type, '') = ''
       OR coalesce(enqueue_many.entity_type, '') = '' OR enqueue_many.entity_ids IS NULL
       OR enqueue_many.entity_ids && ARRAY[''] OR array_position(enqueue_many.entity_ids, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'navette.enqueue_many: tenant, event_type, entity_type and the entity_ids must not be empty'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF cardinality(enqueue_many.data) <> cardinality(enqueue_many.entity_ids) THEN
        RAISE EXCEPTION 'navette.enqueue_many: data has % elements for % entity_ids; give one for each, or null',
            cardinality(enqueue_many.data), cardinality(enqueue_many.entity_ids)
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT array_agg(i.id) INTO targets
    FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
    WHERE i.tenant_id = enqueue_many.tenant AND enqueue_many.integration IS NULL
      AND i.enabled AND i.sync_direction <> 'from_platform'
      AND navette.covers(a.supported_events, a.supported_objects, enqueue_many.event_type, enqueue_many.entity_type);
    IF enqueue_many.integration IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM navette.tenant_integrations i
                       WHERE i.tenant_id = enqueue_many.tenant AND i.id = enqueue_many.integration) THEN
            RAISE EXCEPTION 'navette.enqueue_many: tenant % has no integration %', enqueue_many.tenant, enqueue_many.integration
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
        targets := ARRAY[enqueue_many.integration];
    END IF;
    -- One integration after the other, so that each one's ids are one range in the ledger.
    FOREACH target IN ARRAY coalesce(targets, '{}') LOOP
        INSERT INTO navette.sync_queue
            (tenant_id, integration_id, event_type, entity_type, entity_id, operation, data, priority, origin)
        SELECT enqueue_many.tenant, target, enqueue_many.event_type, enqueue_many.entity_type, r.entity_id,
               enqueue_many.operation, coalesce(r.data, '{}'), enqueue_many.priority, enqueue_many.origin
        FROM unnest(enqueue_many.entity_ids, enqueue_many.data) AS r (entity_id, data);
        GET DIAGNOSTICS made = ROW_COUNT;
        total := total + made;
    END LOOP;
    IF total > 0 THEN
        PERFORM navette.wake(targets);
    END IF;
    RETURN total;
END $$;

-- Takes unfinished jobs out of the queue, unless a node has them in hand, with a final log row for each; what waited for them looks
-- again, unless another job of the same record will release it. Returns the jobs.
CREATE FUNCTION navette.remove_jobs(jobs bigint[]) RETURNS SETOF navette.sync_queue LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY
    WITH removed AS (
        DELETE FROM navette.sync_queue q
        WHERE q.id = ANY (jobs)
          AND NOT EXISTS (SELECT FROM navette.in_flight f
                          WHERE f.integration_id = q.integration_id AND f.tenant_id = q.tenant_id AND q.id = ANY (f.job_ids)
                            AND f.recovered_at IS NULL)
        RETURNING q.*
    ), logged AS (
        INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, status,
                                       final, attempt, error_message, started_at, duration_ms, external_id)
        SELECT r.tenant_id, r.integration_id, r.id, r.direction, r.event_type, r.entity_type, r.entity_id, 'cancelled',
               true, r.attempts + 1, 'cancelled' || coalesce(' after: ' || r.last_error, ''), now(), 0, r.external_id
        FROM removed r
    ), released AS (
        UPDATE navette.sync_queue c SET waits_for = NULL, run_at = now(), deferred = true
        FROM removed r
        WHERE c.integration_id = r.integration_id AND c.tenant_id = r.tenant_id AND c.id <> ALL (jobs) AND c.status = 'pending'
          AND c.waits_for = r.entity_type || ':' || r.entity_id
          AND NOT EXISTS (SELECT FROM navette.sync_queue o
                          WHERE o.integration_id = r.integration_id AND o.tenant_id = r.tenant_id AND o.id <> ALL (jobs)
                            AND navette.record_key(o.integration_id, o.entity_id) = navette.record_key(r.integration_id, r.entity_id)
                            AND o.entity_type = r.entity_type AND o.entity_id = r.entity_id AND o.status = 'pending')
    ), told AS (
        SELECT pg_notify('navette_wake', 'recheck:' || g.integration_id)
        FROM (SELECT DISTINCT integration_id FROM removed) g
    )
    SELECT r.* FROM removed r WHERE (SELECT count(*) FROM told) > 0;
END $$;

-- The same for an administrator, and exact: who starts a batch holds its lease until that is committed, so once the leases are ours,
-- what is in hand can be seen.
CREATE FUNCTION navette.cancel_jobs(jobs bigint[]) RETURNS SETOF navette.sync_queue LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM navette.leases l
    WHERE (l.integration_id, l.tenant_id) IN (SELECT q.integration_id, q.tenant_id FROM navette.sync_queue q WHERE q.id = ANY (jobs))
    ORDER BY l.integration_id FOR UPDATE;
    RETURN QUERY SELECT * FROM navette.remove_jobs(jobs);
END $$;

CREATE OR REPLACE FUNCTION navette.write_integration_sync_queue() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    body jsonb;
    due  timestamptz;
BEGIN
    IF TG_OP = 'INSERT' THEN
        body := navette.lenient_json(NEW.event_data);
        due := coalesce(NEW.scheduled_at::timestamptz, now());
        INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, priority,
                                        max_retries, run_at, deferred, origin, external_id)
        VALUES (NEW.tenant_id, NEW.integration_id, NEW.event_type, split_part(NEW.event_type, '.', 1),
                coalesce(body ->> 'id', body -> 'data' ->> 'id', NEW.id, gen_random_uuid()::text),
                -- The workflows before us wrapped the record: {"action": ..., "data": {...}}.
                CASE WHEN jsonb_typeof(body -> 'data') = 'object' THEN body -> 'data' ELSE body END,
                coalesce(NEW.priority, 5), NEW.max_retries, due, due > now(), 'coccinelle', NEW.id);
        PERFORM navette.wake(ARRAY[NEW.integration_id]);
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' THEN
        -- 'pending' on a dead letter is a replay. 'completed' and 'failed' are the daemon's to say.
        UPDATE navette.sync_queue q
        SET priority = coalesce(NEW.priority, q.priority), max_retries = NEW.max_retries,
            run_at = CASE WHEN NEW.status = 'pending' AND OLD.status = 'failed' THEN now()
                          ELSE coalesce(NEW.scheduled_at::timestamptz, q.run_at) END,
            deferred = q.deferred OR NEW.status = 'pending' AND OLD.status = 'failed'
                       OR coalesce(NEW.scheduled_at::timestamptz > now(), false),
            status = CASE WHEN NEW.status = 'pending' THEN 'pending' ELSE q.status END,
            attempts = CASE WHEN NEW.status = 'pending' AND OLD.status = 'failed' THEN 0 ELSE q.attempts END,
            deaths = CASE WHEN NEW.status = 'pending' AND OLD.status = 'failed' THEN 0 ELSE q.deaths END,
            failed_at = CASE WHEN NEW.status = 'pending' THEN NULL ELSE q.failed_at END
        WHERE q.tenant_id = OLD.tenant_id AND q.integration_id = OLD.integration_id
          AND coalesce(q.external_id, q.id::text) = OLD.id;
        PERFORM pg_notify('navette_wake', 'recheck:' || OLD.integration_id);
        RETURN NEW;
    END IF;
    PERFORM FROM navette.remove_jobs(ARRAY(
        SELECT q.id FROM navette.sync_queue q
        WHERE q.tenant_id = OLD.tenant_id AND q.integration_id = OLD.integration_id
          AND coalesce(q.external_id, q.id::text) = OLD.id));
    RETURN OLD;
END $$;
