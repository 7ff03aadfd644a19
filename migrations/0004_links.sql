-- The bond between a local record and the remote one, per integration.

CREATE TABLE navette.record_links (
    tenant_id      text        NOT NULL,
    integration_id text        NOT NULL,
    object         text        NOT NULL,
    entity_id      text        NOT NULL,
    remote_id      text        NOT NULL CHECK (remote_id <> ''),
    remote_version text        NOT NULL DEFAULT '',
    -- Hash of the mapped fields last accepted by the platform: an equal push is skipped without a call.
    pushed_hash    text        NOT NULL DEFAULT '',
    -- md5 of the local data last carried over: a sweep does not enqueue it again.
    local_hash     text        NOT NULL DEFAULT '',
    -- The job that carried it over: an older one, replayed later, must not undo it.
    job_id         bigint      NOT NULL DEFAULT 0,
    -- The mapped fields as last agreed by both sides: the base of a three-way merge.
    snapshot       jsonb       NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    synced_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, integration_id, object, entity_id),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX record_links_remote ON navette.record_links (integration_id, object, remote_id);
