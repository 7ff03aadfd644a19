-- The tables of the application that navette replaces, as views under their own names and with their own columns, which it can go
-- on reading and writing. Put `navette` on that application's search_path. Times are ISO 8601 text in UTC and JSON is text,
-- as they were there (docs/adr/0003).

CREATE FUNCTION navette.iso(moment timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
$$;

-- JSON text of the application as jsonb; a text that is no JSON is kept as a JSON string, so that it is accepted here and
-- becomes a dead letter that says so, instead of failing the application's transaction.
CREATE FUNCTION navette.lenient_json(source text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN coalesce(nullif(source, '')::jsonb, '{}');
EXCEPTION WHEN invalid_text_representation OR untranslatable_character THEN
    RETURN to_jsonb(source);
END $$;

CREATE VIEW navette.integration_sync_queue AS
    SELECT coalesce(q.external_id, q.id::text) AS id, q.integration_id, q.tenant_id, q.event_type,
           q.data::text AS event_data, q.priority::integer AS priority,
           CASE WHEN f.batch_id IS NOT NULL THEN 'processing' ELSE q.status END AS status,
           q.attempts::integer AS retry_count,
           coalesce(q.max_retries, i.max_retries, 3)::integer AS max_retries,
           q.last_error, navette.iso(q.run_at) AS scheduled_at, navette.iso(q.failed_at) AS processed_at,
           navette.iso(q.created_at) AS created_at
    FROM navette.sync_queue q
    LEFT JOIN navette.tenant_integrations i ON i.tenant_id = q.tenant_id AND i.id = q.integration_id
    LEFT JOIN LATERAL (SELECT batch_id FROM navette.in_flight f
                       WHERE f.integration_id = q.integration_id AND q.id = ANY (f.job_ids) LIMIT 1) f ON true
    UNION ALL
    SELECT coalesce(l.external_id, l.job_id::text), l.integration_id, l.tenant_id, l.event_type,
           NULL, NULL, 'completed', l.attempt::integer, NULL, l.error_message,
           navette.iso(l.started_at), navette.iso(l.created_at), navette.iso(l.created_at)
    FROM navette.sync_logs l WHERE l.final AND l.status IN ('done', 'skipped');

CREATE FUNCTION navette.write_integration_sync_queue() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    body jsonb;
BEGIN
    IF TG_OP = 'INSERT' THEN
        body := navette.lenient_json(NEW.event_data);
        INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, priority,
                                        max_retries, run_at, origin, external_id)
        VALUES (NEW.tenant_id, NEW.integration_id, NEW.event_type, split_part(NEW.event_type, '.', 1),
                coalesce(body ->> 'id', body -> 'data' ->> 'id', NEW.id, gen_random_uuid()::text),
                -- The workflows before us wrapped the record: {"action": ..., "data": {...}}.
                CASE WHEN jsonb_typeof(body -> 'data') = 'object' THEN body -> 'data' ELSE body END,
                coalesce(NEW.priority, 5), NEW.max_retries, coalesce(NEW.scheduled_at::timestamptz, now()),
                'coccinelle', NEW.id);
        PERFORM navette.wake(ARRAY[NEW.integration_id]);
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' THEN
        -- 'pending' on a dead letter is a replay. 'completed' and 'failed' are the daemon's to say.
        UPDATE navette.sync_queue q
        SET priority = coalesce(NEW.priority, q.priority), max_retries = NEW.max_retries,
            run_at = CASE WHEN NEW.status = 'pending' AND OLD.status = 'failed' THEN now()
                          ELSE coalesce(NEW.scheduled_at::timestamptz, q.run_at) END,
            status = CASE WHEN NEW.status = 'pending' THEN 'pending' ELSE q.status END,
            attempts = CASE WHEN NEW.status = 'pending' AND OLD.status = 'failed' THEN 0 ELSE q.attempts END,
            failed_at = CASE WHEN NEW.status = 'pending' THEN NULL ELSE q.failed_at END
        WHERE q.tenant_id = OLD.tenant_id AND q.integration_id = OLD.integration_id
          AND coalesce(q.external_id, q.id::text) = OLD.id;
        PERFORM navette.wake(ARRAY[OLD.integration_id]);
        RETURN NEW;
    END IF;
    -- Children of a cancelled parent look again.
    WITH cancelled AS (
        DELETE FROM navette.sync_queue q
        WHERE q.tenant_id = OLD.tenant_id AND q.integration_id = OLD.integration_id
          AND coalesce(q.external_id, q.id::text) = OLD.id
          AND NOT EXISTS (SELECT FROM navette.in_flight f WHERE f.integration_id = q.integration_id AND q.id = ANY (f.job_ids))
        RETURNING q.tenant_id, q.integration_id, q.entity_type, q.entity_id
    )
    UPDATE navette.sync_queue c SET waits_for = NULL, run_at = now()
    FROM cancelled p
    WHERE c.tenant_id = p.tenant_id AND c.integration_id = p.integration_id
      AND c.waits_for = p.entity_type || ':' || p.entity_id;
    RETURN OLD;
END $$;
CREATE TRIGGER write INSTEAD OF INSERT OR UPDATE OR DELETE ON navette.integration_sync_queue
    FOR EACH ROW EXECUTE FUNCTION navette.write_integration_sync_queue();

CREATE VIEW navette.integration_sync_logs AS
    SELECT coalesce(l.external_id || '/' || l.attempt, l.id::text) AS id, l.integration_id, l.tenant_id,
           replace(l.event_type, '.', '_') AS sync_type, l.direction AS sync_direction,
           l.entity_type AS source_entity_type, l.entity_id AS source_entity_id,
           nullif(l.object, '') AS destination_entity_type, nullif(l.remote_id, '') AS destination_entity_id,
           CASE WHEN l.status IN ('done', 'skipped') THEN 'success' WHEN l.final THEN 'failed' ELSE 'pending' END AS status,
           l.error_message, CASE WHEN l.status IN ('done', 'skipped') THEN NULL ELSE l.status END AS error_code,
           l.request::text AS request_payload, l.response::text AS response_payload,
           navette.iso(l.started_at) AS started_at, navette.iso(l.created_at) AS completed_at, l.duration_ms,
           greatest(l.attempt - 1, 0) AS retry_count, coalesce(i.max_retries, 3)::integer AS max_retries,
           NULL::text AS next_retry_at, navette.iso(l.created_at) AS created_at
    FROM navette.sync_logs l
    LEFT JOIN navette.tenant_integrations i ON i.tenant_id = l.tenant_id AND i.id = l.integration_id;

-- External workers log through this view, as they did before.
CREATE FUNCTION navette.write_integration_sync_logs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object,
                                   remote_id, status, final, attempt, error_message, request, response, started_at,
                                   duration_ms, external_id, created_at)
    VALUES (NEW.tenant_id, NEW.integration_id, 0, NEW.sync_direction, NEW.sync_type, NEW.source_entity_type,
            NEW.source_entity_id, coalesce(NEW.destination_entity_type, ''), coalesce(NEW.destination_entity_id, ''),
            CASE NEW.status WHEN 'success' THEN 'done' WHEN 'failed' THEN 'rejected' ELSE 'retry' END,
            NEW.status IN ('success', 'failed'), coalesce(NEW.retry_count, 0) + 1, NEW.error_message,
            navette.lenient_json(NEW.request_payload), navette.lenient_json(NEW.response_payload),
            coalesce(NEW.started_at::timestamptz, now()), greatest(coalesce(NEW.duration_ms, 0), 0), NULL,
            coalesce(NEW.created_at::timestamptz, now()));
    RETURN NEW;
END $$;
CREATE TRIGGER write INSTEAD OF INSERT ON navette.integration_sync_logs
    FOR EACH ROW EXECUTE FUNCTION navette.write_integration_sync_logs();

CREATE VIEW navette.integration_webhook_logs AS
    SELECT coalesce(w.external_id, w.id::text) AS id, w.integration_id, nullif(w.tenant_id, '') AS tenant_id,
           w.source_platform, w.event_type, w.request_method, w.request_headers::text AS request_headers, w.request_body,
           w.request_ip, (w.processed_at IS NOT NULL)::integer AS processed,
           CASE w.processing_status WHEN 'received' THEN NULL WHEN 'refused' THEN 'failed' ELSE w.processing_status END
               AS processing_status,
           w.processing_error, navette.iso(w.received_at) AS received_at, navette.iso(w.processed_at) AS processed_at
    FROM navette.webhook_logs w;

CREATE FUNCTION navette.write_integration_webhook_logs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO navette.webhook_logs (tenant_id, integration_id, source_platform, event_type, request_method,
                                          request_headers, request_body, request_ip, processing_status, processing_error,
                                          external_id, received_at, processed_at)
        VALUES (coalesce(NEW.tenant_id, ''), NEW.integration_id, NEW.source_platform, NEW.event_type,
                coalesce(NEW.request_method, 'POST'), navette.lenient_json(NEW.request_headers), NEW.request_body,
                NEW.request_ip, coalesce(NEW.processing_status, 'received'), NEW.processing_error, NEW.id,
                coalesce(NEW.received_at::timestamptz, now()), NEW.processed_at::timestamptz);
    ELSE
        UPDATE navette.webhook_logs w
        SET processing_status = coalesce(NEW.processing_status, 'received'), processing_error = NEW.processing_error,
            processed_at = CASE WHEN NEW.processed = 1 THEN coalesce(NEW.processed_at::timestamptz, now()) END
        WHERE coalesce(w.external_id, w.id::text) = OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER write INSTEAD OF INSERT OR UPDATE ON navette.integration_webhook_logs
    FOR EACH ROW EXECUTE FUNCTION navette.write_integration_webhook_logs();

CREATE VIEW navette.integration_field_mappings AS
    SELECT m.id, m.integration_id, m.local_path AS source_field, m.object AS source_type,
           m.remote_path AS destination_field, m.remote_type AS destination_type,
           nullif(m.transforms::text, '[]') AS transform_function, m.direction AS sync_direction,
           navette.iso(m.created_at) AS created_at, navette.iso(m.updated_at) AS updated_at
    FROM navette.field_mappings m;

CREATE FUNCTION navette.write_integration_field_mappings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM navette.field_mappings WHERE id = OLD.id AND integration_id = OLD.integration_id;
        RETURN OLD;
    END IF;
    IF NEW.transform_function IS NOT NULL
       AND jsonb_typeof(navette.lenient_json(NEW.transform_function)) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'integration_field_mappings.transform_function: transforms are declared, not coded: write a JSON list such as ["trim", {"truncate": 30}]'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT tenant_id INTO owner FROM navette.tenant_integrations WHERE id = NEW.integration_id;
    IF owner IS NULL THEN
        RAISE EXCEPTION 'integration_field_mappings.integration_id: there is no integration %', NEW.integration_id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM navette.field_mappings WHERE id = OLD.id AND integration_id = OLD.integration_id;
    END IF;
    INSERT INTO navette.field_mappings (tenant_id, integration_id, id, object, local_path, remote_path, remote_type, direction,
                                        transforms)
    VALUES (owner, NEW.integration_id, coalesce(NEW.id, 'map_' || replace(gen_random_uuid()::text, '-', '')), NEW.source_type,
            NEW.source_field, NEW.destination_field, NEW.destination_type, coalesce(NEW.sync_direction, 'to_platform'),
            CASE WHEN NEW.transform_function IS NULL THEN '[]' ELSE navette.lenient_json(NEW.transform_function) END);
    RETURN NEW;
END $$;
CREATE TRIGGER write INSTEAD OF INSERT OR UPDATE OR DELETE ON navette.integration_field_mappings
    FOR EACH ROW EXECUTE FUNCTION navette.write_integration_field_mappings();
