#include "daemon/store/capture_sql.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace navette::store {

namespace {

std::string quoted(std::string_view text, char mark) {
    std::string result(1, mark);
    for (const char c : text) {
        result += c;
        if (c == mark) {
            result += c;
        }
    }
    return result + mark;
}

std::string full_name(std::string_view schema, std::string_view table) {
    return quoted_identifier(schema) + "." + quoted_identifier(table);
}

std::string function_name(const std::string& source, std::size_t number) {
    return "capture:" + source + ":" + std::to_string(number);
}

/// A dollar quote that the text does not hold.
std::string dollar_quote(const std::string& text) {
    std::string tag("$navette$");
    for (int n = 1; text.find(tag) != std::string::npos; ++n) {
        tag = "$navette" + std::to_string(n) + "$";
    }
    return tag;
}

/// A comment's text cannot end the comment.
std::string on_one_line(std::string text) {
    std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

std::string function_text(const CapturePlan& plan, std::size_t number) {
    const auto& target = plan.targets[number];
    const auto source = quoted_literal(plan.source);
    const auto keys = [&](const char* statement, const char* row) {
        return "SELECT DISTINCT " + key_expression(target.key) + " AS key FROM " +
               (target.partitioned ? std::string("(SELECT ") + row + ".*) r" : std::string(statement) + " r");
    };
    const auto fresh = keys("navette_new", "NEW");
    const auto stale = keys("navette_old", "OLD");
    const std::string deleted = target.decides ? "true" : "false";
    const std::string body =
        "\n-- Made by: navettectl source attach " + plan.source +
        ". It runs inside each transaction that writes " +
        on_one_line(full_name(target.schema, target.table)) +
        ".\nBEGIN\n"
        "    IF TG_OP = 'INSERT' THEN\n"
        "        INSERT INTO navette.captured (source, key)\n"
        "        SELECT " +
        source + ", k.key FROM (" + fresh +
        ") k WHERE k.key IS NOT NULL;\n"
        "    ELSIF TG_OP = 'UPDATE' THEN\n"
        "        WITH fresh AS (" +
        fresh + "), stale AS (" + stale +
        ")\n"
        "        INSERT INTO navette.captured (source, key, deleted)\n"
        "        SELECT " +
        source +
        ", f.key, false FROM fresh f WHERE f.key IS NOT NULL\n"
        "        UNION ALL\n"
        "        SELECT " +
        source + ", s.key, " + deleted +
        " FROM stale s\n"
        "        WHERE s.key IS NOT NULL AND NOT EXISTS (SELECT FROM fresh f WHERE f.key = s.key);\n"
        "    ELSIF TG_OP = 'DELETE' THEN\n"
        "        INSERT INTO navette.captured (source, key, deleted)\n"
        "        SELECT " +
        source + ", k.key, " + deleted + " FROM (" + stale +
        ") k WHERE k.key IS NOT NULL;\n"
        "    ELSE\n"
        "        -- TRUNCATE: look at everything.\n"
        "        INSERT INTO navette.captured (source) VALUES (" +
        source +
        ");\n"
        "    END IF;\n"
        "    -- Only a reader that sleeps is called: a NOTIFY in each transaction would serialise their "
        "commits.\n"
        "    IF FOUND AND EXISTS (SELECT FROM navette.captures c WHERE c.source = " +
        source +
        " AND c.asleep) THEN\n"
        "        PERFORM pg_notify('navette_wake', " +
        quoted_literal("source:" + plan.source) +
        ");\n"
        "    END IF;\n"
        "    RETURN NULL;\n"
        "END ";
    const auto tag = dollar_quote(body);
    return "CREATE OR REPLACE FUNCTION navette." + quoted_identifier(function_name(plan.source, number + 1)) +
           "() RETURNS trigger\nLANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS " +
           tag + body + tag;
}

void add_triggers(std::vector<std::string>& statements, const CapturePlan& plan, std::size_t number) {
    const auto& target = plan.targets[number];
    struct Kind {
        const char* event;
        const char* rows;
    };
    constexpr std::array<Kind, 4> kKinds{
        {{"INSERT", "REFERENCING NEW TABLE AS navette_new "},
         {"UPDATE", "REFERENCING OLD TABLE AS navette_old NEW TABLE AS navette_new "},
         {"DELETE", "REFERENCING OLD TABLE AS navette_old "},
         {"TRUNCATE", ""}}
    };
    for (const auto& kind : kKinds) {
        std::string event(kind.event);
        std::ranges::transform(event, event.begin(), [](unsigned char c) {
            return static_cast<char>(std::tolower(c));
        });
        const bool by_row = target.partitioned && event != "truncate";
        statements.push_back(
            "CREATE OR REPLACE TRIGGER " + quoted_identifier("navette:" + plan.source + ":" + event) +
            " AFTER " + kind.event + " ON " + full_name(target.schema, target.table) + " " +
            (by_row ? std::string("FOR EACH ROW") : std::string(kind.rows) + "FOR EACH STATEMENT") +
            " EXECUTE FUNCTION navette." + quoted_identifier(function_name(plan.source, number + 1)) + "()"
        );
    }
}

std::string drop_trigger(const CaptureTrigger& trigger) {
    return "DROP TRIGGER " + quoted_identifier(trigger.name) + " ON " +
           full_name(trigger.schema, trigger.table);
}

std::string drop_function(const std::string& name) {
    return "DROP FUNCTION navette." + quoted_identifier(name) + "()";
}

}  // namespace

std::string quoted_identifier(std::string_view name) {
    return quoted(name, '"');
}

std::string quoted_literal(std::string_view text) {
    const auto result = quoted(text, '\'');
    if (text.find('\\') == std::string_view::npos) {
        return result;
    }
    // Right whatever standard_conforming_strings says.
    std::string escaped(" E");
    for (const char c : result) {
        escaped += c;
        if (c == '\\') {
            escaped += c;
        }
    }
    return escaped;
}

bool is_column_name(std::string_view key) {
    return !key.empty() && std::isdigit(static_cast<unsigned char>(key.front())) == 0 &&
           std::ranges::all_of(key, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

std::string key_expression(std::string_view key) {
    // The line end closes a comment at the expression's end.
    return is_column_name(key) ? "r." + quoted_identifier(key) + "::text"
                               : "(" + std::string(key) + "\n)::text";
}

std::vector<std::string> attach_statements(const CapturePlan& plan, const CaptureStanding& standing) {
    std::vector<std::string> statements;
    if (!standing.has_schema) {
        statements.emplace_back("CREATE SCHEMA navette");
    }
    if (!standing.has_tables) {
        statements.emplace_back(
            "CREATE TABLE navette.captures (\n"
            "    source      text        PRIMARY KEY,\n"
            "    definition  jsonb       NOT NULL,\n"
            "    asleep      boolean     NOT NULL DEFAULT false,\n"
            "    attached_at timestamptz NOT NULL DEFAULT now()\n)"
        );
        // A key that is null: look at everything.
        statements.emplace_back(
            "CREATE TABLE navette.captured (\n"
            "    source  text    NOT NULL,\n"
            "    id      bigint  GENERATED ALWAYS AS IDENTITY,\n"
            "    key     text,\n"
            "    deleted boolean NOT NULL DEFAULT false,\n"
            "    PRIMARY KEY (source, id)\n"
            ") WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)"
        );
    }
    if (!plan.reader.empty()) {
        const auto reader = quoted_identifier(plan.reader);
        statements.push_back("GRANT USAGE ON SCHEMA navette TO " + reader);
        statements.push_back("GRANT SELECT, DELETE ON navette.captured TO " + reader);
        statements.push_back("GRANT SELECT, UPDATE (asleep) ON navette.captures TO " + reader);
    }
    const auto is_planned = [&](const CaptureTrigger& trigger) {
        return std::ranges::any_of(plan.targets, [&](const CaptureTarget& target) {
            return target.schema == trigger.schema && target.table == trigger.table;
        });
    };
    for (const auto& trigger : standing.triggers) {
        if (!is_planned(trigger)) {
            statements.push_back(drop_trigger(trigger));
        }
    }
    std::vector<std::string> functions;
    for (std::size_t number = 0; number < plan.targets.size(); ++number) {
        functions.push_back(function_name(plan.source, number + 1));
        statements.push_back(function_text(plan, number));
        statements.push_back(
            "REVOKE EXECUTE ON FUNCTION navette." + quoted_identifier(functions.back()) + "() FROM PUBLIC"
        );
        add_triggers(statements, plan, number);
    }
    for (const auto& function : standing.functions) {
        if (std::ranges::find(functions, function) == functions.end()) {
            statements.push_back(drop_function(function));
        }
    }
    statements.push_back(
        "INSERT INTO navette.captures (source, definition) VALUES (" + quoted_literal(plan.source) + ", " +
        quoted_literal(plan.definition) +
        ")\nON CONFLICT (source) DO UPDATE SET definition = excluded.definition"
    );
    return statements;
}

std::vector<std::string> detach_statements(const std::string& source, const CaptureStanding& standing) {
    std::vector<std::string> statements;
    for (const auto& trigger : standing.triggers) {
        statements.push_back(drop_trigger(trigger));
    }
    for (const auto& function : standing.functions) {
        statements.push_back(drop_function(function));
    }
    if (!standing.has_tables) {
        return statements;
    }
    if (standing.last) {
        statements.emplace_back("DROP TABLE navette.captured, navette.captures");
        if (standing.schema_is_ours) {
            statements.emplace_back("DROP SCHEMA navette");
        }
        return statements;
    }
    statements.push_back("DELETE FROM navette.captured WHERE source = " + quoted_literal(source));
    statements.push_back("DELETE FROM navette.captures WHERE source = " + quoted_literal(source));
    return statements;
}

}  // namespace navette::store
