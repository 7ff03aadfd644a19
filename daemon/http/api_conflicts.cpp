#include "daemon/http/api_conflicts.hpp"

#include "daemon/http/body_reader.hpp"
#include "daemon/http/idempotency.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_conflicts.hpp"
#include "daemon/store/admin_mappings.hpp"

#include <boost/json/serialize.hpp>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr const char* kListing = "conflicts";

Response list(store::AdminSession& session, const Request& request) {
    QueryReader query(request);
    store::ConflictFilter filter;
    filter.tenant = query.tenant();
    filter.integration = query.text("integration");
    filter.object = query.text("object");
    filter.field = query.text("field");
    query.leave_page();
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    const auto page = read_page(
        request, kListing, {KeyPart::text, KeyPart::text, KeyPart::text, KeyPart::text, KeyPart::text}
    );
    if (!page) {
        return page.error();
    }
    std::optional<store::ConflictPlace> after;
    if (!page->after.empty()) {
        const auto& at = page->after;
        after = store::ConflictPlace{at[0], at[1], at[2], at[3], at[4]};
    }
    auto rows = store::list_conflicts(session, filter, after, page->fetch());
    if (!rows) {
        return problem(rows.error());
    }
    return page_response(std::move(*rows), *page, kListing, [](const store::Record& row) {
        return std::vector<std::string>{
            store::text_of(row, "tenant_id"),
            store::text_of(row, "integration_id"),
            store::text_of(row, "object"),
            store::text_of(row, "entity_id"),
            store::text_of(row, "field")
        };
    });
}

Response resolve_many(store::AdminSession& session, store::ConflictFilter filter, const std::string& choose) {
    // The filter names the tenant: its integration was found with the session's own rights.
    const store::Unbound unbound(session);
    auto done = store::resolve_conflicts(session, filter, choose);
    return done ? json_response(200, *done) : problem(done.error());
}

Response resolve_one(
    store::AdminSession& session, const store::ConflictName& name, const store::ConflictChoice& choice
) {
    const store::Unbound unbound(session);
    auto done = store::resolve_conflict(session, name, choice);
    if (!done) {
        return problem(done.error());
    }
    if (!*done) {
        return problem(
            409,
            "there is no open conflict of " + name.field + " of " + name.object + " " + name.entity_id +
                " with " + name.key.id + ": it was decided meanwhile, or both sides have become equal"
        );
    }
    return json_response(200, **done);
}

Response resolve(store::AdminSession& session, const Request& request) {
    auto body = BodyReader::read(request);
    if (!body) {
        return body.error();
    }
    const auto tenant = body->tenant(request, true);
    const auto integration = body->required("integration");
    const auto object = body->text("object");
    const auto entity_id = body->text("entity_id");
    const auto field = body->text("field");
    const bool all = body->truth("all").value_or(false);
    store::ConflictChoice choice;
    choice.choose = body->choice("choose", {"local", "platform", "value"}).value_or("");
    const auto* const value = body->value("value");
    if (choice.choose.empty()) {
        body->complain("choose", "is required: local, platform or value");
    }
    if ((value != nullptr) != (choice.choose == "value")) {
        body->complain("value", "goes with choose: value, and only with that");
    }
    if (all && (entity_id || choice.choose == "value")) {
        body->complain(
            "all", "decides many conflicts for one side: leave out entity_id, and choose local or platform"
        );
    }
    if (!all && (!object || !entity_id || !field)) {
        body->complain(
            !object      ? "object"
            : !entity_id ? "entity_id"
                         : "field",
            "is required; to decide all conflicts that fit, say all: true"
        );
    }
    if (auto mistake = body->mistake()) {
        return std::move(*mistake);
    }
    const auto found = store::find_connection(session, integration, tenant);
    if (!found) {
        return problem(found.error());
    }
    const store::IntegrationKey key(store::text_of(*found, "tenant_id"), store::text_of(*found, "id"));
    if (all) {
        return resolve_many(session, {key.tenant_id, key.id, object, field}, choice.choose);
    }
    if (value != nullptr) {
        choice.value = json::serialize(*value);
    }
    return resolve_one(session, {key, *object, *entity_id, *field}, choice);
}

}  // namespace

void add_conflict_routes(Router& router, DatabaseDesk& desk) {
    router.add({"GET", "/api/v1/conflicts", Access::read, desk.handler(list)});
    router.add({"POST", "/api/v1/conflicts/resolve", Access::write, desk.handler(idempotent(resolve))});
}

}  // namespace navette::http
