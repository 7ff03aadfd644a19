-- What can be connected (the catalogue) and what each tenant has connected.
--
-- Every key begins with or carries tenant_id, so that the tables can be distributed by tenant (Citus). Columns keep the names
-- of the application that navette replaces (docs/adr/0003), so that its own queries go on working.

CREATE TABLE navette.available_integrations (
    slug                text        PRIMARY KEY CHECK (slug ~ '^[a-z0-9_]+$'),
    name                text        NOT NULL,
    category            text        NOT NULL CHECK (category IN ('crm', 'ecommerce', 'marketing', 'support', 'erp', 'payment')),
    description         text        NOT NULL DEFAULT '',
    auth_type           text        NOT NULL CHECK (auth_type IN ('none', 'api_key', 'basic', 'oauth2')),
    oauth_authorize_url text,
    oauth_token_url     text,
    oauth_scopes        text[]      NOT NULL DEFAULT '{}',
    config_fields       jsonb       NOT NULL DEFAULT '[]',
    capabilities        text[]      NOT NULL DEFAULT '{}',
    supported_objects   text[]      NOT NULL DEFAULT '{}',
    -- Event types that enqueue() hands to this platform: exact ones and those ending in ".*".
    supported_events    text[]      NOT NULL DEFAULT '{}',
    enabled             boolean     NOT NULL DEFAULT true,
    created_at          timestamptz NOT NULL DEFAULT now(),
    updated_at          timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE navette.available_integrations IS 'The catalogue, written from the connectors'' manifests when a daemon starts.';

CREATE TABLE navette.tenant_integrations (
    tenant_id        text        NOT NULL CHECK (tenant_id <> ''),
    id               text        NOT NULL DEFAULT 'int_' || replace(gen_random_uuid()::text, '-', '') CHECK (id <> ''),
    integration_type text        NOT NULL,
    integration_name text        NOT NULL DEFAULT '',
    enabled          boolean     NOT NULL DEFAULT false,
    state            text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'needs_reauth', 'error')),
    state_reason     text,
    config_public    jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(config_public) = 'object'),
    config_encrypted bytea,
    oauth_encrypted  bytea,
    oauth_expires_at timestamptz,
    sync_direction   text        NOT NULL DEFAULT 'bidirectional'
                                 CHECK (sync_direction IN ('bidirectional', 'to_platform', 'from_platform')),
    sync_frequency   text        NOT NULL DEFAULT 'realtime',
    max_retries      smallint    CHECK (max_retries BETWEEN 0 AND 100),
    last_sync_at     timestamptz,
    last_sync_status text,
    last_sync_error  text,
    -- Raised by every change of the row; an owner that holds an older version reads the row again.
    version          bigint      NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    created_by       text,
    PRIMARY KEY (tenant_id, id)
) WITH (fillfactor = 80);
COMMENT ON COLUMN navette.tenant_integrations.config_encrypted IS 'AEAD-sealed secrets, bound to (tenant_id, id); never leaves the daemon.';

CREATE INDEX tenant_integrations_id ON navette.tenant_integrations (id);
CREATE INDEX tenant_integrations_enabled ON navette.tenant_integrations (integration_type) WHERE enabled;

CREATE FUNCTION navette.touch_integration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What the engine itself writes after each success does not make the owner read the row again.
    IF (NEW.integration_type, NEW.integration_name, NEW.enabled, NEW.state, NEW.config_public, NEW.config_encrypted,
        NEW.oauth_encrypted, NEW.sync_direction, NEW.sync_frequency, NEW.max_retries)
       IS DISTINCT FROM
       (OLD.integration_type, OLD.integration_name, OLD.enabled, OLD.state, OLD.config_public, OLD.config_encrypted,
        OLD.oauth_encrypted, OLD.sync_direction, OLD.sync_frequency, OLD.max_retries) THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER touch BEFORE UPDATE ON navette.tenant_integrations
    FOR EACH ROW EXECUTE FUNCTION navette.touch_integration();

-- A tenant's own mapping rules for one object, laid over the manifest's default: a list of rules in the manifest's form.
CREATE TABLE navette.field_mappings (
    tenant_id      text        NOT NULL,
    integration_id text        NOT NULL,
    id             text        NOT NULL DEFAULT 'map_' || replace(gen_random_uuid()::text, '-', ''),
    object         text        NOT NULL CHECK (object <> ''),
    local_path     text        NOT NULL,
    remote_path    text        NOT NULL CHECK (remote_path <> ''),
    remote_type    text,
    direction      text        NOT NULL DEFAULT 'to_platform' CHECK (direction IN ('to_platform', 'from_platform', 'both')),
    transforms     jsonb       NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(transforms) = 'array'),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX field_mappings_integration ON navette.field_mappings (tenant_id, integration_id, object);
