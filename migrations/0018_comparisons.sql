-- Comparisons of whole objects: every remote record read and held against the hub, what would be done written down, and done once
-- somebody approves. One machine for a first connection's plan (kind 'first') and for finding drift (kind 'reconcile').

CREATE TABLE navette.comparisons (
    tenant_id      text        NOT NULL,
    id             bigint      GENERATED ALWAYS AS IDENTITY,
    integration_id text        NOT NULL,
    kind           text        NOT NULL CHECK (kind IN ('first', 'reconcile')),
    -- ready: read to the end, and waits for a person. approved: the daemon is to begin.
    state          text        NOT NULL DEFAULT 'reading'
                               CHECK (state IN ('reading', 'ready', 'approved', 'applying', 'paused', 'done', 'cancelled', 'expired',
                                                'failed')),
    -- What a paused one goes back to.
    resumes        text        CHECK (resumes IN ('reading', 'approved', 'applying')),
    -- The one object that was asked for; null: all that are synchronised both ways.
    object         text,
    -- Those that are compared, which the daemon knows, and how far it came: the object's place from 1, the phase in it, and where to
    -- go on in that.
    objects        text[],
    place          integer     NOT NULL DEFAULT 1,
    phase          text        NOT NULL DEFAULT 'keys' CHECK (phase IN ('jobs', 'keys', 'remote', 'missing', 'local')),
    cursor         jsonb       NOT NULL DEFAULT 'null',
    -- When the object under way was begun.
    object_since   timestamptz NOT NULL DEFAULT now(),
    -- Raised by every step: one that was taken from an older place is dropped.
    step           bigint      NOT NULL DEFAULT 0,
    -- Of settings, rules and mappings: another one makes the plan outdated.
    basis          text        NOT NULL,
    -- reconcile: repaired without asking where no more records differ than this share of them and this many; null: no such bound.
    repair_share   double precision CHECK (repair_share BETWEEN 0 AND 1),
    repair_most    bigint      CHECK (repair_most >= 0),
    -- reconcile: only tell.
    dry_run        boolean     NOT NULL DEFAULT false,
    -- Object -> {read, same, moving, link, change_local, ...}; of an object that could not be read: {error}.
    counts         jsonb       NOT NULL DEFAULT '{}',
    to_apply       bigint      NOT NULL DEFAULT 0,
    applied        bigint      NOT NULL DEFAULT 0,
    -- Of applied: what was done otherwise meanwhile.
    superseded     bigint      NOT NULL DEFAULT 0,
    failures       integer     NOT NULL DEFAULT 0,
    last_error     text,
    next_at        timestamptz NOT NULL DEFAULT now(),
    created_by     text        NOT NULL DEFAULT '',
    approved_by    text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    ready_at       timestamptz,
    approved_at    timestamptz,
    finished_at    timestamptz,
    -- How long it waits for approval once it is ready.
    patience       interval    NOT NULL DEFAULT '24 hours',
    expires_at     timestamptz,
    PRIMARY KEY (tenant_id, id),
    FOREIGN KEY (tenant_id, integration_id) REFERENCES navette.tenant_integrations (tenant_id, id) ON DELETE CASCADE
) WITH (fillfactor = 50);
-- One at a time.
CREATE UNIQUE INDEX comparisons_open ON navette.comparisons (tenant_id, integration_id)
    WHERE state IN ('reading', 'ready', 'approved', 'applying', 'paused');
CREATE INDEX comparisons_integration ON navette.comparisons (tenant_id, integration_id, id);

CREATE TABLE navette.comparison_items (
    tenant_id     text        NOT NULL,
    comparison_id bigint      NOT NULL,
    id            bigint      GENERATED ALWAYS AS IDENTITY,
    object        text        NOT NULL,
    -- Empty: there is none yet.
    remote_id     text        NOT NULL DEFAULT '',
    entity_type   text        NOT NULL DEFAULT '',
    entity_id     text        NOT NULL DEFAULT '',
    verdict       text        NOT NULL CHECK (verdict IN ('link', 'change_local', 'change_remote', 'conflict', 'create_local',
                                                          'create_remote', 'ambiguous', 'missing')),
    -- [{field, local, remote, wins}]
    differences   jsonb       NOT NULL DEFAULT '[]',
    -- Why a person must look, where one must.
    reason        text        NOT NULL DEFAULT '',
    -- The remote record as it was read; null where nothing was.
    fields        jsonb,
    keys          jsonb       NOT NULL DEFAULT '[]',
    hash          text        NOT NULL DEFAULT '',
    changed_at    timestamptz,
    -- Applied by a push of the hub record, else by merging the remote one.
    pushes        boolean     NOT NULL DEFAULT false,
    read_at       timestamptz NOT NULL DEFAULT now(),
    -- When its job was made, or was found to be needless.
    applied_at    timestamptz,
    PRIMARY KEY (tenant_id, comparison_id, id),
    FOREIGN KEY (tenant_id, comparison_id) REFERENCES navette.comparisons (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX comparison_items_remote ON navette.comparison_items (tenant_id, comparison_id, object, remote_id) WHERE remote_id <> '';
CREATE INDEX comparison_items_entity ON navette.comparison_items (tenant_id, comparison_id, object, entity_id) WHERE entity_id <> '';
CREATE INDEX comparison_items_verdict ON navette.comparison_items (tenant_id, comparison_id, object, verdict, id);
CREATE INDEX comparison_items_open ON navette.comparison_items (tenant_id, comparison_id, pushes, id)
    WHERE applied_at IS NULL AND verdict <> 'ambiguous';

-- Which remote records a comparison has met, so that those that are missing can be told without the daemon keeping them in mind.
-- Emptied, in pieces, when the reading is over.
CREATE TABLE navette.comparison_seen (
    tenant_id     text   NOT NULL,
    comparison_id bigint NOT NULL,
    object        text   NOT NULL,
    remote_id     text   NOT NULL,
    PRIMARY KEY (tenant_id, comparison_id, object, remote_id),
    FOREIGN KEY (tenant_id, comparison_id) REFERENCES navette.comparisons (tenant_id, id) ON DELETE CASCADE
);

SELECT navette.bind_to_tenant(('navette.' || name)::regclass)
FROM unnest(ARRAY['comparisons', 'comparison_items', 'comparison_seen']) AS name;
GRANT SELECT, INSERT, UPDATE ON navette.comparisons TO navette_tenant;
GRANT SELECT ON navette.comparison_items TO navette_tenant;
-- An integration that begins with a plan is made in the state 'paused'.
GRANT INSERT (state, state_reason) ON navette.tenant_integrations TO navette_tenant;

-- What a plan hangs on beside the records.
CREATE FUNCTION navette.comparison_basis(tenant text, integration text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT md5(concat_ws(E'\n', i.integration_type, i.config_public, i.sync_direction, i.sync_rules,
                         (SELECT string_agg(concat_ws(' ', m.object, m.local_path, m.remote_path, m.direction, m.transforms), E'\n'
                                            ORDER BY m.object, m.remote_path, m.id)
                          FROM navette.field_mappings m WHERE m.tenant_id = i.tenant_id AND m.integration_id = i.id)))
    FROM navette.tenant_integrations i WHERE i.tenant_id = tenant AND i.id = integration
$$;

-- The name by which jobs tell what run they belong to: 'plan:7', 'reconcile:8'. Pushes have 'sync:' before it.
CREATE FUNCTION navette.comparison_run(kind text, id bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE kind WHEN 'first' THEN 'plan:' ELSE 'reconcile:' END || id
$$;

-- `more` added to the counts of one object.
CREATE FUNCTION navette.add_counts(counts jsonb, object text, more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT counts || jsonb_build_object(object, coalesce(counts -> object, '{}') || coalesce(
        (SELECT jsonb_object_agg(m.key, coalesce((counts -> object ->> m.key)::bigint, 0) + m.value::text::bigint)
         FROM jsonb_each(more) m WHERE m.value::text <> '0'), '{}'))
$$;

-- A moment past all others, yet not so far that a clock of nanoseconds overflows: where jobs are parked that must not run before the
-- plan is through.
CREATE FUNCTION navette.parked_until() RETURNS timestamptz LANGUAGE sql IMMUTABLE AS $$
    SELECT '2099-12-31 00:00:00+00'::timestamptz
$$;

-- Lets go the pushes that a plan held back.
CREATE FUNCTION navette.release_parked(tenant text, integration text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    UPDATE navette.sync_queue q SET run_at = now()
    WHERE q.integration_id = integration AND q.tenant_id = tenant AND q.status = 'pending' AND q.deferred
      AND q.waits_for IS NULL AND q.run_at = navette.parked_until();
    IF FOUND THEN
        PERFORM navette.wake(ARRAY[integration]);
    END IF;
END $$;

-- Whether something is on its way for the record, so that a difference says nothing.
CREATE FUNCTION navette.is_moving(tenant text, integration text, entity_type text, entity_id text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT entity_id <> '' AND EXISTS (
        SELECT FROM navette.sync_queue q
        WHERE navette.record_key(q.integration_id, q.entity_id) = navette.record_key(integration, is_moving.entity_id)
          AND q.integration_id = integration AND q.tenant_id = tenant AND q.entity_type = is_moving.entity_type
          AND q.entity_id = is_moving.entity_id AND q.status = 'pending')
$$;

-- Asks for a comparison: {id}, or {open: the one that stands already}, or {} where there is no such integration.
CREATE FUNCTION navette.ask_comparison(tenant text, integration text, kind text, object text, by_whom text, share double precision,
                                       most bigint, only_tell boolean, patience interval)
RETURNS jsonb LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    made bigint;
    open bigint;
BEGIN
    UPDATE navette.comparisons c SET state = 'expired', finished_at = now()
    WHERE c.tenant_id = tenant AND c.integration_id = integration AND c.state = 'ready' AND c.expires_at <= now();
    INSERT INTO navette.comparisons (tenant_id, integration_id, kind, phase, object, basis, created_by, repair_share, repair_most,
                                     dry_run, patience)
    SELECT i.tenant_id, i.id, ask_comparison.kind, CASE ask_comparison.kind WHEN 'first' THEN 'jobs' ELSE 'keys' END,
           ask_comparison.object, navette.comparison_basis(i.tenant_id, i.id), by_whom, share, most, only_tell, ask_comparison.patience
    FROM navette.tenant_integrations i WHERE i.tenant_id = tenant AND i.id = integration
    ON CONFLICT (tenant_id, integration_id) WHERE state IN ('reading', 'ready', 'approved', 'applying', 'paused') DO NOTHING
    RETURNING id INTO made;
    IF made IS NOT NULL THEN
        PERFORM pg_notify('navette_wake', 'compare:' || integration);
        RETURN jsonb_build_object('id', made);
    END IF;
    SELECT c.id INTO open FROM navette.comparisons c
    WHERE c.tenant_id = tenant AND c.integration_id = integration
      AND c.state IN ('reading', 'ready', 'approved', 'applying', 'paused');
    RETURN CASE WHEN open IS NULL THEN '{}' ELSE jsonb_build_object('open', open) END;
END $$;

-- What a person decides: 'approve', 'pause', 'resume' or 'cancel'. Returns {problem: why not}, or {} where it is done.
CREATE FUNCTION navette.decide_comparison(tenant text, comparison bigint, verb text, by_whom text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    c       navette.comparisons;
    problem text;
BEGIN
    SELECT * INTO c FROM navette.comparisons WHERE tenant_id = tenant AND id = comparison FOR UPDATE;
    IF NOT FOUND THEN
        RETURN jsonb_build_object('problem', 'there is none');
    END IF;
    IF c.state = 'ready' AND c.expires_at <= now() THEN
        UPDATE navette.comparisons SET state = 'expired', finished_at = now() WHERE tenant_id = tenant AND id = comparison;
        c.state := 'expired';
    END IF;
    IF verb = 'approve' AND c.state = 'ready' AND c.basis IS DISTINCT FROM navette.comparison_basis(tenant, c.integration_id) THEN
        problem := 'is outdated: settings, rules or mappings of the integration changed since; cancel it and make a new one';
    ELSIF verb = 'approve' AND c.state = 'expired' THEN
        problem := 'has expired; make a new one';
    ELSIF verb = 'approve' AND c.state = 'reading' THEN
        problem := 'is not complete: it is still being read';
    ELSIF c.state <> ALL (CASE verb WHEN 'approve' THEN ARRAY['ready'] WHEN 'pause' THEN ARRAY['reading', 'approved', 'applying']
                                    WHEN 'resume' THEN ARRAY['paused']
                                    ELSE ARRAY['reading', 'ready', 'approved', 'applying', 'paused'] END) THEN
        problem := 'is ' || c.state;
    END IF;
    IF problem IS NOT NULL THEN
        RETURN jsonb_build_object('problem', problem);
    END IF;
    UPDATE navette.comparisons
    SET state = CASE verb WHEN 'approve' THEN 'approved' WHEN 'pause' THEN 'paused' WHEN 'resume' THEN c.resumes
                          ELSE 'cancelled' END,
        resumes = CASE verb WHEN 'pause' THEN c.state END,
        approved_by = CASE verb WHEN 'approve' THEN by_whom ELSE c.approved_by END,
        approved_at = CASE verb WHEN 'approve' THEN now() ELSE c.approved_at END,
        finished_at = CASE verb WHEN 'cancel' THEN now() END,
        next_at = now(), step = c.step + 1
    WHERE tenant_id = tenant AND id = comparison;
    IF verb = 'cancel' THEN
        PERFORM navette.release_parked(tenant, c.integration_id);
    END IF;
    PERFORM pg_notify('navette_wake', 'compare:' || c.integration_id);
    RETURN '{}';
END $$;

-- Goes on: to the next phase of the object, to the next object, or to the end of the reading.
CREATE FUNCTION navette.next_phase(tenant text, comparison bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c       navette.comparisons;
    follows text;
    differ  bigint;
    held    bigint;
    seen    bigint;
BEGIN
    SELECT * INTO c FROM navette.comparisons WHERE tenant_id = tenant AND id = comparison;
    -- What an object that cannot be read lacks is not known.
    follows := CASE WHEN c.phase = 'jobs' THEN 'keys' WHEN c.phase = 'keys' THEN 'remote'
                    WHEN c.phase = 'remote' AND NOT (coalesce(c.counts -> c.objects[c.place], '{}') ? 'error') THEN 'missing'
                    WHEN c.phase = 'missing' THEN 'local' END;
    IF follows IS NOT NULL OR c.place < cardinality(c.objects) THEN
        UPDATE navette.comparisons
        SET phase = coalesce(follows, CASE c.kind WHEN 'first' THEN 'jobs' ELSE 'keys' END), cursor = 'null', step = c.step + 1,
            place = c.place + (follows IS NULL)::integer,
            object_since = CASE WHEN follows = 'remote' THEN now() ELSE c.object_since END
        WHERE tenant_id = tenant AND id = comparison;
        RETURN;
    END IF;
    SELECT count(*) FILTER (WHERE verdict <> 'ambiguous'),
           -- What nobody can look after is never taken for gone without a person.
           count(*) FILTER (WHERE verdict = 'missing')
    INTO differ, held
    FROM navette.comparison_items WHERE tenant_id = tenant AND comparison_id = comparison;
    SELECT coalesce(sum((o.value ->> 'read')::bigint), 0) INTO seen FROM jsonb_each(c.counts) o;
    UPDATE navette.comparisons
    SET to_apply = differ, ready_at = now(), expires_at = now() + c.patience, step = c.step + 1, cursor = 'null',
        state = CASE WHEN c.kind = 'first' THEN 'ready'
                     WHEN c.dry_run OR differ = 0 THEN 'done'
                     WHEN held > 0 AND NOT EXISTS (
                              SELECT FROM navette.tenant_integrations i
                              JOIN navette.available_integrations a ON a.slug = i.integration_type
                              WHERE i.tenant_id = tenant AND i.id = c.integration_id AND 'fetch' = ANY (a.capabilities)) THEN 'ready'
                     WHEN (c.repair_share IS NOT NULL OR c.repair_most IS NOT NULL)
                          AND differ <= coalesce(c.repair_most, differ)
                          AND differ <= coalesce(c.repair_share * greatest(seen, differ), differ) THEN 'approved'
                     ELSE 'ready' END
    WHERE tenant_id = tenant AND id = comparison;
    UPDATE navette.comparisons
    SET finished_at = CASE WHEN state = 'done' THEN now() END,
        approved_by = CASE WHEN state = 'approved' THEN 'below the threshold' END,
        approved_at = CASE WHEN state = 'approved' THEN now() END
    WHERE tenant_id = tenant AND id = comparison;
END $$;

-- The statements of a step look up a thousand rows at most by their keys, in tables of a million that no statistics follow: the plans
-- that read such a table whole are ruled out for them.

-- Takes in a page of remote records as the daemon judged them: [{remote_id, entity_type, entity_id, verdict, differences, reason,
-- fields, keys, hash, changed_at, pushes}], verdict 'same' for those that are as they should be. Returns whether the comparison still
-- stood where the page was read from.
CREATE FUNCTION navette.write_compared_page(tenant text, comparison bigint, expected_step bigint, records jsonb, next_cursor jsonb,
                                            more boolean)
RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    c     navette.comparisons;
    what  text;
    tally jsonb;
BEGIN
    SELECT * INTO c FROM navette.comparisons
    WHERE tenant_id = tenant AND id = comparison AND state = 'reading' AND phase = 'remote' AND step = expected_step FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    what := c.objects[c.place];
    WITH read AS MATERIALIZED (
        SELECT DISTINCT ON (r.remote_id) r.*
        FROM jsonb_to_recordset(records) AS r (n integer, remote_id text, entity_type text, entity_id text, verdict text,
                                               differences jsonb, reason text, fields jsonb, keys jsonb, hash text,
                                               changed_at timestamptz, pushes boolean)
        ORDER BY r.remote_id, r.n
    ), fresh AS (
        -- Pages overlap where records change while they are read: the first sight counts.
        INSERT INTO navette.comparison_seen (tenant_id, comparison_id, object, remote_id)
        SELECT tenant, comparison, what, r.remote_id FROM read r
        ON CONFLICT DO NOTHING RETURNING remote_id
    ), judged AS MATERIALIZED (
        SELECT r.*,
            CASE WHEN r.verdict IN ('same', 'ambiguous') THEN r.verdict
                 WHEN c.kind = 'reconcile' AND (navette.is_moving(tenant, c.integration_id, r.entity_type, r.entity_id)
                                                OR navette.is_moving(tenant, c.integration_id, what, 'remote:' || r.remote_id))
                     THEN 'moving'
                 -- Two of the platform's records that are one here.
                 WHEN r.verdict = 'create_local' AND EXISTS (
                          SELECT FROM jsonb_to_recordset(r.keys) AS k (name text, value text)
                          JOIN navette.record_keys o ON o.tenant_id = tenant AND o.entity_type = r.entity_type AND o.name = k.name
                                                    AND o.value = k.value)
                     THEN 'twice'
                 WHEN r.entity_id <> '' AND (
                          EXISTS (SELECT FROM read o
                                  WHERE o.entity_id = r.entity_id AND o.entity_type = r.entity_type AND o.n < r.n
                                    AND o.verdict <> 'same')
                          OR EXISTS (SELECT FROM navette.comparison_items i
                                     WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.object = what
                                       AND i.entity_id = r.entity_id AND i.entity_type = r.entity_type
                                       AND i.remote_id <> r.remote_id AND i.verdict <> 'ambiguous'))
                     THEN 'twice'
                 ELSE r.verdict END AS final
        FROM read r JOIN fresh USING (remote_id)
    ), written AS (
        INSERT INTO navette.comparison_items (tenant_id, comparison_id, object, remote_id, entity_type, entity_id, verdict, differences,
                                              reason, fields, keys, hash, changed_at, pushes)
        SELECT tenant, comparison, what, j.remote_id, j.entity_type,
               CASE WHEN j.final = 'twice' THEN '' ELSE j.entity_id END,
               CASE j.final WHEN 'twice' THEN 'ambiguous' ELSE j.final END, coalesce(j.differences, '[]'),
               CASE j.final WHEN 'twice' THEN 'the platform holds the record twice' ELSE coalesce(j.reason, '') END,
               j.fields, coalesce(j.keys, '[]'), coalesce(j.hash, ''), j.changed_at, j.final = 'change_remote' AND coalesce(j.pushes, false)
        FROM judged j WHERE j.final NOT IN ('same', 'moving')
        ORDER BY j.n
    )
    SELECT jsonb_object_agg(t.verdict, t.n) INTO tally FROM (
        SELECT CASE j.final WHEN 'twice' THEN 'ambiguous' ELSE j.final END AS verdict, count(*) AS n FROM judged j GROUP BY 1
        UNION ALL SELECT 'read', count(*) FROM judged
    ) t;
    UPDATE navette.comparisons
    SET counts = navette.add_counts(c.counts, what, tally), cursor = next_cursor, step = c.step + 1, failures = 0, last_error = NULL,
        next_at = now()
    WHERE tenant_id = tenant AND id = comparison;
    IF NOT more THEN
        PERFORM navette.next_phase(tenant, comparison);
    END IF;
    RETURN true;
END $$;

-- Takes in what the application's records are found by, before the platform's are read: in the phase 'jobs' the records that wait to be
-- pushed and that the hub does not know yet, in the phase 'keys' the keys of those that it knows without. `records`: [{entity_type,
-- entity_id, data, keys}]. Returns whether the comparison stood there.
CREATE FUNCTION navette.gather_compared(tenant text, comparison bigint, expected_step bigint, records jsonb, next_cursor jsonb)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    c     navette.comparisons;
    one   record;
BEGIN
    SELECT * INTO c FROM navette.comparisons
    WHERE tenant_id = tenant AND id = comparison AND state = 'reading' AND phase IN ('jobs', 'keys') AND step = expected_step FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOR one IN SELECT * FROM jsonb_to_recordset(records) AS r (entity_type text, entity_id text, data jsonb, keys jsonb) LOOP
        IF c.phase = 'jobs' THEN
            INSERT INTO navette.records (tenant_id, entity_type, entity_id, data)
            VALUES (tenant, one.entity_type, one.entity_id, one.data) ON CONFLICT DO NOTHING;
            CONTINUE WHEN NOT FOUND;
        END IF;
        PERFORM navette.put_keys(tenant, one.entity_type, one.entity_id, one.keys);
    END LOOP;
    UPDATE navette.comparisons SET cursor = next_cursor, step = c.step + 1, next_at = now()
    WHERE tenant_id = tenant AND id = comparison;
    IF next_cursor = 'null' THEN
        PERFORM navette.next_phase(tenant, comparison);
    END IF;
    RETURN true;
END $$;

-- One step of what needs the database alone: links whose remote record was not met, and hub records without a link. `size`: links or
-- records looked at. `types`: what the application calls such records. Returns whether it stood there.
CREATE FUNCTION navette.step_comparison(tenant text, comparison bigint, expected_step bigint, size integer, types text[])
RETURNS boolean LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    c     navette.comparisons;
    what  text;
    after jsonb;
    made  bigint := 0;
    one_way boolean;
BEGIN
    SELECT * INTO c FROM navette.comparisons
    WHERE tenant_id = tenant AND id = comparison AND state = 'reading' AND phase IN ('missing', 'local') AND step = expected_step
    FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    what := c.objects[c.place];
    IF c.phase = 'missing' THEN
        WITH page AS MATERIALIZED (
            SELECT l.* FROM navette.record_links l
            WHERE l.tenant_id = tenant AND l.integration_id = c.integration_id AND l.object = what
              AND l.entity_id > coalesce(c.cursor ->> 'id', '')
            ORDER BY l.entity_id LIMIT size
        ), written AS (
            INSERT INTO navette.comparison_items (tenant_id, comparison_id, object, remote_id, entity_type, entity_id, verdict, reason)
            SELECT tenant, comparison, what, p.remote_id, coalesce(nullif(p.entity_type, ''), types[1]), p.entity_id, 'missing',
                   'the platform did not show it'
            FROM page p
            -- What was written there since the reading began may have stood behind it.
            WHERE NOT p.gone AND p.created_at < c.object_since AND p.synced_at < c.object_since
              -- The next one in the order of the key: that leaves the plan no choice but the key.
              AND (SELECT (s.tenant_id, s.comparison_id, s.object, s.remote_id) = (tenant, comparison, what, p.remote_id)
                   FROM navette.comparison_seen s
                   WHERE (s.tenant_id, s.comparison_id, s.object, s.remote_id) >= (tenant, comparison, what, p.remote_id)
                   ORDER BY s.tenant_id, s.comparison_id, s.object, s.remote_id LIMIT 1) IS NOT TRUE
              AND NOT EXISTS (SELECT FROM navette.records r
                              WHERE r.tenant_id = tenant AND r.entity_type = coalesce(nullif(p.entity_type, ''), types[1])
                                AND r.entity_id = p.entity_id AND (r.deleted OR r.archived))
              AND NOT (c.kind = 'reconcile' AND navette.is_moving(tenant, c.integration_id, coalesce(nullif(p.entity_type, ''), types[1]),
                                                                  p.entity_id))
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM written), (SELECT jsonb_build_object('id', max(p.entity_id)) FROM page p HAVING count(*) = size)
        INTO made, after;
    ELSE
        SELECT i.sync_direction = 'from_platform' INTO one_way FROM navette.tenant_integrations i
        WHERE i.tenant_id = tenant AND i.id = c.integration_id;
        WITH page AS MATERIALIZED (
            SELECT r.* FROM unnest(types) AS t (type) CROSS JOIN LATERAL (
                SELECT * FROM navette.records o
                WHERE o.tenant_id = tenant AND o.entity_type = t.type
                  AND o.entity_id > CASE t.type WHEN c.cursor ->> 'type' THEN c.cursor ->> 'id' ELSE '' END
                ORDER BY o.entity_id LIMIT size) r
            WHERE t.type >= coalesce(c.cursor ->> 'type', '') AND NOT coalesce(one_way, true)
            ORDER BY r.entity_type, r.entity_id LIMIT size
        ), written AS (
            INSERT INTO navette.comparison_items (tenant_id, comparison_id, object, entity_type, entity_id, verdict, pushes)
            SELECT tenant, comparison, what, p.entity_type, p.entity_id, 'create_remote', true
            FROM page p
            WHERE NOT p.deleted AND NOT p.archived
              AND (SELECT (l.tenant_id, l.integration_id, l.object, l.entity_id) = (tenant, c.integration_id, what, p.entity_id)
                   FROM navette.record_links l
                   WHERE (l.tenant_id, l.integration_id, l.object, l.entity_id) >= (tenant, c.integration_id, what, p.entity_id)
                   ORDER BY l.tenant_id, l.integration_id, l.object, l.entity_id LIMIT 1) IS NOT TRUE
              AND NOT EXISTS (SELECT FROM navette.comparison_items i
                              WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.object = what
                                AND i.entity_id = p.entity_id AND i.entity_type = p.entity_type)
              -- It may be there, only nobody knows which one it is.
              AND NOT EXISTS (SELECT FROM navette.record_keys k
                              WHERE k.tenant_id = tenant AND k.entity_type = p.entity_type AND k.entity_id = p.entity_id
                                AND EXISTS (SELECT FROM navette.comparison_items i
                                            WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.object = what
                                              AND i.verdict = 'ambiguous'
                                              AND i.keys @> jsonb_build_array(jsonb_build_object('name', k.name, 'value', k.value))))
              AND NOT (c.kind = 'reconcile' AND navette.is_moving(tenant, c.integration_id, p.entity_type, p.entity_id))
            RETURNING 1
        )
        SELECT (SELECT count(*) FROM written),
               (SELECT jsonb_build_object('type', p.entity_type, 'id', p.entity_id) FROM page p
                WHERE (SELECT count(*) FROM page) = size ORDER BY p.entity_type DESC, p.entity_id DESC LIMIT 1)
        INTO made, after;
    END IF;
    UPDATE navette.comparisons
    SET counts = navette.add_counts(c.counts, what, jsonb_build_object(CASE c.phase WHEN 'missing' THEN 'missing'
                                                                                   ELSE 'create_remote' END, made)),
        cursor = coalesce(after, 'null'), step = c.step + 1, next_at = now()
    WHERE tenant_id = tenant AND id = comparison;
    IF after IS NULL THEN
        PERFORM navette.next_phase(tenant, comparison);
    END IF;
    RETURN true;
END $$;

-- The platform refuses the object's records for good: the others are compared without it. Nothing is said of what was read of it.
CREATE FUNCTION navette.skip_compared_object(tenant text, comparison bigint, expected_step bigint, sentence text) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    c navette.comparisons;
BEGIN
    SELECT * INTO c FROM navette.comparisons
    WHERE tenant_id = tenant AND id = comparison AND state = 'reading' AND phase = 'remote' AND step = expected_step FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    DELETE FROM navette.comparison_items i
    WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.object = c.objects[c.place];
    UPDATE navette.comparisons
    SET counts = c.counts || jsonb_build_object(c.objects[c.place], jsonb_build_object('error', sentence)), failures = 0,
        next_at = now(), step = c.step + 1
    WHERE tenant_id = tenant AND id = comparison;
    PERFORM navette.next_phase(tenant, comparison);
    RETURN true;
END $$;

-- Begins to apply. An integration that waited for this plan works from now on; the pushes that gathered meanwhile wait until what is
-- there is linked, since each of them would make a record there a second time.
CREATE FUNCTION navette.begin_applying(tenant text, comparison bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    c navette.comparisons;
BEGIN
    UPDATE navette.comparisons SET state = 'applying', step = step + 1
    WHERE tenant_id = tenant AND id = comparison AND state = 'approved' RETURNING * INTO c;
    IF NOT FOUND OR c.kind <> 'first' THEN
        RETURN;
    END IF;
    UPDATE navette.tenant_integrations i SET state = 'active', state_reason = NULL
    WHERE i.tenant_id = tenant AND i.id = c.integration_id AND i.state = 'paused';
    IF FOUND THEN
        UPDATE navette.sync_queue q SET deferred = true, run_at = navette.parked_until()
        WHERE q.integration_id = c.integration_id AND q.tenant_id = tenant AND q.status = 'pending' AND q.direction = 'to_platform'
          AND q.waits_for IS NULL AND q.run_at <= now();
        PERFORM pg_notify('navette_wake', 'integrations');
    END IF;
END $$;

-- Applies the next items: what the platform holds becomes jobs that merge it, and once all of those are done, what it lacks becomes
-- pushes. Every job is judged by what is known when it runs. At most `size` jobs of the run are under way. `fetches`: the connector can
-- read single records, so what is to overwrite something is read anew where it is old, and what is missing is looked for. Returns
-- {state, made}.
CREATE FUNCTION navette.apply_comparison(tenant text, comparison bigint, size integer, fetches boolean) RETURNS jsonb
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    c        navette.comparisons;
    run      text;
    under_way bigint;
    merging  bigint;
    pushing  boolean;
    picked   bigint[];
    usable   bigint[];
    thin     bigint[];
    made     bigint := 0;
BEGIN
    SELECT * INTO c FROM navette.comparisons WHERE tenant_id = tenant AND id = comparison FOR UPDATE;
    IF c.state IS DISTINCT FROM 'applying' THEN
        RETURN jsonb_build_object('state', c.state, 'made', 0);
    END IF;
    run := navette.comparison_run(c.kind, c.id);
    -- One that is tried again later does not hold up the others.
    SELECT count(*), count(*) FILTER (WHERE q.direction = 'from_platform') INTO under_way, merging
    FROM navette.sync_queue q
    WHERE q.integration_id = c.integration_id AND q.tenant_id = tenant AND q.status = 'pending' AND NOT q.deferred AND q.priority = 9
      AND q.origin IN (run, 'sync:' || run);
    pushing := NOT EXISTS (SELECT FROM navette.comparison_items i
                           WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND NOT i.pushes AND i.applied_at IS NULL
                             AND i.verdict <> 'ambiguous');
    IF under_way >= size OR pushing AND merging > 0 THEN
        RETURN jsonb_build_object('state', c.state, 'made', 0);
    END IF;
    SELECT array_agg(i.id) INTO picked FROM (
        SELECT i.id FROM navette.comparison_items i
        WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.pushes = pushing AND i.applied_at IS NULL
          AND i.verdict <> 'ambiguous'
        ORDER BY i.id LIMIT size - under_way) i;
    IF pushing THEN
        PERFORM navette.release_parked(tenant, c.integration_id);
    END IF;
    IF picked IS NULL THEN
        IF under_way = 0 THEN
            UPDATE navette.comparisons SET state = 'done', finished_at = now(), step = step + 1
            WHERE tenant_id = tenant AND id = comparison;
            RETURN jsonb_build_object('state', 'done', 'made', 0);
        END IF;
        RETURN jsonb_build_object('state', c.state, 'made', 0);
    END IF;
    IF pushing THEN
        WITH told AS (
            INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, priority, origin)
            SELECT tenant, c.integration_id, i.entity_type || '.updated', i.entity_type, i.entity_id, r.data, 9, 'sync:' || run
            FROM navette.comparison_items i
            JOIN navette.records r ON r.tenant_id = tenant AND r.entity_type = i.entity_type AND r.entity_id = i.entity_id
                                  AND NOT r.deleted AND NOT r.archived
            WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.id = ANY (picked)
              AND (i.verdict = 'create_remote') = NOT EXISTS (
                  SELECT FROM navette.record_links l
                  WHERE l.tenant_id = tenant AND l.integration_id = c.integration_id AND l.object = i.object
                    AND l.entity_id = i.entity_id)
            ORDER BY i.id
            RETURNING 1
        )
        SELECT count(*) INTO made FROM told;
    ELSE
        -- Linked to another record, or unlinked, meanwhile: nothing of what was found holds.
        SELECT array_agg(i.id), coalesce(array_agg(i.id) FILTER (
                   WHERE fetches AND (i.verdict = 'missing' OR i.verdict IN ('change_local', 'conflict')
                                                               AND i.read_at < now() - interval '10 minutes')), '{}')
        INTO usable, thin
        FROM navette.comparison_items i
        WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.id = ANY (picked)
          AND (i.verdict <> 'missing' OR EXISTS (
              SELECT FROM navette.record_links l
              WHERE l.tenant_id = tenant AND l.integration_id = c.integration_id AND l.object = i.object
                AND l.entity_id = i.entity_id AND l.remote_id = i.remote_id AND NOT l.gone));
        INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, entity_id, operation, data,
                                        priority, origin)
        SELECT tenant, c.integration_id, 'from_platform', i.object || '.compared', i.object, 'remote:' || i.remote_id,
               CASE WHEN i.verdict = 'missing' AND i.id <> ALL (thin) THEN 'delete' ELSE 'upsert' END,
               jsonb_strip_nulls(jsonb_build_object(
                   'event_type', i.object || '.compared', 'object', i.object, 'remote_id', i.remote_id,
                   'deleted', i.verdict = 'missing' AND i.id <> ALL (thin), 'thin', i.id = ANY (thin), 'occurred_at', navette.iso(i.changed_at)))
                   || CASE WHEN i.fields IS NULL THEN '{}' ELSE jsonb_build_object('fields', i.fields) END,
               9, run
        FROM navette.comparison_items i
        WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.id = ANY (usable)
        ORDER BY i.id;
        GET DIAGNOSTICS made = ROW_COUNT;
        -- As a pull does with what it told; what is to be read anew is not known any more.
        INSERT INTO navette.remote_records AS m (tenant_id, integration_id, object, remote_id, hash, changed_at, job_id)
        SELECT tenant, c.integration_id, i.object, i.remote_id, i.hash, i.changed_at, coalesce(l.job_id, 0)
        FROM navette.comparison_items i
        LEFT JOIN navette.record_links l ON l.tenant_id = tenant AND l.integration_id = c.integration_id AND l.object = i.object
                                        AND l.entity_id = i.entity_id
        WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.id = ANY (usable) AND i.id <> ALL (thin) AND i.hash <> ''
        ON CONFLICT (tenant_id, integration_id, object, remote_id) DO UPDATE
        SET hash = excluded.hash, changed_at = excluded.changed_at, job_id = excluded.job_id, seen_at = now();
        DELETE FROM navette.remote_records m USING navette.comparison_items i
        WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.id = ANY (thin)
          AND m.tenant_id = tenant AND m.integration_id = c.integration_id AND m.object = i.object AND m.remote_id = i.remote_id;
    END IF;
    UPDATE navette.comparison_items i SET applied_at = now()
    WHERE i.tenant_id = tenant AND i.comparison_id = comparison AND i.id = ANY (picked);
    UPDATE navette.comparisons
    SET applied = c.applied + cardinality(picked), superseded = c.superseded + cardinality(picked) - made, step = c.step + 1
    WHERE tenant_id = tenant AND id = comparison;
    PERFORM navette.wake(ARRAY[c.integration_id]);
    RETURN jsonb_build_object('state', c.state, 'made', made);
END $$;
