#include "daemon/http/api_mappings.hpp"

#include "daemon/engine/mapping_draft.hpp"
#include "daemon/http/body_reader.hpp"
#include "daemon/http/idempotency.hpp"
#include "daemon/http/mapping_form.hpp"
#include "daemon/http/mapping_trial_route.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/preconditions.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_mappings.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr const char* kListing = "mappings";

/// As it is answered: the version is the ETag's, and says nothing else.
json::object shown(store::Record mapping) {
    mapping.erase("version");
    return mapping;
}

Response one(int status, store::Record mapping) {
    const auto version = mapping.at("version").as_int64();
    return json_response(status, shown(std::move(mapping))).with_header("ETag", etag_of(version));
}

Response list(store::AdminSession& session, const Request& request) {
    const auto connection = connection_of(session, request, true);
    if (!connection) {
        return connection.error();
    }
    const auto page = read_page(request, kListing, {KeyPart::text, KeyPart::text, KeyPart::text});
    if (!page) {
        return page.error();
    }
    std::optional<store::MappingPlace> after;
    if (!page->after.empty()) {
        after = store::MappingPlace{page->after[0], page->after[1], page->after[2]};
    }
    auto rows = store::list_mappings(session, connection->key, after, page->fetch());
    if (!rows) {
        return problem(rows.error());
    }
    for (auto& row : *rows) {
        row = shown(std::move(row));
    }
    return page_response(std::move(*rows), *page, kListing, [](const store::Record& row) {
        return std::vector<std::string>{
            store::text_of(row, "object"), store::text_of(row, "remote_path"), store::text_of(row, "id")
        };
    });
}

// ---------------------------------------------------------------------------------------------- checks

/// A rule of a request, as it is stored and as the engine reads it.
struct Draft {
    store::FieldMapping stored;
    config::TenantRule rule;
};

std::expected<Draft, Response> read_draft(const Request& request) {
    auto body = BodyReader::read(request);
    if (!body) {
        return std::unexpected(body.error());
    }
    Draft draft;
    auto& stored = draft.stored;
    stored.object = body->required("object");
    stored.local_path = body->any_text("local_path");
    stored.remote_path = body->required("remote_path");
    stored.remote_type = body->text("remote_type");
    stored.mapped = body->truth("mapped").value_or(true);
    stored.direction = body->choice("direction", {"to_platform", "from_platform", "both"})
                           .value_or(stored.mapped ? "to_platform" : "both");
    json::object rule{
        {"object", stored.object},
        {"local_path", stored.local_path},
        {"remote_path", stored.remote_path},
        {"direction", stored.direction},
        {"mapped", stored.mapped}
    };
    if (const auto* transforms = body->array("transforms")) {
        rule["transforms"] = *transforms;
        stored.transforms = json::serialize(*transforms);
    }
    if (auto mistake = body->mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    draft.rule = std::move(config::read_tenant_rules({std::move(rule)}).front());
    return draft;
}

Response refused(int status, const engine::RuleMistake& mistake) {
    return problem(status, mistake.field + ": " + mistake.sentence, mistake.field);
}

/// The integration's other rules, held until the end of the transaction.
core::Result<std::vector<config::TenantRule>> other_rules(
    store::AdminSession& session, const MappedConnection& connection, const std::string& except
) {
    auto rules = store::hold_mappings(session, connection.key);
    if (rules && !except.empty()) {
        std::erase_if(*rules, [&](const auto& rule) { return rule.id == except; });
    }
    return rules;
}

/// Why the rule cannot be stored beside the others; none where it can.
std::optional<Response> refusal_of(
    store::AdminSession& session,
    const Draft& draft,
    const MappedConnection& connection,
    const engine::Configuration& configuration,
    const std::optional<std::string>& own_id
) {
    const auto others = other_rules(session, connection, own_id.value_or(""));
    if (!others) {
        return problem(others.error());
    }
    const auto rivals = store::rival_mappings(session, connection.key, draft.stored, own_id);
    if (!rivals) {
        return problem(rivals.error());
    }
    if (!rivals->empty()) {
        const auto& rival = rivals->front();
        const bool same_remote = store::text_of(rival, "remote_path") == draft.stored.remote_path;
        return problem(
            409,
            (same_remote ? "remote_path: " + draft.stored.remote_path
                         : "local_path: " + draft.stored.local_path) +
                " of " + draft.stored.object + " is already written by mapping " +
                store::text_of(rival, "id") + "; change that one",
            same_remote ? "remote_path" : "local_path"
        );
    }
    const auto manifest = manifest_of(connection, configuration, draft.rule.object);
    const auto mistake = engine::mistake_of(draft.rule, *others, *manifest);
    return mistake ? std::optional(refused(422, *mistake)) : std::nullopt;
}

/// Runs the steps in one transaction, which an answer of 400 and above rolls back.
Response in_one(store::AdminSession& session, const std::function<Response()>& steps) {
    Response answer;
    const auto done = session.transaction([&]() -> core::Result<void> {
        answer = steps();
        if (answer.status >= 400) {
            return core::failure(core::ErrorKind::invalid, "refused");
        }
        return {};
    });
    return done || answer.status >= 400 ? answer : problem(done.error());
}

// ---------------------------------------------------------------------------------------------- one rule

Response show(store::AdminSession& session, const Request& request) {
    const auto connection = connection_of(session, request);
    if (!connection) {
        return connection.error();
    }
    auto found = store::find_mapping(session, connection->key, request.parameter("mapping"));
    return found ? one(200, std::move(*found)) : problem(found.error());
}

Response add(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    const auto connection = connection_of(session, request);
    if (!connection) {
        return connection.error();
    }
    const auto draft = read_draft(request);
    if (!draft) {
        return draft.error();
    }
    return in_one(session, [&]() -> Response {
        if (auto refusal = refusal_of(session, *draft, *connection, configuration, std::nullopt)) {
            return std::move(*refusal);
        }
        auto added = store::add_mapping(session, connection->key, draft->stored);
        if (!added) {
            return problem(added.error());
        }
        const auto place =
            "/api/v1/integrations/" + connection->key.id + "/mappings/" + store::text_of(*added, "id");
        return one(201, std::move(*added)).with_header("Location", place);
    });
}

/// The rule's version, where the request names it.
std::expected<std::int64_t, Response> expected_version(
    store::AdminSession& session, const Request& request, const MappedConnection& connection
) {
    const auto found = store::find_mapping(session, connection.key, request.parameter("mapping"));
    if (!found) {
        return std::unexpected(problem(found.error()));
    }
    const auto version = found->at("version").as_int64();
    if (auto refusal = check_if_match(request, version)) {
        return std::unexpected(std::move(*refusal));
    }
    return version;
}

Response change(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    const auto connection = connection_of(session, request);
    if (!connection) {
        return connection.error();
    }
    const auto version = expected_version(session, request, *connection);
    if (!version) {
        return version.error();
    }
    const auto& id = request.parameter("mapping");
    const auto draft = read_draft(request);
    if (!draft) {
        return draft.error();
    }
    return in_one(session, [&]() -> Response {
        if (auto refusal = refusal_of(session, *draft, *connection, configuration, id)) {
            return std::move(*refusal);
        }
        auto changed = store::change_mapping(session, connection->key, id, *version, draft->stored);
        return changed ? one(200, std::move(*changed)) : problem(changed.error());
    });
}

/// Why the rule cannot go; none where it can.
std::optional<Response> refusal_to_remove(
    store::AdminSession& session,
    const std::string& id,
    const MappedConnection& connection,
    const engine::Configuration& configuration
) {
    auto rules = store::hold_mappings(session, connection.key);
    if (!rules) {
        return problem(rules.error());
    }
    const auto found = std::ranges::find(*rules, id, &config::TenantRule::id);
    if (found == rules->end()) {
        return std::nullopt;
    }
    const auto gone = std::move(*found);
    rules->erase(found);
    const auto manifest = manifest_of(connection, configuration, gone.object);
    const auto mistake = engine::mistake_without(gone, *rules, *manifest);
    return mistake
               ? std::optional(problem(409, "without this rule the mapping could not be used: " + *mistake))
               : std::nullopt;
}

Response remove(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    const auto connection = connection_of(session, request);
    if (!connection) {
        return connection.error();
    }
    const auto version = expected_version(session, request, *connection);
    if (!version) {
        return version.error();
    }
    return in_one(session, [&]() -> Response {
        const auto& id = request.parameter("mapping");
        if (auto refusal = refusal_to_remove(session, id, *connection, configuration)) {
            return std::move(*refusal);
        }
        const auto removed = store::remove_mapping(session, connection->key, id, *version);
        if (!removed) {
            return problem(removed.error());
        }
        Response done;
        done.status = 204;
        return done;
    });
}

}  // namespace

void add_mapping_routes(Router& router, DatabaseDesk& desk, CurrentConfiguration configuration) {
    const std::string all("/api/v1/integrations/{id}/mappings");
    const auto single = all + "/{mapping}";
    const Wrapper repeatable = [](Operation operation) { return idempotent(std::move(operation)); };
    router.add({"GET", all, Access::read, desk.handler(list)});
    router.add({"POST", all, Access::write, configured_handler(desk, configuration, add, repeatable)});
    router.add({"GET", single, Access::read, desk.handler(show)});
    router.add({"PUT", single, Access::write, configured_handler(desk, configuration, change)});
    router.add({"DELETE", single, Access::write, configured_handler(desk, configuration, remove)});
    router.add({"POST", all + "/try", Access::read, configured_handler(desk, configuration, try_mapping)});
}

}  // namespace navette::http
