-- What comes in: webhooks that act once, the local mirror of records, the feed of changes, and payments that drive orders.

-- The local mirror: the application's records as navette knows them.
CREATE TABLE navette.records (
    tenant_id   text        NOT NULL CHECK (tenant_id <> ''),
    entity_type text        NOT NULL CHECK (entity_type <> ''),
    entity_id   text        NOT NULL CHECK (entity_id <> ''),
    data        jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(data) = 'object'),
    version     bigint      NOT NULL DEFAULT 1,
    deleted     boolean     NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, entity_type, entity_id)
) WITH (fillfactor = 80);

CREATE INDEX records_payment ON navette.records (tenant_id, (data -> 'payment' ->> 'id'))
    WHERE entity_type = 'order' AND data -> 'payment' ->> 'id' IS NOT NULL;

-- The feed of what came from platforms, for the application to consume: per tenant in order and without gaps, so that a reader who
-- remembers the last position misses nothing. Who writes holds the tenant's head until the commit, which keeps positions in the order
-- in which they become visible.
CREATE TABLE navette.change_heads (
    tenant_id text   PRIMARY KEY,
    position  bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 50);
CREATE TABLE navette.changes (
    tenant_id      text        NOT NULL,
    position       bigint      NOT NULL,
    entity_type    text        NOT NULL,
    -- The application's id; empty where the remote record is linked to none.
    entity_id      text        NOT NULL DEFAULT '',
    operation      text        NOT NULL CHECK (operation IN ('upsert', 'delete')),
    integration_id text        NOT NULL,
    remote_id      text        NOT NULL DEFAULT '',
    event_type     text        NOT NULL DEFAULT '',
    -- The record after the change where navette keeps it (orders); else the platform's own fields.
    data           jsonb       NOT NULL DEFAULT '{}',
    occurred_at    timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, position)
);

-- The head of a SHA-256 of what a connector says that repeated deliveries of one event have in common.
CREATE FUNCTION navette.receipt_key(deduplication_key text) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT left(encode(sha256(convert_to(deduplication_key, 'UTF8')), 'hex'), 32)::uuid
$$;

-- Which events were accepted, so that a repeated delivery acts once, for good.
CREATE TABLE navette.webhook_receipts (
    integration_id text        NOT NULL,
    tenant_id      text        NOT NULL,
    key            uuid        NOT NULL,
    received_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (integration_id, tenant_id, key)
);

-- A webhook's events as they go into the queue: a list of {key, event_type, object, remote_id, deleted, ...}, one job for each that
-- concerns an object and was not accepted before (or again, where `again` is set: a person replays it). Returns how many jobs it made.
CREATE FUNCTION navette.accept_events(tenant text, integration text, events jsonb, again boolean DEFAULT false)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    made integer;
BEGIN
    WITH event AS (
        SELECT DISTINCT ON (1) navette.receipt_key(e.value ->> 'key') AS key, e.value AS body, e.ordinality AS place
        FROM jsonb_array_elements(events) WITH ORDINALITY AS e
        ORDER BY 1, e.ordinality
    ), fresh AS (
        INSERT INTO navette.webhook_receipts AS r (integration_id, tenant_id, key)
        SELECT integration, tenant, e.key FROM event e
        ON CONFLICT (integration_id, tenant_id, key) DO NOTHING
        RETURNING r.key
    )
    INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, entity_id, operation, data, priority,
                                    origin)
    SELECT tenant, integration, 'from_platform', e.body ->> 'event_type', e.body ->> 'object', 'remote:' || (e.body ->> 'remote_id'),
           CASE WHEN (e.body ->> 'deleted')::boolean THEN 'delete' ELSE 'upsert' END, e.body - 'key', 3, 'webhook'
    FROM event e
    WHERE coalesce(e.body ->> 'object', '') <> '' AND coalesce(e.body ->> 'remote_id', '') <> ''
      AND (again OR e.key IN (SELECT key FROM fresh))
    ORDER BY e.place;
    GET DIAGNOSTICS made = ROW_COUNT;
    IF made > 0 THEN
        PERFORM navette.wake(ARRAY[integration]);
    END IF;
    RETURN made;
END $$;

-- Adds one entry to the tenant's feed.
CREATE FUNCTION navette.publish_change(tenant text, entity_type text, entity_id text, operation text, integration text, remote_id text,
                                       event_type text, data jsonb, occurred_at timestamptz)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    latest bigint;
BEGIN
    INSERT INTO navette.change_heads AS h (tenant_id, position) VALUES (tenant, 1)
    ON CONFLICT (tenant_id) DO UPDATE SET position = h.position + 1
    RETURNING h.position INTO latest;
    INSERT INTO navette.changes VALUES (tenant, latest, entity_type, entity_id, operation, integration, remote_id, event_type, data,
                                        occurred_at);
    PERFORM pg_notify('navette_changes', tenant);
    RETURN latest;
END $$;

-- Which state of an order may follow which. A state may be left out on the way forward. Nothing goes back but a failed payment that is
-- tried again, and an order whose validation was refused.
CREATE TABLE navette.order_transitions (
    from_state text NOT NULL,
    to_state   text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
INSERT INTO navette.order_transitions (from_state, to_state) VALUES
    ('pending', 'paid'), ('pending', 'failed'), ('pending', 'refunded'),
    ('failed', 'paid'), ('failed', 'refunded'), ('failed', 'pending'),
    ('paid', 'processing'), ('paid', 'awaiting_validation'), ('paid', 'completed'), ('paid', 'refunded'),
    ('processing', 'awaiting_validation'), ('processing', 'completed'), ('processing', 'refunded'),
    ('awaiting_validation', 'processing'), ('awaiting_validation', 'completed'), ('awaiting_validation', 'refunded'),
    ('completed', 'refunded');

-- How an application tells navette of a record without sending it anywhere yet, such as an order that waits for its payment. The
-- members of `data` are laid over what is known; an order's state moves by the transitions only, and an order that was paid before it
-- was told of goes to the platforms now. Returns the record's version.
CREATE FUNCTION navette.put_record(tenant text, entity_type text, entity_id text, data jsonb)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    before navette.records;
    after  navette.records;
BEGIN
    IF put_record.entity_type = 'order' AND put_record.data ? 'status'
       AND NOT EXISTS (SELECT FROM navette.order_transitions t
                       WHERE put_record.data ->> 'status' IN (t.from_state, t.to_state)) THEN
        RAISE EXCEPTION 'navette.put_record: an order has no status %; use pending, paid, processing, awaiting_validation, completed, failed or refunded',
            put_record.data ->> 'status' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    INSERT INTO navette.records AS r (tenant_id, entity_type, entity_id, version)
    VALUES (put_record.tenant, put_record.entity_type, put_record.entity_id, 0)
    ON CONFLICT DO NOTHING;
    SELECT r.* INTO before FROM navette.records r
    WHERE r.tenant_id = put_record.tenant AND r.entity_type = put_record.entity_type AND r.entity_id = put_record.entity_id
    FOR UPDATE;
    UPDATE navette.records r
    SET data = before.data || put_record.data
            || CASE WHEN put_record.entity_type = 'order' AND before.data ? 'status' AND put_record.data ? 'status'
                         AND NOT EXISTS (SELECT FROM navette.order_transitions t
                                         WHERE t.from_state = before.data ->> 'status' AND t.to_state = put_record.data ->> 'status')
                    THEN jsonb_build_object('status', before.data -> 'status') ELSE '{}'::jsonb END,
        version = r.version + 1, deleted = false, updated_at = now()
    WHERE r.tenant_id = put_record.tenant AND r.entity_type = put_record.entity_type AND r.entity_id = put_record.entity_id
    RETURNING r.* INTO after;
    IF put_record.entity_type = 'order' AND after.data ->> 'status' = 'paid' AND before.data ->> 'status' = 'paid'
       AND after.data ? 'lines' AND NOT before.data ? 'lines' THEN
        PERFORM navette.enqueue(put_record.tenant, 'order.paid', 'order', put_record.entity_id, after.data, 1, origin => 'payment');
    END IF;
    RETURN after.version;
END $$;

-- What a payment means for its order. `change` is {remote_id, occurred_at, fields: {status, order_id, amount_cents, currency, ...}}.
-- Returns a remark for the log: what was done, or why nothing was. An event that comes late or out of order changes nothing: a payment
-- that failed never takes back one that went through, and a refund of another payment does not refund the order.
CREATE FUNCTION navette.receive_payment(tenant text, integration text, event_type text, change jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    fields  jsonb := coalesce(change -> 'fields', '{}');
    order_id text := fields ->> 'order_id';
    wanted  text := CASE fields ->> 'status' WHEN 'succeeded' THEN 'paid' WHEN 'failed' THEN 'failed' WHEN 'canceled' THEN 'failed'
                                             WHEN 'refunded' THEN 'refunded' END;
    intent  text := change ->> 'remote_id';
    moment  timestamptz := (change ->> 'occurred_at')::timestamptz;
    known   navette.records;
    state   text;
    payment jsonb;
BEGIN
    IF coalesce(order_id, '') = '' THEN
        -- A refund need not name the order: its payment does.
        SELECT r.entity_id INTO order_id FROM navette.records r
        WHERE r.tenant_id = tenant AND r.entity_type = 'order' AND r.data -> 'payment' ->> 'id' = intent LIMIT 1;
    END IF;
    IF coalesce(order_id, '') = '' THEN
        RETURN 'the payment ' || intent || ' names no order; put the order''s id into its metadata';
    END IF;
    INSERT INTO navette.records AS r (tenant_id, entity_type, entity_id, data)
    VALUES (tenant, 'order', order_id, jsonb_build_object('id', order_id, 'status', 'pending'))
    ON CONFLICT DO NOTHING;
    SELECT * INTO known FROM navette.records r
    WHERE r.tenant_id = tenant AND r.entity_type = 'order' AND r.entity_id = order_id FOR UPDATE;
    state := coalesce(known.data ->> 'status', 'pending');
    payment := coalesce(known.data -> 'payment', '{}');
    IF wanted IS NULL THEN
        RETURN 'the payment ' || intent || ' is ' || coalesce(fields ->> 'status', 'in no state') || ': the order ' || order_id
            || ' stays ' || state;
    END IF;
    IF wanted = 'refunded' AND coalesce(payment ->> 'id', intent) <> intent THEN
        RETURN 'the refund belongs to the payment ' || intent || ', the order ' || order_id || ' was paid by ' || (payment ->> 'id');
    END IF;
    IF NOT EXISTS (SELECT FROM navette.order_transitions t WHERE t.from_state = state AND t.to_state = wanted) THEN
        RETURN 'the order ' || order_id || ' is ' || state || ' already: ' || wanted || ' changes nothing';
    END IF;
    UPDATE navette.records r
    SET data = known.data || jsonb_build_object('status', wanted)
            || CASE WHEN wanted = 'failed' THEN '{}'::jsonb
                    ELSE jsonb_build_object('payment', payment || fields - 'order_id' || jsonb_build_object('id', intent)) END
            || CASE WHEN wanted = 'paid' THEN jsonb_build_object('paid_at', navette.iso(coalesce(moment, now()))) ELSE '{}'::jsonb END,
        version = r.version + 1, deleted = false, updated_at = now()
    WHERE r.tenant_id = tenant AND r.entity_type = 'order' AND r.entity_id = order_id
    RETURNING r.* INTO known;
    PERFORM navette.publish_change(tenant, 'order', order_id, 'upsert', integration, intent, event_type, known.data, moment);
    IF wanted <> 'paid' THEN
        RETURN 'the order ' || order_id || ' went from ' || state || ' to ' || wanted;
    END IF;
    -- Where the order itself is known it goes to the platforms at once; else whoever watches the application's orders looks at once.
    IF known.data ? 'lines' THEN
        PERFORM navette.enqueue(tenant, 'order.paid', 'order', order_id, known.data, 1, origin => 'payment');
    ELSE
        PERFORM pg_notify('navette_wake', 'watched:' || tenant || ':order');
    END IF;
    RETURN 'the order ' || order_id || ' went from ' || state || ' to paid'
        || CASE WHEN (known.data ->> 'amount_cents') IS DISTINCT FROM (fields ->> 'amount_cents') AND known.data ? 'amount_cents'
                THEN '; it costs ' || (known.data ->> 'amount_cents') || ' cents, ' || coalesce(fields ->> 'amount_cents', 'none')
                     || ' were paid' ELSE '' END;
END $$;

-- Applies one change that came from a platform, inside the transaction that takes its job off the queue. `change` is {object,
-- remote_id, deleted, occurred_at, fields}. Returns a remark for the log, or null.
CREATE FUNCTION navette.receive_change(tenant text, integration text, event_type text, change jsonb)
RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    local_id text;
BEGIN
    IF change ->> 'object' = 'payment' THEN
        RETURN navette.receive_payment(tenant, integration, event_type, change);
    END IF;
    SELECT l.entity_id INTO local_id FROM navette.record_links l
    WHERE l.tenant_id = tenant AND l.integration_id = integration AND l.object = change ->> 'object'
      AND l.remote_id = change ->> 'remote_id'
    LIMIT 1;
    PERFORM navette.publish_change(tenant, change ->> 'object', coalesce(local_id, ''),
                                   CASE WHEN (change ->> 'deleted')::boolean THEN 'delete' ELSE 'upsert' END,
                                   integration, change ->> 'remote_id', event_type, coalesce(change -> 'fields', '{}'),
                                   (change ->> 'occurred_at')::timestamptz);
    RETURN NULL;
END $$;

-- Which webhooks are looked for: of one integration, and by what the platform names them.
CREATE INDEX webhook_logs_external ON navette.webhook_logs (integration_id, deduplication_key) WHERE deduplication_key IS NOT NULL;
