-- OAuth2: whose tokens are in force, who is spending a refresh token, and the consents that people are about to give.

ALTER TABLE navette.tenant_integrations
    -- Counts the sets of tokens; whoever replaces them says which he has seen, so that no answer overwrites a newer one.
    ADD COLUMN oauth_version      bigint NOT NULL DEFAULT 0,
    -- Since when, and by which owner (its lease's epoch), the refresh token in force is being spent. It stays where the answer was
    -- lost: the next owner must know that the platform may have taken the token already.
    ADD COLUMN oauth_spent_at     timestamptz,
    ADD COLUMN oauth_spent_epoch  bigint;
COMMENT ON COLUMN navette.tenant_integrations.oauth_encrypted IS
    'AEAD-sealed OAuth tokens, bound to (tenant_id, id); never leaves the daemon.';

-- As before, but new tokens, which count oauth_version, do not make the owner read the row again: it is the owner who wrote them. A
-- consent raises the version itself; a change of the key that seals them does so here.
CREATE OR REPLACE FUNCTION navette.touch_integration() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.integration_type, NEW.integration_name, NEW.enabled, NEW.state, NEW.config_public, NEW.config_encrypted,
        NEW.sync_direction, NEW.sync_frequency, NEW.max_retries)
       IS DISTINCT FROM
       (OLD.integration_type, OLD.integration_name, OLD.enabled, OLD.state, OLD.config_public, OLD.config_encrypted,
        OLD.sync_direction, OLD.sync_frequency, OLD.max_retries)
       OR (NEW.oauth_encrypted IS DISTINCT FROM OLD.oauth_encrypted AND NEW.oauth_version = OLD.oauth_version) THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := now();
    END IF;
    RETURN NEW;
END $$;

-- A consent that was asked for: the browser brings the state back, once. Of the state only its hash is kept, and the verifier of PKCE
-- is sealed. Rows live for minutes; what is past expires_at is removed by the next one.
CREATE TABLE navette.oauth_states (
    state_hash      bytea       PRIMARY KEY CHECK (octet_length(state_hash) = 32),
    tenant_id       text        NOT NULL,
    integration_id  text        NOT NULL,
    sealed_verifier bytea,
    redirect_uri    text        NOT NULL,
    expires_at      timestamptz NOT NULL,
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX oauth_states_integration ON navette.oauth_states (tenant_id, integration_id);
CREATE INDEX oauth_states_age ON navette.oauth_states (expires_at);
SELECT navette.bind_to_tenant('navette.oauth_states');
