-- The change feed as webhooks to the application: each entry becomes a job for every integration that takes the feed, in the
-- transaction that publishes it. And since when an integration has only failed, so that an endpoint that stays dead is switched off.

ALTER TABLE navette.available_integrations DROP CONSTRAINT available_integrations_category_check;
ALTER TABLE navette.available_integrations ADD CONSTRAINT available_integrations_category_check
    CHECK (category IN ('crm', 'ecommerce', 'marketing', 'support', 'erp', 'payment', 'application'));

-- Written by the owner together with last_sync_at: null and 0 while attempts succeed.
ALTER TABLE navette.tenant_integrations
    ADD COLUMN failing_since timestamptz,
    ADD COLUMN failures      integer NOT NULL DEFAULT 0;
GRANT SELECT (failing_since, failures) ON navette.tenant_integrations TO navette_tenant;

-- Who makes an integration active again gives it a new start.
CREATE FUNCTION navette.forget_failures() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.failing_since := NULL;
    NEW.failures := 0;
    RETURN NEW;
END $$;
CREATE TRIGGER forget_failures BEFORE UPDATE OF state ON navette.tenant_integrations
    FOR EACH ROW WHEN (NEW.state = 'active' AND OLD.state <> 'active') EXECUTE FUNCTION navette.forget_failures();

-- The kind of an entry of the feed, as a webhook tells it: "prospect.updated".
CREATE FUNCTION navette.change_type(change navette.changes) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT change.entity_type || CASE WHEN change.operation = 'delete' THEN '.deleted' WHEN change.operation = 'archive' THEN '.archived'
                                      WHEN change.version = 1 THEN '.created' ELSE '.updated' END
$$;

-- Makes the jobs that tell an entry of the feed to the tenant's integrations that take it (the capability `changes`), or to `target` alone.
-- An integration's setting `events` names the types that it wants, separated by white space or commas; without it: all. Jobs of one
-- record share an entity id, so they leave in the order of the feed. Returns how many were made.
CREATE FUNCTION navette.deliver_change(change navette.changes, target text DEFAULT NULL) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    kind    text := navette.change_type(change);
    subject text := change.entity_type || ':'
                    || CASE change.entity_id WHEN '' THEN change.integration_id || ':' || change.remote_id ELSE change.entity_id END;
    targets text[];
BEGIN
    SELECT array_agg(i.id ORDER BY i.id) INTO targets
    FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
    WHERE i.tenant_id = change.tenant_id AND 'changes' = ANY (a.capabilities) AND i.sync_direction <> 'from_platform'
      AND CASE WHEN target IS NULL THEN i.enabled ELSE i.id = target END
      AND (coalesce(i.config_public ->> 'events', '') !~ '\S'
           OR navette.event_patterns(kind) && regexp_split_to_array(i.config_public ->> 'events', '[\s,]+'));
    IF targets IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, origin)
    SELECT change.tenant_id, t.id, 'change.published', 'change', subject,
           jsonb_build_object(
               -- The same whenever and to whomever it is told; the tenant's name stays ours.
               'id', 'chg_' || left(encode(sha256(convert_to(change.tenant_id, 'UTF8')), 'hex'), 12) || '_' || change.position,
               'type', kind, 'position', change.position, 'entity_type', change.entity_type, 'entity_id', change.entity_id,
               'operation', change.operation, 'integration_id', change.integration_id, 'remote_id', change.remote_id,
               'event_type', change.event_type, 'data', change.data, 'version', change.version, 'fields', change.fields,
               'occurred_at', navette.iso(change.occurred_at), 'created_at', navette.iso(change.created_at)),
           'changes'
    FROM unnest(targets) AS t (id);
    PERFORM navette.wake(targets);
    RETURN cardinality(targets);
END $$;

-- As in 0014, and the entry is told to the endpoints.
CREATE OR REPLACE FUNCTION navette.publish_change(tenant text, entity_type text, entity_id text, operation text, integration text,
                                                  remote_id text, event_type text, data jsonb, occurred_at timestamptz,
                                                  version bigint DEFAULT NULL, fields text[] DEFAULT NULL)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    latest bigint;
    change navette.changes;
BEGIN
    INSERT INTO navette.change_heads AS h (tenant_id, position) VALUES (tenant, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET position = h.position + 1
    RETURNING h.position INTO latest;
    INSERT INTO navette.changes AS c (tenant_id, position, entity_type, entity_id, operation, integration_id, remote_id, event_type,
                                      data, occurred_at, version, fields)
    VALUES (tenant, latest, entity_type, entity_id, operation, integration, remote_id, event_type, data, occurred_at, version, fields)
    RETURNING c.* INTO change;
    PERFORM navette.deliver_change(change);
    PERFORM pg_notify('navette_changes', tenant);
    RETURN latest;
END $$;

-- Tells an endpoint again, or for the first time, what the feed holds behind `after`: after it was disabled, or lost what it was told.
-- The webhooks carry the ids that they had. Returns how many jobs were made.
CREATE FUNCTION navette.redeliver_changes(tenant text, integration text, after bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    change navette.changes;
    made   bigint := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
                   WHERE i.tenant_id = tenant AND i.id = integration AND 'changes' = ANY (a.capabilities)) THEN
        RAISE EXCEPTION 'navette.redeliver_changes: tenant % has no integration % that takes the feed', tenant, integration
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    FOR change IN SELECT c.* FROM navette.changes c WHERE c.tenant_id = tenant AND c.position > after ORDER BY c.position LOOP
        made := made + navette.deliver_change(change, integration);
    END LOOP;
    RETURN made;
END $$;
