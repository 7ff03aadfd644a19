#include "daemon/store/admin_capture.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <functional>
#include <optional>

namespace navette::store {

namespace json = boost::json;

namespace {

// CREATE OR REPLACE TRIGGER came with PostgreSQL 14.
constexpr int kOldest = 140'000;

// One attaches at a time, and nobody of the application waits long behind us for a table's lock.
constexpr const char* kBegin = R"sql(
SELECT json_build_object('lock', set_config('lock_timeout', '5s', true)), pg_advisory_xact_lock(hashtextextended('navette.capture', 0))
)sql";

constexpr const char* kPlace = R"sql(
SELECT json_build_object(
    'role', current_user, 'database', current_database(), 'version', current_setting('server_version_num')::integer,
    'has_schema', to_regnamespace('navette') IS NOT NULL,
    'may_make_schema', has_database_privilege(current_database(), 'CREATE'),
    'own', EXISTS (SELECT FROM pg_class c WHERE c.relname = 'schema_migrations'
                   AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'navette')),
    'has_tables', EXISTS (SELECT FROM pg_class c WHERE c.relname = 'captures'
                          AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = 'navette')),
    'may_make_tables', (SELECT has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = 'navette'))
)sql";

constexpr const char* kTable = R"sql(
SELECT json_build_object(
    'schema', n.nspname, 'table', c.relname, 'kind', c.relkind, 'may_trigger', has_table_privilege(c.oid, 'TRIGGER'),
    'columns', (SELECT coalesce(json_agg(a.attname ORDER BY a.attnum), '[]') FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1)
)sql";

constexpr const char* kTriggers = R"sql(
SELECT json_build_object('schema', n.nspname, 'table', c.relname, 'trigger', t.tgname)
FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace f ON f.oid = p.pronamespace
JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE f.nspname = 'navette' AND starts_with(p.proname, 'capture:' || $1 || ':') AND NOT t.tgisinternal AND t.tgparentid = 0
ORDER BY n.nspname, c.relname, t.tgname
)sql";

constexpr const char* kFunctions = R"sql(
SELECT json_build_object('function', p.proname)
FROM pg_proc p JOIN pg_namespace f ON f.oid = p.pronamespace
WHERE f.nspname = 'navette' AND starts_with(p.proname, 'capture:' || $1 || ':') ORDER BY p.proname
)sql";

constexpr const char* kOthers = R"sql(
SELECT json_build_object(
    'sources', (SELECT count(*) FROM navette.captures WHERE source <> $1),
    'objects', (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = 'navette' AND c.relkind IN ('r', 'v', 'm', 'p', 'f')
                  AND c.relname NOT IN ('captured', 'captures'))
             + (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                WHERE n.nspname = 'navette' AND NOT starts_with(p.proname, 'capture:')))
)sql";

bool flag(const Record& record, std::string_view name) {
    const auto* value = record.if_contains(name);
    return value != nullptr && value->is_bool() && value->as_bool();
}

core::Result<Record> one(AdminSession& session, const char* sql, const std::string& parameter) {
    auto rows = session.query(sql, {parameter});
    if (!rows) {
        return std::unexpected(rows.error());
    }
    return rows->empty() ? Record() : std::move(rows->front());
}

core::Result<Record> place_of(AdminSession& session) {
    auto rows = session.query(kPlace);
    return rows ? core::Result<Record>(std::move(rows->front())) : std::unexpected(rows.error());
}

core::Result<CaptureStanding> standing_of(
    AdminSession& session, const std::string& source, const Record& place
) {
    CaptureStanding standing;
    standing.has_schema = flag(place, "has_schema");
    standing.has_tables = flag(place, "has_tables");
    const auto triggers = session.query(kTriggers, {source});
    const auto functions = session.query(kFunctions, {source});
    if (!triggers || !functions) {
        return std::unexpected(triggers ? functions.error() : triggers.error());
    }
    for (const auto& row : *triggers) {
        standing.triggers.push_back({text_of(row, "schema"), text_of(row, "table"), text_of(row, "trigger")});
    }
    for (const auto& row : *functions) {
        standing.functions.push_back(text_of(row, "function"));
    }
    if (standing.has_tables) {
        const auto others = one(session, kOthers, source);
        if (!others) {
            return std::unexpected(others.error());
        }
        standing.last = others->at("sources").to_number<long>() == 0;
        standing.schema_is_ours = !flag(place, "own") && others->at("objects").to_number<long>() == 0;
    }
    return standing;
}

core::Result<void> check_place(const Record& place) {
    const auto role = text_of(place, "role");
    if (place.at("version").to_number<int>() < kOldest) {
        return core::failure(core::ErrorKind::invalid, "triggers that capture need PostgreSQL 14 or later");
    }
    if (!flag(place, "has_schema") && !flag(place, "may_make_schema")) {
        return core::failure(
            core::ErrorKind::permission,
            "the role " + role + " may not make the schema navette; grant it CREATE ON DATABASE " +
                text_of(place, "database") +
                ", attach as another role with --connection, or let somebody run what --dry-run prints"
        );
    }
    if (flag(place, "has_schema") && !flag(place, "may_make_tables")) {
        return core::failure(
            core::ErrorKind::permission,
            "the role " + role +
                " may not make triggers' functions in the schema navette; attach as its owner with "
                "--connection"
        );
    }
    return {};
}

/// Why triggers cannot capture what is written to it; empty for a table.
std::string refusal(const std::string& kind) {
    if (kind == "v" || kind == "m") {
        return "is a view: triggers capture what is written to tables; name the tables that it reads";
    }
    if (kind == "f") {
        return "is a foreign table: its rows are written elsewhere";
    }
    return kind == "r" || kind == "p" ? "" : "is no table";
}

std::string list_of(const json::value& names) {
    std::string text;
    for (const auto& name : names.as_array()) {
        text += (text.empty() ? "" : ", ") + std::string(name.as_string());
    }
    return text;
}

core::Result<void> check_expression(AdminSession& session, const CaptureTarget& target) {
    // As it will stand in the function: SQL has the last word, the rows are not read.
    const auto path = session.query(
        "SELECT json_build_object('path', set_config('search_path', 'pg_catalog, pg_temp', true))"
    );
    if (!path) {
        return std::unexpected(path.error());
    }
    // Its mistakes are the configuration's, whatever PostgreSQL calls them: an unknown name is no schema of
    // ours that is too old.
    const auto body = "BEGIN PERFORM k.key FROM (SELECT DISTINCT " + key_expression(target.key) +
                      " AS key FROM " + quoted_identifier(target.schema) + "." +
                      quoted_identifier(target.table) +
                      " r) k LIMIT 0; EXCEPTION WHEN OTHERS THEN "
                      "RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = SQLERRM; END";
    const auto read = session.query("DO " + quoted_literal(body));
    if (!read) {
        return core::failure(
            read.error().kind,
            target.schema + "." + target.table + ": the key '" + target.key + "' cannot be read: " +
                read.error().message + " (the row is called r, and other tables need their schema's name)"
        );
    }
    return {};
}

core::Result<CaptureTarget> target_of(
    AdminSession& session, const std::string& name, const std::string& key, const std::string& role
) {
    const auto found = one(session, kTable, name);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty()) {
        return core::failure(core::ErrorKind::not_found, "there is no table " + name);
    }
    CaptureTarget target;
    target.schema = text_of(*found, "schema");
    target.table = text_of(*found, "table");
    target.key = key;
    target.partitioned = text_of(*found, "kind") == "p";
    const auto full = target.schema + "." + target.table;
    if (const auto why = refusal(text_of(*found, "kind")); !why.empty()) {
        return core::failure(core::ErrorKind::invalid, full + " " + why);
    }
    if (!flag(*found, "may_trigger")) {
        return core::failure(
            core::ErrorKind::permission,
            "the role " + role + " may not make triggers on " + full + "; GRANT TRIGGER ON " + full + " TO " +
                role + ", attach as its owner with --connection, or let somebody run what --dry-run prints"
        );
    }
    const auto& columns = found->at("columns").as_array();
    if (is_column_name(key) && std::ranges::find(columns, json::value(key)) == columns.end()) {
        return core::failure(
            core::ErrorKind::invalid,
            full + " has no column '" + key + "'; it has " + list_of(found->at("columns"))
        );
    }
    return target;
}

core::Result<void> run_all(AdminSession& session, const std::vector<std::string>& statements) {
    for (const auto& statement : statements) {
        if (const auto done = session.query(statement); !done) {
            return std::unexpected(done.error());
        }
    }
    return {};
}

core::Result<std::vector<std::string>> plan_attach(AdminSession& session, const CaptureRequest& request) {
    const auto place = place_of(session);
    if (!place) {
        return std::unexpected(place.error());
    }
    if (const auto fit = check_place(*place); !fit) {
        return std::unexpected(fit.error());
    }
    const auto standing = standing_of(session, request.source, *place);
    if (!standing) {
        return std::unexpected(standing.error());
    }
    CapturePlan plan;
    plan.source = request.source;
    plan.definition = request.definition;
    const auto role = text_of(*place, "role");
    plan.reader = request.reader == role ? std::string() : request.reader;
    for (const auto& [table, key] : request.tables) {
        auto target = target_of(session, table, key, role);
        if (!target) {
            return std::unexpected(target.error());
        }
        for (const auto& other : plan.targets) {
            if (other.schema == target->schema && other.table == target->table) {
                return core::failure(
                    core::ErrorKind::invalid, target->schema + "." + target->table + " is named twice"
                );
            }
        }
        target->decides = plan.targets.empty();
        plan.targets.push_back(std::move(*target));
    }
    for (const auto& target : plan.targets) {
        if (const auto works = check_expression(session, target); !works) {
            return std::unexpected(works.error());
        }
    }
    return attach_statements(plan, *standing);
}

/// Plans and, unless it is for showing, carries out in one transaction.
core::Result<std::vector<std::string>> in_transaction(
    AdminSession& session, bool dry_run, const std::function<core::Result<std::vector<std::string>>()>& plan
) {
    std::vector<std::string> statements;
    const auto done = session.transaction([&]() -> core::Result<void> {
        if (!dry_run) {
            if (const auto begun = session.query(kBegin); !begun) {
                return std::unexpected(begun.error());
            }
        }
        auto planned = plan();
        if (!planned) {
            return std::unexpected(planned.error());
        }
        statements = std::move(*planned);
        return dry_run ? core::Result<void>() : run_all(session, statements);
    });
    return done ? core::Result<std::vector<std::string>>(std::move(statements))
                : std::unexpected(done.error());
}

}  // namespace

core::Result<std::vector<std::string>> attach_capture(
    AdminSession& session, const CaptureRequest& request, bool dry_run
) {
    return in_transaction(session, dry_run, [&] { return plan_attach(session, request); });
}

core::Result<std::vector<std::string>> detach_capture(
    AdminSession& session, const std::string& source, bool dry_run
) {
    return in_transaction(session, dry_run, [&]() -> core::Result<std::vector<std::string>> {
        const auto place = place_of(session);
        if (!place) {
            return std::unexpected(place.error());
        }
        const auto standing = standing_of(session, source, *place);
        if (!standing) {
            return std::unexpected(standing.error());
        }
        return detach_statements(source, *standing);
    });
}

core::Result<std::string> role_of(AdminSession& session) {
    const auto place = place_of(session);
    return place ? core::Result<std::string>(text_of(*place, "role")) : std::unexpected(place.error());
}

}  // namespace navette::store
