#include "daemon/http/api_tokens.hpp"

#include "daemon/http/body_reader.hpp"
#include "daemon/http/caller_tenant.hpp"
#include "daemon/http/idempotency.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_tokens.hpp"
#include "daemon/sync/moment.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <chrono>
#include <expected>
#include <string>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr std::string_view kListing = "tokens";
constexpr std::size_t kLongestName = 200;

std::expected<store::TokenPlan, Response> read_plan(const Request& request) {
    auto body = BodyReader::read(request);
    if (!body) {
        return std::unexpected(body.error());
    }
    store::TokenPlan plan;
    plan.tenant = body->tenant(request, true).value_or("");
    plan.scope = body->text("scope").value_or("read");
    plan.name = body->any_text("name");
    plan.expires_at = body->future("expires_at");
    plan.created_by = request.caller->token_id;
    const bool for_tenant = !plan.tenant.empty();
    if (plan.scope != "read" && plan.scope != (for_tenant ? "write" : "admin")) {
        body->complain(
            "scope",
            for_tenant ? "a tenant's token has the scope read or write"
                       : "a token of administration has the scope read or admin"
        );
    }
    if (plan.name.size() > kLongestName) {
        body->complain("name", "name has at most " + std::to_string(kLongestName) + " bytes");
    }
    const auto now =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    if (plan.expires_at && sync::parse_moment(*plan.expires_at) <= now) {
        body->complain(
            "expires_at", "expires_at is past: name a time to come, or a span from now such as 90d"
        );
    }
    // Who may write for one tenant must not end up with more than that.
    if (!request.caller->is_admin() && !for_tenant) {
        body->complain("tenant_id", "only a token of administration makes another");
    }
    if (auto mistake = body->mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    return plan;
}

Response list(store::AdminSession& session, const Request& request) {
    const auto page = read_page(request, kListing, {KeyPart::moment, KeyPart::text});
    if (!page) {
        return page.error();
    }
    QueryReader query(request);
    query.leave_page();
    store::TokenFilter filter;
    filter.tenant = query.tenant();
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    if (!page->after.empty()) {
        filter.after_created_at = page->after[0];
        filter.after_id = page->after[1];
    }
    filter.limit = page->fetch();
    auto tokens = store::list_tokens(session, filter);
    if (!tokens) {
        return problem(tokens.error());
    }
    return page_response(std::move(*tokens), *page, kListing, [](const store::Record& token) {
        return std::vector{store::text_of(token, "created_at"), store::text_of(token, "id")};
    });
}

Response create(store::AdminSession& session, const Request& request) {
    const auto plan = read_plan(request);
    if (!plan) {
        return plan.error();
    }
    auto issued = store::issue_token(session, *plan);
    if (!issued) {
        return problem(issued.error());
    }
    issued->record["token"] = issued->text;
    const auto place = "/api/v1/tokens/" + store::text_of(issued->record, "id");
    return json_response(201, issued->record).with_header("Location", place);
}

/// What is kept for a repetition: all but the token, which is nowhere to be found after it was shown.
Response without_token(Response answer) {
    auto body = json::parse(answer.body).as_object();
    body["token"] = nullptr;
    answer.body = json::serialize(body);
    return answer;
}

Response revoke(store::AdminSession& session, const Request& request) {
    const auto tenant = tenant_of(request);
    if (!tenant) {
        return tenant.error();
    }
    const auto revoked = store::revoke_token(session, request.parameter("id"), *tenant);
    if (!revoked) {
        return problem(revoked.error());
    }
    return json_response(200, *revoked);
}

}  // namespace

void add_token_routes(Router& router, DatabaseDesk& desk) {
    router.add({"GET", "/api/v1/tokens", Access::read, desk.handler(list)});
    router.add(
        {"POST", "/api/v1/tokens", Access::write, desk.handler(idempotent(create, without_token)), 16U << 10U}
    );
    router.add({"DELETE", "/api/v1/tokens/{id}", Access::write, desk.handler(revoke)});
}

}  // namespace navette::http
