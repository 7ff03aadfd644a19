#include "daemon/http/api_integrations.hpp"

#include "daemon/http/address_change.hpp"
#include "daemon/http/caller_tenant.hpp"
#include "daemon/http/connection_test.hpp"
#include "daemon/http/idempotency.hpp"
#include "daemon/http/integration_form.hpp"
#include "daemon/http/integration_view.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/preconditions.hpp"
#include "daemon/http/request_body.hpp"
#include "daemon/http/sync_callback.hpp"
#include "daemon/store/admin_logs.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <charconv>

namespace navette::http {

namespace json = boost::json;

namespace {

using Configuration = std::shared_ptr<const engine::Configuration>;
/// An operation that also needs the configuration in force.
using ConfiguredOperation =
    std::function<Response(store::AdminSession&, const Request&, const engine::Configuration&)>;

/// A page with its rows under the name that the application knows, without the member that only tells their
/// places.
Response named_page(const Response& page, std::string_view name, std::string_view place) {
    auto body = json::parse(page.body).as_object();
    auto& rows = body.at("data").as_array();
    for (auto& row : rows) {
        row.as_object().stable_erase(place);
    }
    return json_response(
        page.status,
        json::object{
            {"success", true}, {name, std::move(rows)}, {"next_cursor", std::move(body.at("next_cursor"))}
        }
    );
}

Response catalogue(store::AdminSession& session, const Request& /*request*/) {
    auto platforms = store::list_platforms(session);
    if (!platforms) {
        return problem(platforms.error());
    }
    json::array all;
    for (auto& platform : *platforms) {
        all.emplace_back(std::move(platform));
    }
    return json_response(200, json::object{{"success", true}, {"integrations", std::move(all)}});
}

Response configured(store::AdminSession& session, const Request& request) {
    const auto tenant = tenant_of(request);
    if (!tenant) {
        return tenant.error();
    }
    auto page = read_page(request, "integrations", {KeyPart::moment, KeyPart::text});
    if (!page) {
        return page.error();
    }
    // The application that navette replaces knows no pages: without a limit it gets as many as one page
    // holds.
    if (!request.query_value("limit")) {
        page->limit = kLargestPage;
    }
    std::optional<store::IntegrationPlace> after;
    if (!page->after.empty()) {
        after = {page->after.at(0), page->after.at(1)};
    }
    auto rows = store::list_connected(session, *tenant, std::nullopt, after, page->fetch());
    if (!rows) {
        return problem(rows.error());
    }
    const auto answer = page_response(std::move(*rows), *page, "integrations", [](const store::Record& row) {
        return std::vector{store::text_of(row, "created_at_exact"), store::text_of(row, "id")};
    });
    return named_page(answer, "integrations", "created_at_exact");
}

Response show(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    const auto known = integration_of(session, request);
    return known ? integration_response(session, known->row.key, configuration) : known.error();
}

/// A fresh id. The client has no say in it: ids are unique over all tenants, and whether one is taken would
/// tell a tenant of another's.
std::string fresh_id() {
    auto id = "int_" + boost::uuids::to_string(boost::uuids::random_generator()());
    std::erase(id, '-');
    return id;
}

std::string creator_of(const Request& request) {
    return request.caller ? "token:" + request.caller->token_id : "api";
}

Response create(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    const auto body = json_body(request);
    if (!body) {
        return body.error();
    }
    FieldErrors errors;
    const auto form = IntegrationForm::read(*body, true, errors);
    const auto connector = form.platform ? configuration.inventory->find(*form.platform) : nullptr;
    if (form.platform && !connector) {
        errors.add("integration_type", "there is no platform '" + *form.platform + "' here");
    }
    if (!errors.empty()) {
        return errors.response();
    }
    const auto tenant = required_tenant_of(request, form.tenant);
    if (!tenant) {
        return tenant.error();
    }
    store::IntegrationPlan plan;
    plan.created_by = creator_of(request);
    plan.row.key = store::IntegrationKey(*tenant, fresh_id());
    plan.row.slug = connector->manifest.slug;
    plan.row.name = connector->manifest.name;
    plan.row.state = "active";
    plan.plan_first = form.plan_first;
    engine::SecretValues secrets;
    form.apply(plan.row, secrets);
    const auto completed = engine::complete_integration(
        plan.row, secrets, *connector, *configuration.inventory, configuration.vault
    );
    if (!completed) {
        return draft_problem(completed.error());
    }
    if (const auto added = store::add_integration(session, plan); !added) {
        return problem(added.error());
    }
    return integration_response(
               session, plan.row.key, configuration, 201, "created; it is disabled: test it, then enable it"
    )
        .with_header("Location", "/api/v1/integrations/" + plan.row.key.id);
}

Response update(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    auto known = integration_of(session, request);
    if (!known) {
        return std::move(known.error());
    }
    auto& row = known->row;
    if (auto refused = check_if_match(request, row.version)) {
        return std::move(*refused);
    }
    const auto body = json_body(request);
    if (!body) {
        return body.error();
    }
    FieldErrors errors;
    const auto form = IntegrationForm::read(*body, false, errors);
    if (!errors.empty()) {
        return errors.response();
    }
    const auto connector = configuration.inventory->find(row.slug);
    if (!connector) {
        return problem(
            409, "the platform '" + row.slug + "' has no connector here, so nothing can be checked"
        );
    }
    auto secrets = engine::open_secrets(row, configuration.vault);
    if (!secrets) {
        return problem(409, "the stored secrets do not open here; the operator has to see to it");
    }
    const auto before = row.settings;
    const auto kept = *secrets;
    form.apply(row, *secrets);
    const auto completed = engine::complete_integration(
        row, *secrets, *connector, *configuration.inventory, configuration.vault
    );
    if (!completed) {
        return draft_problem(completed.error());
    }
    for (const auto& name : secrets_to_enter_again(connector->manifest, before, row.settings, kept, form)) {
        errors.add(
            "config_encrypted." + name,
            "the platform's address changes: enter the secret again, so that none goes to a host that its "
            "owner does not know"
        );
    }
    if (!row.sealed_tokens.empty() && moves_address(connector->manifest, before, row.settings)) {
        errors.add(
            "config_public",
            "the address of an integration that was authorised cannot be changed; make a new one and "
            "authorise that"
        );
    }
    if (!errors.empty()) {
        return errors.response();
    }
    store::IntegrationPlan plan;
    plan.row = std::move(row);
    if (const auto changed = store::change_integration(session, plan); !changed) {
        return problem(changed.error());
    }
    return integration_response(session, plan.row.key, configuration, 200, "changed");
}

Response remove(store::AdminSession& session, const Request& request) {
    const auto known = integration_of(session, request);
    if (!known) {
        return known.error();
    }
    if (auto refused = check_if_match(request, known->row.version)) {
        return std::move(*refused);
    }
    const auto removed = store::remove_integration(session, known->row.key, known->row.version);
    if (!removed) {
        return problem(removed.error());
    }
    return json_response(
        200,
        json::object{
            {"success", true},
            {"message", "removed for good"},
            {"jobs", removed->at("jobs")},
            {"links", removed->at("links")}
        }
    );
}

Response switch_to(
    bool enabled,
    store::AdminSession& session,
    const Request& request,
    const engine::Configuration& configuration
) {
    const auto known = integration_of(session, request);
    if (!known) {
        return known.error();
    }
    const auto& key = known->row.key;
    if (const auto done = store::set_integration_enabled(session, key, enabled); !done) {
        return problem(done.error());
    }
    return integration_response(
        session,
        key,
        configuration,
        200,
        enabled ? "enabled" : "disabled; its jobs are kept, new events make none"
    );
}

Response sync(store::AdminSession& session, const Request& request) {
    const auto known = integration_of(session, request);
    if (!known) {
        return known.error();
    }
    const auto body = json_body(request);
    if (!body) {
        return body.error();
    }
    FieldErrors errors;
    const Members members(*body, errors);
    const auto type = members.text("entity_type");
    const auto id = members.text("entity_id");
    members.expect_only({"sync_type", "entity_type", "entity_id"});
    if (type.has_value() != id.has_value()) {
        errors.add(type ? "entity_id" : "entity_type", "entity_type and entity_id name a record together");
    }
    if (!errors.empty()) {
        return errors.response();
    }
    if (!known->record.at("enabled").as_bool()) {
        return problem(409, "the integration is disabled; enable it first");
    }
    const auto& key = known->row.key;
    std::int64_t jobs = 0;
    if (type) {
        const auto due = store::retry_record(session, key, *type, *id);
        if (!due) {
            return problem(due.error());
        }
        jobs = *due;
    }
    const auto requested = store::request_sync(session, key);
    if (!requested) {
        return problem(requested.error());
    }
    std::string message("what the schedule holds back is carried over now");
    if (type) {
        message = jobs > 0 ? "the record's unfinished jobs are tried now"
                           : "the record has no unfinished job: what was handed over of it is done";
    }
    return json_response(
        200,
        json::object{
            {"success", true},
            {"message", std::move(message)},
            {"requested_at", requested->at("requested_at")},
            {"jobs", jobs}
        }
    );
}

/// One attempt by the names of the application that navette replaces.
store::Record log_row(const store::PlacedLog& placed) {
    const auto& log = placed.log;
    const auto text = [&](std::string_view name) { return json::value(store::text_of(log, name)); };
    const auto text_or_null = [&](std::string_view name) {
        auto value = store::text_of(log, name);
        return value.empty() ? json::value() : json::value(std::move(value));
    };
    const auto outcome = store::text_of(log, "status");
    const bool worked = outcome == "done" || outcome == "skipped";
    auto sync_type = store::text_of(log, "event_type");
    std::ranges::replace(sync_type, '.', '_');
    store::Record row;
    row["id"] = std::to_string(log.at("id").as_int64());
    row["job_id"] = log.at("job_id");
    row["sync_type"] = std::move(sync_type);
    row["sync_direction"] = text("direction");
    row["source_entity_type"] = text("entity_type");
    row["source_entity_id"] = text("entity_id");
    row["destination_entity_type"] = text_or_null("object");
    row["destination_entity_id"] = text_or_null("remote_id");
    row["status"] = worked ? "success" : (log.at("final").as_bool() ? "failed" : "pending");
    row["outcome"] = outcome;
    row["error_message"] = text_or_null("error_message");
    row["error_field"] = text_or_null("error_field");
    row["started_at"] = text("started_at");
    row["completed_at"] = text("created_at");
    row["duration_ms"] = log.at("duration_ms");
    row["retry_count"] = std::max<std::int64_t>(log.at("attempt").as_int64() - 1, 0);
    row["created_at"] = text("created_at");
    row["place"] = json::array{std::to_string(placed.place.micros), std::to_string(placed.place.id)};
    return row;
}

std::int64_t number_of(const std::string& text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Response logs(store::AdminSession& session, const Request& request) {
    const auto known = integration_of(session, request);
    if (!known) {
        return known.error();
    }
    const auto page = read_page(request, "integration-logs", {KeyPart::number, KeyPart::number});
    if (!page) {
        return page.error();
    }
    store::LogFilter filter;
    filter.tenant = known->row.key.tenant_id;
    filter.integration = known->row.key.id;
    std::optional<store::LogPlace> before;
    if (!page->after.empty()) {
        before = {number_of(page->after.at(0)), number_of(page->after.at(1))};
    }
    const auto found = store::older_logs(session, filter, before, page->fetch());
    if (!found) {
        return problem(found.error());
    }
    store::Records rows;
    std::ranges::transform(*found, std::back_inserter(rows), log_row);
    const auto answer =
        page_response(std::move(rows), *page, "integration-logs", [](const store::Record& row) {
            const auto& place = row.at("place").as_array();
            return std::vector{std::string(place[0].as_string()), std::string(place[1].as_string())};
        });
    return named_page(answer, "logs", "place");
}

Operation with(ConfiguredOperation operation, Configuration configuration) {
    return [operation = std::move(operation), configuration = std::move(configuration)](
               store::AdminSession& session, const Request& request
           ) { return operation(session, request, *configuration); };
}

}  // namespace

void add_integration_routes(Router& router, DatabaseDesk& desk, IntegrationServices services) {
    const std::string all("/api/v1/integrations");
    const auto one = all + "/{id}";
    const auto configuration = services.configuration;
    const auto read = [&](const std::string& pattern, Operation operation) {
        router.add(
            {.method = "GET",
             .pattern = pattern,
             .access = Access::read,
             .handler = desk.handler(std::move(operation))}
        );
    };
    const auto write = [&](const std::string& method,
                           const std::string& pattern,
                           const ConfiguredOperation& operation) {
        const bool repeatable = method == "POST";
        Handler handler = [&desk, configuration, operation, repeatable](Request request) {
            auto ready = with(operation, configuration());
            return desk.run(repeatable ? idempotent(std::move(ready)) : std::move(ready), std::move(request));
        };
        router.add(
            {.method = method, .pattern = pattern, .access = Access::write, .handler = std::move(handler)}
        );
    };
    const auto plain = [](Response (*operation)(store::AdminSession&, const Request&)) {
        return [operation](
                   store::AdminSession& session,
                   const Request& request,
                   const engine::Configuration& /*configuration*/
               ) { return operation(session, request); };
    };
    const auto switching = [](bool enabled) {
        return [enabled](
                   store::AdminSession& session, const Request& request, const engine::Configuration& in_force
               ) { return switch_to(enabled, session, request, in_force); };
    };
    read(all, catalogue);
    read(all + "/configured", configured);
    read(one + "/logs", logs);
    Handler showing = [&desk, configuration](Request request) {
        return desk.run(with(show, configuration()), std::move(request));
    };
    router.add({.method = "GET", .pattern = one, .access = Access::read, .handler = std::move(showing)});
    write("POST", all, create);
    write("PUT", one, update);
    write("DELETE", one, plain(remove));
    write("POST", one + "/enable", switching(true));
    write("POST", one + "/disable", switching(false));
    write("POST", one + "/sync", plain(sync));
    write("POST", one + "/sync-callback", receive_callback);
    // A call to a platform stands outside every transaction, so it is not made repeatable; it changes
    // nothing.
    Handler trying = [&desk, services](Request request) {
        return try_connection(
            desk, services.client, services.configuration(), services.test_limit, std::move(request)
        );
    };
    router.add(
        {.method = "POST", .pattern = one + "/test", .access = Access::write, .handler = std::move(trying)}
    );
}

}  // namespace navette::http
