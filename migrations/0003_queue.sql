-- Work that is not finished. A finished job leaves this table in the statement that writes its log row.

CREATE TABLE navette.sync_queue (
    id             bigint      GENERATED ALWAYS AS IDENTITY,
    tenant_id      text        NOT NULL CHECK (tenant_id <> ''),
    integration_id text        NOT NULL,
    direction      text        NOT NULL DEFAULT 'to_platform' CHECK (direction IN ('to_platform', 'from_platform')),
    event_type     text        NOT NULL CHECK (event_type <> ''),
    entity_type    text        NOT NULL CHECK (entity_type <> ''),
    entity_id      text        NOT NULL CHECK (entity_id <> ''),
    operation      text        NOT NULL DEFAULT 'upsert' CHECK (operation IN ('upsert', 'create', 'update', 'delete')),
    data           jsonb       NOT NULL DEFAULT '{}',
    priority       smallint    NOT NULL DEFAULT 5 CHECK (priority BETWEEN 1 AND 10),
    -- pending: to be done; what a node has in hand just now stands in in_flight. failed: a dead letter.
    status         text        NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'failed')),
    attempts       smallint    NOT NULL DEFAULT 0,
    max_retries    smallint    CHECK (max_retries BETWEEN 0 AND 100),
    run_at         timestamptz NOT NULL DEFAULT now(),
    -- The parent ("customer:42") whose job must finish first; null when nothing is waited for.
    waits_for      text,
    waits_since    timestamptz,
    -- An attempt may have had its effect although its answer never came.
    maybe_applied  boolean     NOT NULL DEFAULT false,
    -- How often a daemon died with this job in hand.
    deaths         smallint    NOT NULL DEFAULT 0,
    -- The dead letter's evidence; also the reason of the last retry.
    outcome        text,
    last_error     text,
    last_request   jsonb,
    last_response  jsonb,
    failed_at      timestamptz,
    -- Who enqueued it: "sql", "source:<name>", "coccinelle", "navettectl"; and the caller's own id, where it has one.
    origin         text        NOT NULL DEFAULT 'sql',
    external_id    text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (id, tenant_id)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0);

-- What a pick reads: one integration's pending jobs in order. Dead letters and waiting children are in no way of it.
CREATE INDEX sync_queue_ready ON navette.sync_queue (integration_id, priority, id)
    WHERE status = 'pending' AND waits_for IS NULL;
-- One record's unfinished jobs in order.
CREATE INDEX sync_queue_record ON navette.sync_queue (integration_id, entity_type, entity_id, id) WHERE status = 'pending';
CREATE INDEX sync_queue_waiting ON navette.sync_queue (integration_id, waits_for) WHERE waits_for IS NOT NULL;
CREATE INDEX sync_queue_failed ON navette.sync_queue (integration_id, entity_type, entity_id) WHERE status = 'failed';

-- What the nodes have in hand: one small row for each batch that was started, written before the first request leaves and
-- removed with the batch's completion. After a crash it names the jobs whose effect is in doubt.
CREATE TABLE navette.in_flight (
    integration_id text        NOT NULL,
    tenant_id      text        NOT NULL,
    batch_id       bigint      NOT NULL,
    epoch          bigint      NOT NULL,
    job_ids        bigint[]    NOT NULL,
    started_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (integration_id, tenant_id, epoch, batch_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- How far sources and pulls have read.
CREATE TABLE navette.sync_cursors (
    tenant_id    text        NOT NULL,
    name         text        NOT NULL,
    position     jsonb       NOT NULL DEFAULT 'null',
    node_id      uuid,
    expires_at   timestamptz,
    last_run_at  timestamptz,
    last_full_at timestamptz,
    last_error   text,
    rows_read    bigint      NOT NULL DEFAULT 0,
    rows_queued  bigint      NOT NULL DEFAULT 0,
    -- Set by navettectl source run; cleared when the run is done.
    requested    text        CHECK (requested IN ('incremental', 'full')),
    PRIMARY KEY (tenant_id, name)
) WITH (fillfactor = 70);
