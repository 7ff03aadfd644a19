#include "daemon/http/api_mappings.hpp"

#include "daemon/http/body_reader.hpp"
#include "daemon/http/idempotency.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/preconditions.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_mappings.hpp"
#include "daemon/sync/mapping.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr const char* kListing = "mappings";

/// The path's integration: its key and its platform.
struct Connection {
    store::IntegrationKey key;
    std::string platform;
};

/// The integration and the query's mistakes. `paged`: the query may hold limit and cursor.
std::expected<Connection, Response> connection_of(
    store::AdminSession& session, const Request& request, bool paged = false
) {
    QueryReader query(request);
    const auto tenant = query.tenant();
    if (paged) {
        query.leave_page();
    }
    if (auto mistake = query.mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    const auto found = store::find_connection(session, request.parameter("id"), tenant);
    if (!found) {
        return std::unexpected(problem(found.error()));
    }
    return Connection{
        store::IntegrationKey(store::text_of(*found, "tenant_id"), store::text_of(*found, "id")),
        store::text_of(*found, "platform")
    };
}

/// As it is answered: the version is the ETag's, and says nothing else.
json::object shown(store::Record mapping) {
    mapping.erase("version");
    // The engine maps by the connector's manifest alone so far.
    mapping["applied"] = false;
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

config::MappingDirection direction_of(std::string_view text) {
    return text == "both"            ? config::MappingDirection::both
           : text == "from_platform" ? config::MappingDirection::from_platform
                                     : config::MappingDirection::to_platform;
}

/// The transforms as the compiler takes them; the line of each is its place in the list, from 1.
std::vector<config::TransformSpec> read_transforms(const json::array& list, BodyReader& body) {
    std::vector<config::TransformSpec> transforms;
    for (const auto& item : list) {
        config::TransformSpec transform;
        transform.where.line = static_cast<int>(transforms.size()) + 1;
        if (item.is_string() && !item.get_string().empty()) {
            transform.name = item.get_string();
        } else if (item.is_object() && item.get_object().size() == 1) {
            transform.name = item.get_object().begin()->key();
            transform.argument = item.get_object().begin()->value();
        } else {
            body.complain(
                "transforms[" + std::to_string(transforms.size()) + "]",
                "is no transform, expected a name such as \"trim\", or one name with its argument such as "
                "{\"truncate\": 30}"
            );
        }
        transforms.push_back(std::move(transform));
    }
    return transforms;
}

/// Runs the mapping's compiler over the one rule; each of its sentences names the path.
void compile(const config::MappingRule& rule, BodyReader& body) {
    const auto compiled = sync::Mapping::compile(std::span(&rule, 1));
    if (compiled) {
        return;
    }
    const auto& problem = compiled.error().front();
    std::string_view sentence(problem.what);
    constexpr std::string_view kPrefix = "mapping: ";
    if (sentence.starts_with(kPrefix)) {
        sentence.remove_prefix(kPrefix.size());
    }
    const auto field = problem.where.line > 0 ? "transforms[" + std::to_string(problem.where.line - 1) + "]"
                       : sentence.starts_with("remote: ") ? std::string("remote_path")
                                                          : std::string("local_path");
    body.complain(field, std::string(sentence));
}

void check_object(
    const std::string& object,
    const Connection& connection,
    const engine::Configuration& configuration,
    BodyReader& body
) {
    const auto connector = configuration.inventory->find(connection.platform);
    if (!connector || object.empty() || connector->manifest.object(object) != nullptr) {
        return;
    }
    std::string known;
    for (const auto& spec : connector->manifest.objects) {
        known += (known.empty() ? "" : ", ") + spec.name;
    }
    body.complain("object", connection.platform + " has no object '" + object + "'; it has " + known);
}

/// The rule of the request's body, checked by itself and beside the others.
std::expected<store::FieldMapping, Response> read_mapping(
    store::AdminSession& session,
    const Request& request,
    const Connection& connection,
    const engine::Configuration& configuration,
    const std::optional<std::string>& own_id
) {
    auto body = BodyReader::read(request);
    if (!body) {
        return std::unexpected(body.error());
    }
    store::FieldMapping mapping;
    mapping.object = body->required("object");
    mapping.local_path = body->any_text("local_path");
    mapping.remote_path = body->required("remote_path");
    mapping.remote_type = body->text("remote_type");
    mapping.direction =
        body->choice("direction", {"to_platform", "from_platform", "both"}).value_or(mapping.direction);
    config::MappingRule rule;
    rule.local = mapping.local_path;
    rule.remote = mapping.remote_path;
    rule.direction = direction_of(mapping.direction);
    if (const auto* transforms = body->array("transforms")) {
        rule.transforms = read_transforms(*transforms, *body);
        mapping.transforms = json::serialize(*transforms);
    }
    check_object(mapping.object, connection, configuration, *body);
    if (auto mistake = body->mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    compile(rule, *body);
    if (auto mistake = body->mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    const auto rivals = store::rival_mappings(session, connection.key, mapping, own_id);
    if (!rivals) {
        return std::unexpected(problem(rivals.error()));
    }
    if (!rivals->empty()) {
        const auto& rival = rivals->front();
        const bool same_remote = store::text_of(rival, "remote_path") == mapping.remote_path;
        return std::unexpected(problem(
            409,
            (same_remote ? "remote_path: " + mapping.remote_path : "local_path: " + mapping.local_path) +
                " of " + mapping.object + " is already written by mapping " + store::text_of(rival, "id") +
                "; change that one",
            same_remote ? "remote_path" : "local_path"
        ));
    }
    return mapping;
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
    const auto mapping = read_mapping(session, request, *connection, configuration, std::nullopt);
    if (!mapping) {
        return mapping.error();
    }
    auto added = store::add_mapping(session, connection->key, *mapping);
    if (!added) {
        return problem(added.error());
    }
    const auto place =
        "/api/v1/integrations/" + connection->key.id + "/mappings/" + store::text_of(*added, "id");
    return one(201, std::move(*added)).with_header("Location", place);
}

/// The rule's version, where the request names it.
std::expected<std::int64_t, Response> expected_version(
    store::AdminSession& session, const Request& request, const Connection& connection
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
    const auto mapping = read_mapping(session, request, *connection, configuration, id);
    if (!mapping) {
        return mapping.error();
    }
    auto changed = store::change_mapping(session, connection->key, id, *version, *mapping);
    return changed ? one(200, std::move(*changed)) : problem(changed.error());
}

Response remove(store::AdminSession& session, const Request& request) {
    const auto connection = connection_of(session, request);
    if (!connection) {
        return connection.error();
    }
    const auto version = expected_version(session, request, *connection);
    if (!version) {
        return version.error();
    }
    const auto removed =
        store::remove_mapping(session, connection->key, request.parameter("mapping"), *version);
    if (!removed) {
        return problem(removed.error());
    }
    Response done;
    done.status = 204;
    return done;
}

}  // namespace

void add_mapping_routes(Router& router, DatabaseDesk& desk, CurrentConfiguration configuration) {
    const std::string all("/api/v1/integrations/{id}/mappings");
    const auto single = all + "/{mapping}";
    const Wrapper repeatable = [](Operation operation) { return idempotent(std::move(operation)); };
    router.add({"GET", all, Access::read, desk.handler(list)});
    router.add({"POST", all, Access::write, configured_handler(desk, configuration, add, repeatable)});
    router.add({"GET", single, Access::read, desk.handler(show)});
    router.add({"PUT", single, Access::write, configured_handler(desk, std::move(configuration), change)});
    router.add({"DELETE", single, Access::write, desk.handler(remove)});
}

}  // namespace navette::http
