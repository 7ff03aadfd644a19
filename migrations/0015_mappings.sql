-- A tenant's own mapping rules in force: each change reaches the integration's owner, and a default rule can be switched off.

-- false: the connector's own rules for this remote field do not hold, and nothing stands in their place.
ALTER TABLE navette.field_mappings
    ADD COLUMN mapped boolean NOT NULL DEFAULT true,
    ADD CONSTRAINT field_mappings_off_is_bare CHECK (mapped OR local_path = '' AND transforms = '[]');

-- An integration's own rules as the engine reads them, in one order always.
CREATE FUNCTION navette.own_mappings(tenant text, integration text) RETURNS jsonb LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'object', m.object, 'local_path', m.local_path,
                                                 'remote_path', m.remote_path, 'direction', m.direction,
                                                 'transforms', m.transforms, 'mapped', m.mapped)
                              ORDER BY m.object, m.remote_path, m.id), '[]')
    FROM navette.field_mappings m WHERE m.tenant_id = tenant AND m.integration_id = integration
$$;

-- The owner reads the row again. What held the integration in `error` may have been its mapping: the owner tries.
CREATE FUNCTION navette.touch_mapped_integration() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed navette.field_mappings := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    UPDATE navette.tenant_integrations i
    SET version = i.version + 1, updated_at = now(),
        state = CASE i.state WHEN 'error' THEN 'active' ELSE i.state END,
        state_reason = CASE i.state WHEN 'error' THEN NULL ELSE i.state_reason END
    WHERE i.tenant_id = changed.tenant_id AND i.id = changed.integration_id;
    IF FOUND THEN
        PERFORM pg_notify('navette_wake', 'integrations');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER touch_integration AFTER INSERT OR UPDATE OR DELETE ON navette.field_mappings
    FOR EACH ROW EXECUTE FUNCTION navette.touch_mapped_integration();

-- As in 0007, and: a row with neither a source field nor a transform switches the field off.
CREATE OR REPLACE FUNCTION navette.write_integration_field_mappings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    owner     text;
    is_mapped boolean;
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM navette.field_mappings WHERE id = OLD.id AND integration_id = OLD.integration_id;
        RETURN OLD;
    END IF;
    IF NEW.transform_function IS NOT NULL
       AND jsonb_typeof(navette.lenient_json(NEW.transform_function)) IS DISTINCT FROM 'array' THEN
        RAISE EXCEPTION 'integration_field_mappings.transform_function: transforms are declared, not coded: write a JSON list such as ["trim", {"truncate": 30}]'
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT tenant_id INTO owner FROM navette.tenant_integrations WHERE id = NEW.integration_id;
    IF owner IS NULL THEN
        RAISE EXCEPTION 'integration_field_mappings.integration_id: there is no integration %', NEW.integration_id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM navette.field_mappings WHERE id = OLD.id AND integration_id = OLD.integration_id;
    END IF;
    is_mapped := coalesce(NEW.source_field, '') <> ''
                 OR NEW.transform_function IS NOT NULL AND navette.lenient_json(NEW.transform_function) <> '[]';
    INSERT INTO navette.field_mappings (tenant_id, integration_id, id, object, local_path, remote_path, remote_type, direction,
                                        transforms, mapped)
    VALUES (owner, NEW.integration_id, coalesce(NEW.id, 'map_' || replace(gen_random_uuid()::text, '-', '')), NEW.source_type,
            coalesce(NEW.source_field, ''), NEW.destination_field, NEW.destination_type,
            coalesce(NEW.sync_direction, CASE WHEN is_mapped THEN 'to_platform' ELSE 'both' END),
            CASE WHEN NEW.transform_function IS NULL THEN '[]' ELSE navette.lenient_json(NEW.transform_function) END, is_mapped);
    RETURN NEW;
END $$;
