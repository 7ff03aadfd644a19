-- One row per attempt, and one per webhook received. Partitioned by day: retention drops partitions, deletes no rows.

CREATE TABLE navette.sync_logs (
    id             bigint      GENERATED ALWAYS AS IDENTITY,
    tenant_id      text        NOT NULL,
    integration_id text        NOT NULL,
    job_id         bigint      NOT NULL,
    direction      text        NOT NULL,
    event_type     text        NOT NULL,
    entity_type    text        NOT NULL,
    entity_id      text        NOT NULL,
    object         text        NOT NULL DEFAULT '',
    remote_id      text        NOT NULL DEFAULT '',
    -- The outcome's kind: done, skipped, retry, unavailable, throttled, rejected, needs_reauth, misconfigured, gone, conflict.
    status         text        NOT NULL,
    -- True when the job left the queue's pending part with this attempt: finished, or a dead letter.
    final          boolean     NOT NULL,
    attempt        smallint    NOT NULL,
    error_message  text,
    error_field    text,
    remarks        text[],
    request        jsonb,
    response       jsonb,
    started_at     timestamptz NOT NULL,
    duration_ms    integer     NOT NULL CHECK (duration_ms >= 0),
    external_id    text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, tenant_id, created_at)
) PARTITION BY RANGE (created_at);
CREATE INDEX sync_logs_integration ON navette.sync_logs (integration_id, id);
COMMENT ON COLUMN navette.sync_logs.request IS 'What was sent, secrets redacted.';

CREATE TABLE navette.webhook_logs (
    id                bigint      GENERATED ALWAYS AS IDENTITY,
    tenant_id         text        NOT NULL DEFAULT '',
    integration_id    text,
    source_platform   text        NOT NULL,
    event_type        text        NOT NULL DEFAULT '',
    deduplication_key text,
    request_method    text        NOT NULL DEFAULT 'POST',
    request_headers   jsonb,
    request_body      text,
    request_ip        text,
    verified          boolean     NOT NULL DEFAULT false,
    processing_status text        NOT NULL DEFAULT 'received'
                                  CHECK (processing_status IN ('received', 'success', 'failed', 'ignored', 'refused')),
    processing_error  text,
    external_id       text,
    received_at       timestamptz NOT NULL DEFAULT now(),
    processed_at      timestamptz,
    PRIMARY KEY (id, tenant_id, received_at)
) PARTITION BY RANGE (received_at);
CREATE INDEX webhook_logs_integration ON navette.webhook_logs (integration_id, id);

-- The safety net: a row is never refused because housekeeping was late.
CREATE TABLE navette.sync_logs_default PARTITION OF navette.sync_logs DEFAULT;
CREATE TABLE navette.webhook_logs_default PARTITION OF navette.webhook_logs DEFAULT;

-- Creates the daily partitions from today to `days_ahead` days from now (UTC) that do not exist yet; returns how many.
CREATE FUNCTION navette.create_log_partitions(days_ahead integer) RETURNS integer LANGUAGE plpgsql AS $$
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
    FOREACH parent IN ARRAY ARRAY['sync_logs', 'webhook_logs'] LOOP
        FOR offset_days IN 0..days_ahead LOOP
            day := (now() AT TIME ZONE 'UTC')::date + offset_days;
            part := parent || '_' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass('navette.' || part) IS NOT NULL;
            span := format('FROM (%L) TO (%L)', day::text || ' 00:00:00+00', (day + 1)::text || ' 00:00:00+00');
            clock := CASE parent WHEN 'sync_logs' THEN 'created_at' ELSE 'received_at' END;
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

-- Drops the daily partitions of `parent` that ended before `keep` ago; returns their names.
CREATE FUNCTION navette.drop_log_partitions(parent text, keep interval) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    part text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('navette.log_partitions'));
    FOR part IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = format('navette.%I', parent)::regclass AND c.relname ~ '_[0-9]{8}$'
          AND to_date(right(c.relname, 8), 'YYYYMMDD') + 1 <= (now() AT TIME ZONE 'UTC' - keep)::date
    LOOP
        EXECUTE format('DROP TABLE navette.%I', part);
        RETURN NEXT part;
    END LOOP;
    EXECUTE format('DELETE FROM navette.%I WHERE %I < $1', parent || '_default',
                   CASE parent WHEN 'sync_logs' THEN 'created_at' ELSE 'received_at' END) USING now() - keep;
END $$;

SELECT navette.create_log_partitions(7);
