-- How an application hands work over, inside its own transaction: SELECT navette.enqueue(...).

-- Wakes the owners of these integrations that said they sleep, when the calling transaction commits.
CREATE FUNCTION navette.wake(integrations text[]) RETURNS void LANGUAGE sql AS $$
    SELECT pg_notify('navette_wake', l.integration_id)
    FROM navette.leases l
    WHERE l.integration_id = ANY (integrations) AND l.asleep;
$$;

-- Whether a platform's list of events covers this one.
CREATE FUNCTION navette.covers(supported_events text[], supported_objects text[], event_type text, entity_type text)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT event_type = ANY (supported_events) OR entity_type = ANY (supported_objects)
        OR EXISTS (SELECT FROM unnest(supported_events) e WHERE right(e, 2) = '.*' AND starts_with(event_type, left(e, -1)));
$$;

-- Enqueues one event for every enabled integration of the tenant whose platform knows it, or for `integration` alone.
-- Returns the jobs' ids: an empty array where no integration wants the event. SECURITY DEFINER: an application's role needs
-- EXECUTE on this function and nothing else.
CREATE FUNCTION navette.enqueue(
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
    targets text[];
    ids     bigint[];
BEGIN
    IF coalesce(enqueue.tenant, '') = '' OR coalesce(enqueue.event_type, '') = ''
       OR coalesce(enqueue.entity_type, '') = '' OR coalesce(enqueue.entity_id, '') = '' THEN
        RAISE EXCEPTION 'navette.enqueue: tenant, event_type, entity_type and entity_id must not be empty'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;

    IF enqueue.integration IS NULL THEN
        SELECT array_agg(i.id) INTO targets
        FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
        WHERE i.tenant_id = enqueue.tenant AND i.enabled AND i.sync_direction <> 'from_platform'
          AND navette.covers(a.supported_events, a.supported_objects, enqueue.event_type, enqueue.entity_type);
    ELSE
        SELECT array_agg(i.id) INTO targets
        FROM navette.tenant_integrations i
        WHERE i.tenant_id = enqueue.tenant AND i.id = enqueue.integration;
        IF targets IS NULL THEN
            RAISE EXCEPTION 'navette.enqueue: tenant % has no integration %', enqueue.tenant, enqueue.integration
                USING ERRCODE = 'invalid_parameter_value';
        END IF;
    END IF;
    IF targets IS NULL THEN
        RETURN '{}';
    END IF;

    WITH inserted AS (
        INSERT INTO navette.sync_queue
            (tenant_id, integration_id, event_type, entity_type, entity_id, operation, data, priority, run_at, origin)
        SELECT enqueue.tenant, t.id, enqueue.event_type, enqueue.entity_type, enqueue.entity_id, enqueue.operation,
               coalesce(enqueue.data, '{}'), enqueue.priority, enqueue.run_at, enqueue.origin
        FROM unnest(targets) AS t (id)
        RETURNING id
    )
    SELECT array_agg(id) INTO ids FROM inserted;
    PERFORM navette.wake(targets);
    RETURN ids;
END $$;
