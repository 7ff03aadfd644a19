-- The way into the queue, made cheaper: what one enqueue cost PostgreSQL stands in docs/adr/0017. Nothing that is accepted or refused changes.

-- What may stand in the queue. PostgreSQL parses the text of every CHECK of a table again for each statement that writes it: the nine of
-- sync_queue cost an enqueue more than all its indexes. One expression, compiled into the plans of the triggers below, says the same.
CREATE FUNCTION navette.is_sound_job(tenant_id text, direction text, event_type text, entity_type text, entity_id text,
                                     operation text, priority smallint, max_retries smallint, status text)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN tenant_id <> '' AND event_type <> '' AND entity_type <> '' AND entity_id <> ''
       AND direction IN ('to_platform', 'from_platform') AND operation IN ('upsert', 'create', 'update', 'delete')
       AND priority BETWEEN 1 AND 10 AND (max_retries IS NULL OR max_retries BETWEEN 0 AND 100)
       AND status IN ('pending', 'failed');

-- Says what is wrong with a job that is not sound, as an error that ends the statement which wrote it.
CREATE FUNCTION navette.refuse_job(job bigint) RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    q navette.sync_queue;
BEGIN
    SELECT * INTO STRICT q FROM navette.sync_queue WHERE id = job;
    RAISE EXCEPTION 'navette.sync_queue refuses the job of tenant "%" for % "%": %', q.tenant_id, q.entity_type, q.entity_id,
        CASE WHEN '' IN (q.tenant_id, q.event_type, q.entity_type, q.entity_id)
                 THEN 'tenant_id, event_type, entity_type and entity_id must not be empty'
             WHEN q.priority NOT BETWEEN 1 AND 10 THEN format('priority %s is not between 1 and 10', q.priority)
             WHEN q.max_retries NOT BETWEEN 0 AND 100 THEN format('max_retries %s is not between 0 and 100', q.max_retries)
             WHEN q.operation NOT IN ('upsert', 'create', 'update', 'delete')
                 THEN format('operation "%s" is none of upsert, create, update, delete', q.operation)
             WHEN q.direction NOT IN ('to_platform', 'from_platform')
                 THEN format('direction "%s" is neither to_platform nor from_platform', q.direction)
             ELSE format('status "%s" is neither pending nor failed', q.status) END
        USING ERRCODE = 'check_violation';
END $$;
GRANT EXECUTE ON FUNCTION navette.is_sound_job(text, text, text, text, text, text, smallint, smallint, text), navette.refuse_job(bigint)
    TO navette_tenant;

-- After 0011, and: it refuses jobs that are not sound, before the statement ends. A statement that made one job, as most do, is booked by
-- one plan without an aggregate; one that made many of one integration, by plain minimum and maximum, since grouping costs an import a tenth.
CREATE OR REPLACE FUNCTION navette.write_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    tenant pg_catalog.text := pg_catalog.current_setting('navette.tenant', true);
    head   pg_catalog.record;
    first  pg_catalog.int8;
    last   pg_catalog.int8;
    count  pg_catalog.int8;
BEGIN
    IF pg_catalog.textne(tenant, '') THEN
        IF EXISTS (SELECT FROM accepted a WHERE pg_catalog.textne(a.tenant_id, tenant)) THEN
            RAISE EXCEPTION 'this session works for tenant %, it cannot write to % for another', tenant, TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    INSERT INTO navette.ledger (tenant_id, integration_id, jobs, count)
    SELECT a.tenant_id, a.integration_id, pg_catalog.int8multirange(pg_catalog.int8range(a.id, a.id, '[]')), 1
    FROM accepted a
    WHERE (SELECT true FROM accepted b OFFSET 1 LIMIT 1) IS NULL
      AND CASE WHEN navette.is_sound_job(a.tenant_id, a.direction, a.event_type, a.entity_type, a.entity_id, a.operation, a.priority,
                                         a.max_retries, a.status)
          THEN true ELSE navette.refuse_job(a.id) END;
    IF FOUND THEN
        RETURN NULL;
    END IF;
    SELECT a.tenant_id, a.integration_id INTO head FROM accepted a LIMIT 1;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    PERFORM navette.refuse_job(a.id) FROM accepted a
    WHERE NOT navette.is_sound_job(a.tenant_id, a.direction, a.event_type, a.entity_type, a.entity_id, a.operation, a.priority,
                                   a.max_retries, a.status);
    SELECT pg_catalog.min(a.id), pg_catalog.max(a.id), pg_catalog.count(*) INTO first, last, count FROM accepted a;
    -- The ids of one statement mostly lie side by side; where others came between, each is named.
    IF pg_catalog.int8eq(pg_catalog.int8mi(last, first), pg_catalog.int8mi(count, 1))
       AND NOT EXISTS (SELECT FROM accepted a WHERE pg_catalog.textne(a.integration_id, head.integration_id)
                                                 OR pg_catalog.textne(a.tenant_id, head.tenant_id)) THEN
        INSERT INTO navette.ledger (tenant_id, integration_id, jobs, count)
        VALUES (head.tenant_id, head.integration_id, pg_catalog.int8multirange(pg_catalog.int8range(first, last, '[]')), count);
    ELSE
        INSERT INTO navette.ledger (tenant_id, integration_id, jobs, count)
        SELECT a.tenant_id, a.integration_id, pg_catalog.range_agg(pg_catalog.int8range(a.id, a.id, '[]')), pg_catalog.count(*)
        FROM accepted a GROUP BY a.tenant_id, a.integration_id;
    END IF;
    RETURN NULL;
END $$;
-- Days are found by their partition. Within one, verify reads all there is.
DROP INDEX navette.ledger_time;

CREATE FUNCTION navette.refuse_changed_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM navette.refuse_job(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER sound AFTER UPDATE OF tenant_id, direction, event_type, entity_type, entity_id, operation, priority, max_retries, status
    ON navette.sync_queue FOR EACH ROW
    WHEN (NOT navette.is_sound_job(NEW.tenant_id, NEW.direction, NEW.event_type, NEW.entity_type, NEW.entity_id, NEW.operation,
                                   NEW.priority, NEW.max_retries, NEW.status))
    EXECUTE FUNCTION navette.refuse_changed_job();
ALTER TABLE navette.sync_queue
    DROP CONSTRAINT sync_queue_tenant_id_check, DROP CONSTRAINT sync_queue_direction_check,
    DROP CONSTRAINT sync_queue_event_type_check, DROP CONSTRAINT sync_queue_entity_type_check,
    DROP CONSTRAINT sync_queue_entity_id_check, DROP CONSTRAINT sync_queue_operation_check,
    DROP CONSTRAINT sync_queue_priority_check, DROP CONSTRAINT sync_queue_max_retries_check,
    DROP CONSTRAINT sync_queue_status_check;

-- What navette.enqueue reaches below means the same under every search_path: bound when it is made, or by a path of its own.
CREATE OR REPLACE FUNCTION navette.record_key(integration_id text, entity_id text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN hashtextextended(entity_id, hashtext(integration_id)::bigint);
ALTER FUNCTION navette.event_patterns(text) SET search_path = pg_catalog, pg_temp;

-- As in 0009, with one query that needs no aggregate, and the words of the event taken apart only where the kind of record is not enough.
-- Every name, operator and type is qualified instead of a search_path of the function's own, which cost a tenth of the call.
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
) RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER AS $$
#variable_conflict use_column
DECLARE
    target pg_catalog.record;
    job    pg_catalog.int8;
    ids    pg_catalog.int8[] := '{}';
BEGIN
    IF (pg_catalog.textne(enqueue.tenant, '') AND pg_catalog.textne(enqueue.event_type, '')
        AND pg_catalog.textne(enqueue.entity_type, '') AND pg_catalog.textne(enqueue.entity_id, '')) IS NOT TRUE THEN
        RAISE EXCEPTION 'navette.enqueue: tenant, event_type, entity_type and entity_id must not be empty'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR target IN
        SELECT i.id, l.asleep
        FROM navette.tenant_integrations i
        LEFT JOIN navette.leases l ON l.integration_id OPERATOR(pg_catalog.=) i.id AND l.tenant_id OPERATOR(pg_catalog.=) i.tenant_id
        WHERE i.tenant_id OPERATOR(pg_catalog.=) enqueue.tenant
          AND CASE WHEN enqueue.integration IS NULL
              THEN i.enabled AND i.sync_direction OPERATOR(pg_catalog.<>) 'from_platform'
                   AND (SELECT enqueue.entity_type OPERATOR(pg_catalog.=) ANY (a.supported_objects)
                               OR a.supported_events OPERATOR(pg_catalog.&&) navette.event_patterns(enqueue.event_type)
                        FROM navette.available_integrations a WHERE a.slug OPERATOR(pg_catalog.=) i.integration_type)
              ELSE i.id OPERATOR(pg_catalog.=) enqueue.integration END
    LOOP
        INSERT INTO navette.sync_queue
            (tenant_id, integration_id, event_type, entity_type, entity_id, operation, data, priority, run_at, deferred, origin)
        VALUES (enqueue.tenant, target.id, enqueue.event_type, enqueue.entity_type, enqueue.entity_id, enqueue.operation,
                coalesce(enqueue.data, '{}'), enqueue.priority, enqueue.run_at,
                pg_catalog.timestamptz_gt(enqueue.run_at, pg_catalog.now()), enqueue.origin)
        RETURNING id INTO job;
        ids := pg_catalog.array_append(ids, job);
        IF target.asleep THEN
            PERFORM pg_catalog.pg_notify('navette_wake', target.id);
        END IF;
    END LOOP;
    IF job IS NULL AND enqueue.integration IS NOT NULL THEN
        RAISE EXCEPTION 'navette.enqueue: tenant % has no integration %', enqueue.tenant, enqueue.integration
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN ids;
END $$;
