-- What is read from platforms on a schedule: how far each object was pulled, what is known of the records there, and which webhook
-- subscriptions a platform holds for an integration.

-- How far one object of an integration was pulled. The cursor is the connector's own; it moves in the transaction that takes in the
-- page before it, so that a crash between two pages loses nothing and takes nothing in twice.
CREATE TABLE navette.pulls (
    tenant_id       text        NOT NULL,
    integration_id  text        NOT NULL,
    object          text        NOT NULL,
    cursor          jsonb       NOT NULL DEFAULT 'null',
    -- Raised by whoever sets the cursor back: a page that was read before belongs to another reading and is dropped.
    generation      bigint      NOT NULL DEFAULT 0,
    -- The round under way reads everything; what it finds changed says nothing of webhooks.
    is_full         boolean     NOT NULL DEFAULT true,
    next_at         timestamptz NOT NULL DEFAULT now(),
    -- A person's requests, and the last of them that was answered by a round which began after it.
    asked           bigint      NOT NULL DEFAULT 0,
    answered        bigint      NOT NULL DEFAULT 0,
    -- Failures in a row.
    failures        integer     NOT NULL DEFAULT 0,
    last_error      text,
    last_error_at   timestamptz,
    last_success_at timestamptz,
    -- When a page last brought a change that nothing had told of.
    last_change_at  timestamptz,
    pages           bigint      NOT NULL DEFAULT 0,
    records         bigint      NOT NULL DEFAULT 0,
    changes         bigint      NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, integration_id, object),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);

-- What is known of a platform's record: enough to tell whether it changed since it was last read, and whether our own write did it.
CREATE TABLE navette.remote_records (
    tenant_id      text        NOT NULL,
    integration_id text        NOT NULL,
    object         text        NOT NULL,
    remote_id      text        NOT NULL,
    -- Of the platform's fields (sync::record_hash); "deleted" where the record is gone.
    hash           text        NOT NULL,
    -- By the platform's clock, where it tells.
    changed_at     timestamptz,
    -- record_links.job_id of that moment: the last of our own writes that is part of the hash.
    job_id         bigint      NOT NULL DEFAULT 0,
    seen_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, integration_id, object, remote_id),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);

-- When an integration's webhook subscriptions were last looked after, and what came of it.
CREATE TABLE navette.webhook_checks (
    tenant_id      text        NOT NULL,
    integration_id text        NOT NULL,
    -- The address that they should have.
    address        text        NOT NULL DEFAULT '',
    checked_at     timestamptz,
    next_at        timestamptz NOT NULL DEFAULT now(),
    failures       integer     NOT NULL DEFAULT 0,
    last_error     text,
    -- Since when it is known that no webhook comes although records change; null: all is well.
    silent_since   timestamptz,
    asked          bigint      NOT NULL DEFAULT 0,
    answered       bigint      NOT NULL DEFAULT 0,
    -- What the last request wanted; null: as the configuration says.
    asked_repair   boolean,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, integration_id),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);

CREATE TABLE navette.webhook_subscriptions (
    tenant_id      text        NOT NULL,
    integration_id text        NOT NULL,
    topic          text        NOT NULL,
    state          text        NOT NULL CHECK (state IN ('held', 'missing', 'repaired', 'refused')),
    remote_id      text        NOT NULL DEFAULT '',
    sentence       text        NOT NULL DEFAULT '',
    -- Since when it is in that state.
    since          timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, integration_id, topic),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 70);

SELECT navette.bind_to_tenant(('navette.' || name)::regclass)
FROM unnest(ARRAY['pulls', 'remote_records', 'webhook_checks', 'webhook_subscriptions']) AS name;
GRANT SELECT ON navette.pulls, navette.remote_records, navette.webhook_checks, navette.webhook_subscriptions TO navette_tenant;

-- As in 0010, and: what was fetched is remembered, so that the next pull does not tell it again, and a webhook that tells what is known
-- already changes nothing. `change` carries the record's `hash`, and `changed_at` where the platform tells, where it was fetched.
CREATE OR REPLACE FUNCTION navette.receive_change(tenant text, integration text, event_type text, change jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    local_id text;
    pushed   bigint := 0;
    known    navette.remote_records;
BEGIN
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
        IF FOUND AND known.hash = change ->> 'hash' AND known.job_id = coalesce(pushed, 0) THEN
            RETURN 'the record is as it was when it was last read';
        END IF;
        INSERT INTO navette.remote_records AS r (tenant_id, integration_id, object, remote_id, hash, changed_at, job_id)
        SELECT i.tenant_id, i.id, change ->> 'object', change ->> 'remote_id', change ->> 'hash',
               (change ->> 'changed_at')::timestamptz, coalesce(pushed, 0)
        FROM navette.tenant_integrations i WHERE i.tenant_id = tenant AND i.id = integration
        ON CONFLICT ON CONSTRAINT remote_records_pkey DO UPDATE
        SET hash = excluded.hash, changed_at = excluded.changed_at, job_id = excluded.job_id, seen_at = now();
    END IF;
    PERFORM navette.publish_change(tenant, change ->> 'object', coalesce(local_id, ''),
                                   CASE WHEN (change ->> 'deleted')::boolean THEN 'delete' ELSE 'upsert' END,
                                   integration, change ->> 'remote_id', event_type, coalesce(change -> 'fields', '{}'),
                                   (change ->> 'occurred_at')::timestamptz);
    RETURN NULL;
END $$;
