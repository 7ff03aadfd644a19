#include "daemon/http/api_comparisons.hpp"

#include "daemon/http/body_reader.hpp"
#include "daemon/http/idempotency.hpp"
#include "daemon/http/integration_view.hpp"
#include "daemon/http/page.hpp"
#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_comparisons.hpp"

#include <charconv>

namespace navette::http {

namespace {

constexpr const char* kListing = "plans";
constexpr int kSamples = 5;
constexpr int kMostSamples = 100;
constexpr int kLongestPatience = 24 * 30;  // hours

/// The plan that a request names, and the tenant to whom it must belong; none: any.
struct PlanName {
    std::int64_t id = 0;
    std::optional<std::string> tenant;
    int samples = kSamples;
};

std::expected<PlanName, Response> plan_of(const Request& request, bool with_samples) {
    QueryReader query(request);
    PlanName plan;
    plan.tenant = query.tenant();
    if (with_samples) {
        plan.samples = static_cast<int>(query.number("samples", 0, kMostSamples).value_or(kSamples));
    }
    if (auto mistake = query.mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    const auto& text = request.parameter("plan");
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), plan.id);
    if (error != std::errc() || end != text.data() + text.size() || plan.id < 1) {
        return std::unexpected(problem(404, "there is no plan " + text));
    }
    return plan;
}

std::string asker(const Request& request) {
    return request.caller ? "token:" + request.caller->token_id : "api";
}

Response shown(store::AdminSession& session, int status, const PlanName& plan) {
    const auto found = store::find_comparison(session, plan.id, plan.tenant, plan.samples);
    return found ? json_response(status, *found) : problem(found.error());
}

Response list(store::AdminSession& session, const Request& request) {
    const auto known = integration_of(session, request);
    if (!known) {
        return known.error();
    }
    QueryReader query(request);
    query.tenant();
    store::ComparisonFilter filter;
    filter.tenant = known->row.key.tenant_id;
    filter.integration = known->row.key.id;
    filter.kind = query.choice("kind", {"plan", "reconcile"});
    query.leave_page();
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    const auto page = read_page(request, kListing, {KeyPart::number});
    if (!page) {
        return page.error();
    }
    const std::int64_t before = page->after.empty() ? 0 : std::stoll(page->after.front());
    auto rows = store::list_comparisons(session, filter, before, page->fetch());
    if (!rows) {
        return problem(rows.error());
    }
    return page_response(std::move(*rows), *page, kListing, [](const store::Record& row) {
        return std::vector<std::string>{std::to_string(row.at("id").as_int64())};
    });
}

Response ask(store::AdminSession& session, const Request& request, bool is_first) {
    const auto known = integration_of(session, request);
    if (!known) {
        return known.error();
    }
    auto body = BodyReader::read(request, true);
    if (!body) {
        return body.error();
    }
    store::ComparisonWish wish;
    wish.is_first = is_first;
    wish.asked_by = asker(request);
    wish.object = body->text("object");
    if (const auto hours = body->number("expires_in_hours", 1, kLongestPatience)) {
        wish.patience = std::chrono::hours(*hours);
    }
    if (!is_first) {
        wish.dry_run = body->truth("dry_run").value_or(false);
        wish.repair = {0.01, 100};
        if (const auto below = body->text("repair_below")) {
            const auto bound = config::parse_repair_bound(*below);
            if (!bound) {
                body->complain("repair_below", "is a number of records such as 100, or a share such as 1%");
            }
            wish.repair = bound.value_or(wish.repair);
        }
    }
    if (auto mistake = body->mistake()) {
        return std::move(*mistake);
    }
    const auto& key = known->row.key;
    const auto id = store::ask_for_comparison(session, key, wish);
    if (!id) {
        return problem(id.error());
    }
    return shown(session, 201, {*id, key.tenant_id, kSamples})
        .with_header("Location", "/api/v1/plans/" + std::to_string(*id));
}

Response show(store::AdminSession& session, const Request& request) {
    const auto plan = plan_of(request, true);
    return plan ? shown(session, 200, *plan) : plan.error();
}

Response decide(store::AdminSession& session, const Request& request, store::Decision decision) {
    const auto plan = plan_of(request, false);
    if (!plan) {
        return plan.error();
    }
    const auto done = store::decide_on_comparison(session, plan->id, plan->tenant, decision, asker(request));
    return done ? shown(session, 200, *plan) : problem(done.error());
}

}  // namespace

void add_comparison_routes(Router& router, DatabaseDesk& desk) {
    const auto post = [&](const std::string& pattern, Operation operation) {
        router.add({"POST", pattern, Access::write, desk.handler(idempotent(std::move(operation)))});
    };
    const std::string plans("/api/v1/integrations/{id}/plans");
    const std::string one("/api/v1/plans/{plan}");
    router.add({"GET", plans, Access::read, desk.handler(list)});
    router.add({"GET", one, Access::read, desk.handler(show)});
    post(plans, [](store::AdminSession& session, const Request& request) {
        return ask(session, request, true);
    });
    post("/api/v1/integrations/{id}/reconcile", [](store::AdminSession& session, const Request& request) {
        return ask(session, request, false);
    });
    for (const auto& [verb, decision] :
         {std::pair{"approve", store::Decision::approve},
          std::pair{"pause", store::Decision::pause},
          std::pair{"resume", store::Decision::resume},
          std::pair{"cancel", store::Decision::cancel}}) {
        post(one + "/" + verb, [decision](store::AdminSession& session, const Request& request) {
            return decide(session, request, decision);
        });
    }
}

}  // namespace navette::http
