-- Who may do what over the API: tokens, what is remembered of repeated requests, and a role that sees one tenant's rows only.

-- A token's text is nvt_<id>_<secret>. It is shown once; what is kept of it is a BLAKE2b hash of 32 bytes. The secret is random and as
-- long as the hash, so a slow hash would add nothing.
CREATE TABLE navette.api_tokens (
    id           text        PRIMARY KEY CHECK (id ~ '^[0-9a-z]{8,32}$'),
    -- Empty: a token of administration, which sees all tenants.
    tenant_id    text        NOT NULL DEFAULT '',
    name         text        NOT NULL DEFAULT '',
    scope        text        NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
    token_hash   bytea       NOT NULL CHECK (octet_length(token_hash) = 32),
    created_by   text        NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    -- To the minute.
    last_used_at timestamptz,
    revoked_at   timestamptz,
    -- Administration reads or administers; only a tenant's token writes for a tenant.
    CHECK (CASE WHEN tenant_id = '' THEN scope IN ('read', 'admin') ELSE scope IN ('read', 'write') END)
) WITH (fillfactor = 70);
CREATE INDEX api_tokens_tenant ON navette.api_tokens (tenant_id, created_at);
COMMENT ON COLUMN navette.api_tokens.token_hash IS 'BLAKE2b-256 of the token''s text; never leaves the daemon.';

-- The answers of POSTs with an Idempotency-Key, written in the transaction of their effect and kept for 24 hours.
CREATE TABLE navette.api_idempotency (
    tenant_id    text        NOT NULL DEFAULT '',
    token_id     text        NOT NULL,
    key          text        NOT NULL CHECK (key <> ''),
    -- Of method, target and body: the same key with another request is a mistake of the client.
    request_hash text        NOT NULL,
    status       smallint    NOT NULL,
    headers      jsonb       NOT NULL DEFAULT '[]',
    body         text        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, token_id, key)
);
CREATE INDEX api_idempotency_age ON navette.api_idempotency (created_at);

-- Whether secrets are stored, for those who may not read them.
ALTER TABLE navette.tenant_integrations
    ADD COLUMN has_secrets boolean NOT NULL GENERATED ALWAYS AS (config_encrypted IS NOT NULL) STORED,
    ADD COLUMN has_grant   boolean NOT NULL GENERATED ALWAYS AS (oauth_encrypted IS NOT NULL) STORED;

-- The role that the API's transactions take on for a tenant's token. It belongs to the whole cluster, so another database of navette's
-- may have made it already.
DO $$
DECLARE
    before text := current_setting('role');
    advice text := format('let a superuser run: CREATE ROLE navette_tenant NOLOGIN; GRANT navette_tenant TO %I; '
                          'then run navettectl db migrate again', current_user);
BEGIN
    -- Two databases of one cluster may be migrated at the same moment.
    PERFORM pg_advisory_xact_lock(hashtextextended('navette.role', 0));
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'navette_tenant') THEN
        BEGIN
            CREATE ROLE navette_tenant NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the role navette_tenant is missing and % may not create it: %', current_user, advice
                    USING ERRCODE = 'insufficient_privilege';
        END;
    END IF;
    BEGIN
        PERFORM set_config('role', 'navette_tenant', true);
        PERFORM set_config('role', before, true);
    EXCEPTION WHEN insufficient_privilege THEN
        BEGIN
            EXECUTE format('GRANT navette_tenant TO %I', current_user);
        EXCEPTION WHEN insufficient_privilege THEN
            RAISE EXCEPTION '% is no member of the role navette_tenant: %', current_user, advice
                USING ERRCODE = 'insufficient_privilege';
        END;
    END;
END $$;

GRANT USAGE ON SCHEMA navette TO navette_tenant;
-- Also where an administrator took that right from everybody else. What a function may touch is told by the grants below.
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA navette TO navette_tenant;

-- Binds a table with a tenant_id to the tenant that `navette.tenant` names, for navette_tenant and its members. Not forced: the owner,
-- which is the engine's role, pays nothing and sees all. Other roles keep what their grants say: an application that writes these
-- tables does so as before. Every migration that adds such a table calls it.
CREATE FUNCTION navette.bind_to_tenant(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('CREATE POLICY by_grant ON %s USING (true) WITH CHECK (true)', target);
    -- An empty setting is none: rows of no tenant (tokens of administration, webhooks of nobody) have an empty tenant_id.
    EXECUTE format('CREATE POLICY own_tenant ON %s AS RESTRICTIVE TO navette_tenant '
                   'USING (tenant_id = nullif(current_setting(''navette.tenant'', true), '''')) '
                   'WITH CHECK (tenant_id = nullif(current_setting(''navette.tenant'', true), ''''))', target);
END $$;
-- Partitions are reached through their parents only: navette_tenant has no right on them.
SELECT navette.bind_to_tenant(('navette.' || name)::regclass)
FROM unnest(ARRAY['tenant_integrations', 'field_mappings', 'leases', 'sync_queue', 'in_flight', 'sync_cursors', 'record_links',
                  'sync_logs', 'webhook_logs', 'ledger', 'records', 'change_heads', 'changes', 'webhook_receipts',
                  'api_tokens', 'api_idempotency']) AS name;

-- What a tenant's operations need, and no more. The views of 0007 run with their owner's rights, past these policies: there is no grant
-- on them.
GRANT SELECT ON navette.available_integrations, navette.field_mappings, navette.leases, navette.sync_queue, navette.in_flight,
    navette.sync_cursors, navette.record_links, navette.sync_logs, navette.webhook_logs, navette.ledger, navette.records,
    navette.change_heads, navette.changes, navette.webhook_receipts, navette.api_idempotency, navette.order_transitions
    TO navette_tenant;
-- All but the sealed columns: those can be set, not read.
GRANT SELECT (tenant_id, id, integration_type, integration_name, enabled, state, state_reason, config_public, oauth_expires_at,
              sync_direction, sync_frequency, max_retries, last_sync_at, last_sync_status, last_sync_error, version, created_at,
              updated_at, created_by, account, sync_requested_at, has_secrets, has_grant)
    ON navette.tenant_integrations TO navette_tenant;
GRANT INSERT (tenant_id, id, integration_type, integration_name, enabled, config_public, config_encrypted, sync_direction,
              sync_frequency, max_retries, created_by)
    ON navette.tenant_integrations TO navette_tenant;
GRANT UPDATE (integration_name, enabled, state, state_reason, config_public, config_encrypted, sync_direction, sync_frequency,
              max_retries, last_sync_at, last_sync_status, last_sync_error, version, updated_at, sync_requested_at)
    ON navette.tenant_integrations TO navette_tenant;
GRANT DELETE ON navette.tenant_integrations TO navette_tenant;
GRANT INSERT, UPDATE, DELETE ON navette.field_mappings TO navette_tenant;
GRANT INSERT, UPDATE, DELETE ON navette.sync_queue TO navette_tenant;
GRANT INSERT ON navette.sync_logs, navette.webhook_receipts TO navette_tenant;
GRANT UPDATE (processing_status, processing_error, processed_at) ON navette.webhook_logs TO navette_tenant;
GRANT DELETE ON navette.in_flight, navette.record_links TO navette_tenant;
-- navette.cancel_jobs locks leases, which needs a right to change something of them.
GRANT UPDATE (asleep) ON navette.leases TO navette_tenant;
GRANT SELECT (node_id, name, expires_at) ON navette.nodes TO navette_tenant;
GRANT SELECT (id, tenant_id, name, scope, created_by, created_at, expires_at, last_used_at, revoked_at)
    ON navette.api_tokens TO navette_tenant;
GRANT INSERT (id, tenant_id, name, scope, token_hash, created_by, expires_at) ON navette.api_tokens TO navette_tenant;
GRANT UPDATE (revoked_at) ON navette.api_tokens TO navette_tenant;
GRANT INSERT, UPDATE ON navette.api_idempotency TO navette_tenant;

-- SECURITY DEFINER functions (enqueue, enqueue_many, put_record) write with the owner's rights, past the policies. Where a session is
-- bound to a tenant, what follows holds them to it; elsewhere it costs a look at a setting.
CREATE FUNCTION navette.refuse_other_tenant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'this session works for tenant %, it cannot write to % for another', current_setting('navette.tenant'), TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER own_tenant BEFORE INSERT OR UPDATE ON navette.records FOR EACH ROW
    WHEN (NEW.tenant_id <> nullif(current_setting('navette.tenant', true), ''))
    EXECUTE FUNCTION navette.refuse_other_tenant();

-- The queue's is a part of the ledger's trigger, once for each statement: a trigger for each row costs an import a tenth (measured).
-- All else is as in 0009. Every name is qualified and no operator is used: a search_path of the function's own would cost every enqueue.
CREATE OR REPLACE FUNCTION navette.write_ledger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    tenant text := pg_catalog.current_setting('navette.tenant', true);
BEGIN
    IF pg_catalog.textne(tenant, '') THEN
        IF EXISTS (SELECT FROM accepted a WHERE pg_catalog.textne(a.tenant_id, tenant)) THEN
            RAISE EXCEPTION 'this session works for tenant %, it cannot write to % for another', tenant, TG_TABLE_NAME
                USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    INSERT INTO navette.ledger (tenant_id, integration_id, jobs, count)
    SELECT c.tenant_id, c.integration_id,
           -- The ids of one statement mostly lie side by side; where others came between, each is named.
           CASE WHEN pg_catalog.int8eq(pg_catalog.int8mi(c.last, c.first), pg_catalog.int8mi(c.count, 1))
                THEN pg_catalog.int8multirange(pg_catalog.int8range(c.first, c.last, '[]'))
                ELSE (SELECT pg_catalog.range_agg(pg_catalog.int8range(a.id, a.id, '[]')) FROM accepted a
                      WHERE pg_catalog.texteq(a.tenant_id, c.tenant_id)
                        AND pg_catalog.texteq(a.integration_id, c.integration_id)) END,
           c.count
    FROM (SELECT a.tenant_id, a.integration_id, pg_catalog.min(a.id) AS first, pg_catalog.max(a.id) AS last,
                 pg_catalog.count(*) AS count
          FROM accepted a GROUP BY a.tenant_id, a.integration_id) c;
    RETURN NULL;
END $$;
