-- Sources that triggers feed, that tell of deletes, and that stop reading while the queue is full of their jobs.

-- A source's unfinished jobs are counted for back-pressure. Jobs of other origins cost this index nothing.
CREATE INDEX sync_queue_sources ON navette.sync_queue (tenant_id, origin, integration_id)
    WHERE status = 'pending' AND origin LIKE 'source:%';

ALTER TABLE navette.sync_cursors
    -- How far a full run under way has come, [change, key]: one that was cut short goes on there.
    ADD COLUMN full_position jsonb,
    -- Since when the source does not read because too many of its jobs are unfinished; null: it reads.
    ADD COLUMN paused_at     timestamptz,
    -- Of the triggers that the configuration asks for: attached, outdated (other tables or keys), missing; null
    -- where it asks for none.
    ADD COLUMN capture       text CHECK (capture IN ('attached', 'outdated', 'missing')),
    -- Keys that triggers captured and that were looked at.
    ADD COLUMN keys_captured bigint NOT NULL DEFAULT 0;

-- The keys that a source yielded, kept where its `deletes` is `tell`: those that it yields no longer are deleted records.
CREATE TABLE navette.source_keys (
    tenant_id text NOT NULL,
    source    text NOT NULL,
    entity_id text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, source, entity_id)
);
SELECT navette.bind_to_tenant('navette.source_keys');
