-- Which daemon works for which integration. A node renews one row of its own; the integrations it owns follow from that
-- row's expiry, so that ten thousand idle integrations cost no renewals (docs/adr/0002).

CREATE TABLE navette.nodes (
    node_id    uuid        PRIMARY KEY,
    name       text        NOT NULL,
    version    text        NOT NULL DEFAULT '',
    started_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON COLUMN navette.nodes.expires_at IS 'By the database''s clock. Past it, other nodes take over this node''s integrations.';

CREATE TABLE navette.leases (
    integration_id text    NOT NULL,
    tenant_id      text    NOT NULL,
    node_id        uuid,
    -- The fencing token: raised at each change of owner; what a former owner writes with an older epoch changes nothing.
    epoch          bigint  NOT NULL DEFAULT 1,
    -- The owner found nothing to do and wants to be told of new work. Only then does enqueue() notify: a NOTIFY in every
    -- transaction serialises commits and costs two thirds of the enqueue rate (measured).
    asleep         boolean NOT NULL DEFAULT false,
    acquired_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (integration_id, tenant_id),
    -- Makes a change of epoch a change of key, which waits for the KEY SHARE lock that every completion takes on its lease;
    -- a renewal or a change of asleep does not.
    UNIQUE (integration_id, tenant_id, epoch)
) WITH (fillfactor = 50);
CREATE INDEX leases_node ON navette.leases (node_id);
