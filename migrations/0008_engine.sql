-- The engine at full strength: reading from where the last read ended, sharing integrations out among nodes, telling a job that
-- kills the process from those that were merely beside it, budgets that outlive a restart, and logs that cost little to write.

-- Fresh jobs are read in the order of their ids, each once: the owner remembers how far it came. What is not fresh is deferred: it
-- has a time of its own (a retry, a replay, a job enqueued for later) or waits for its parent. Rows of before count as deferred.
ALTER TABLE navette.sync_queue ADD COLUMN deferred boolean NOT NULL DEFAULT true;
ALTER TABLE navette.sync_queue ALTER COLUMN deferred SET DEFAULT false;
DROP INDEX navette.sync_queue_ready;
CREATE INDEX sync_queue_fresh ON navette.sync_queue (integration_id, priority, id) WHERE status = 'pending' AND NOT deferred;
CREATE INDEX sync_queue_due ON navette.sync_queue (integration_id, run_at, id)
    WHERE status = 'pending' AND deferred AND waits_for IS NULL;

-- One record's unfinished jobs, found by a number instead of three texts: the index costs an import a third of what it did.
-- Queries compare the texts as well, for two records may share a number.
CREATE FUNCTION navette.record_key(integration_id text, entity_id text) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT hashtextextended(entity_id, hashtext(integration_id)::bigint)
$$;
DROP INDEX navette.sync_queue_record;
CREATE INDEX sync_queue_record ON navette.sync_queue (navette.record_key(integration_id, entity_id), id) WHERE status = 'pending';

-- What a node can work for, and whether it is leaving: the others share the integrations out among those that stay.
ALTER TABLE navette.nodes ADD COLUMN slugs text[] NOT NULL DEFAULT '{}', ADD COLUMN draining boolean NOT NULL DEFAULT false;
-- When the work that a schedule held back was last let go.
ALTER TABLE navette.leases ADD COLUMN flushed_at timestamptz;

-- suspect: the batch is one job that was in hand when a daemon died, tried alone. If the daemon dies again, it was that one.
ALTER TABLE navette.in_flight
    ADD COLUMN node_id uuid,
    ADD COLUMN suspect boolean NOT NULL DEFAULT false,
    ADD COLUMN recovered_at timestamptz;
-- A batch of 500 ids stays in the row, uncompressed: it lives for milliseconds.
ALTER TABLE navette.in_flight ALTER COLUMN job_ids SET STORAGE EXTERNAL;
ALTER TABLE navette.in_flight SET (toast_tuple_target = 8160);

-- Names the remote account (a digest of its address), so that integrations which share one budget share one owner.
ALTER TABLE navette.tenant_integrations
    ADD COLUMN account text NOT NULL DEFAULT '',
    ADD COLUMN sync_requested_at timestamptz;

-- What was used of the long windows of an account's limits, so that a restart does not forget it.
CREATE TABLE navette.account_budgets (
    account    text        PRIMARY KEY,
    state      jsonb       NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- A B-tree on the log costs a drain 15 % for each; a BRIN index costs 3 %. Rows of a day lie in the order of their ids, so that a
-- time span, a range of ids or one job is found by reading a few pages. Days that are over get their B-tree from housekeeping.
ALTER TABLE navette.sync_logs DROP CONSTRAINT sync_logs_pkey;
DROP INDEX navette.sync_logs_integration;
CREATE INDEX sync_logs_place ON navette.sync_logs USING brin (id, job_id, created_at) WITH (autosummarize = on, pages_per_range = 32);
