#include "tests/standin/pipedrive_site.hpp"

#include "tests/standin/pipedrive_access.hpp"
#include "tests/standin/pipedrive_budget.hpp"
#include "tests/standin/pipedrive_call_logs.hpp"
#include "tests/standin/pipedrive_entities.hpp"
#include "tests/standin/pipedrive_hand.hpp"
#include "tests/standin/pipedrive_notes.hpp"
#include "tests/standin/pipedrive_search.hpp"
#include "tests/standin/pipedrive_webhooks.hpp"
#include "tests/standin/url.hpp"

#include <navette/sdk/foreign_json.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <deque>
#include <utility>

namespace navette::standin {

namespace pipedrive {

namespace {

constexpr std::pair<std::string_view, int> kBases[] = {{"/api/v2/", 2}, {"/api/v1/", 1}};
constexpr std::string_view kVersionOne[] = {"notes", "callLogs", "webhooks", "users"};

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        const auto segment = path.substr(0, path.find('/'));
        if (!segment.empty()) {
            segments.push_back(percent_decoded(segment));
        }
        path.remove_prefix(std::min(path.size(), segment.size() + 1));
    }
    return segments;
}

class Site final : public Platform {
  public:
    explicit Site(SiteParts parts)
        : environment_(std::move(parts.options), parts.effects),
          access_(environment_.options),
          budget_(environment_.options),
          entities_(made_of(environment_)),
          notes_(environment_),
          calls_(environment_, *find("activities")),
          webhooks_(environment_, parts.outbox),
          search_(std::chrono::milliseconds(environment_.options.number("search_lag_ms", 500)), fields()),
          hand_(environment_, entities_, notes_, calls_) {
        environment_.on_change = [this](const Change& change) {
            search_.note(change);
            webhooks_.send(change);
        };
    }

    boost::asio::awaitable<Response> answer(Request request) override { co_return answered(request); }

    Response outage(Outage outage) override {
        switch (outage) {
            case Outage::unauthorized:
                return unauthorized();
            case Outage::html_503:
                return gateway_page(503, "Service Temporarily Unavailable");
            case Outage::database_down:
                return refused({503, "Service unavailable"});
            case Outage::api_off:
                return refused({402, "Company account is suspended"});
            case Outage::server_error:
                break;
        }
        return refused({500, "Internal server error"});
    }

    std::string resource_path(const Request& request) const override {
        for (const auto& [base, version] : kBases) {
            if (request.path().starts_with(base)) {
                return std::string(request.path().substr(base.size() - 1));
            }
        }
        return std::string(request.path());
    }

    std::string endpoint(const Request& request) const override {
        std::string pattern = request.method + " ";
        std::string previous;
        for (const auto& segment : segments_of(resource_path(request))) {
            const bool is_id = sdk::to_integer(segment).has_value() || previous == "callLogs";
            pattern += is_id ? std::string("/{id}") : "/" + segment;
            previous = segment;
        }
        return pattern;
    }

    std::optional<Response> control(std::string_view action, const Request& request) override {
        if (request.method != "POST") {
            return std::nullopt;
        }
        if (action == "tokens") {
            return access_.control(request);
        }
        if (action == "change") {
            return hand_.change(request);
        }
        if (action == "webhook") {
            const auto wish = sdk::read_json_object(request.body).value_or(json::object());
            webhooks_.subscribe(
                sdk::text_at(wish, "url"),
                environment_.options.text("webhook_user", "navette"),
                sdk::text_at(wish, "secret")
            );
            return Response{200, "application/json", R"({"ok":true})"};
        }
        if (action == "subscriptions") {
            webhooks_.switch_off();
            return Response{200, "application/json", R"({"ok":true})"};
        }
        return std::nullopt;
    }

    void reset() override {
        environment_.clear();
        for (auto& entities : entities_) {
            entities.clear();
        }
        search_.clear();
        budget_.reset();
    }

  private:
    static std::deque<Entities> made_of(Environment& environment) {
        std::deque<Entities> all;
        for (const auto& layout : layouts()) {
            all.emplace_back(environment, layout);
        }
        return all;
    }

    Entities* find(std::string_view kind) {
        const auto found =
            std::ranges::find(entities_, kind, [](const Entities& one) { return one.layout().kind; });
        return found == entities_.end() ? nullptr : &*found;
    }

    std::map<std::string, const CustomFields*> fields() {
        std::map<std::string, const CustomFields*> all;
        for (auto& entities : entities_) {
            all[std::string(entities.layout().single)] = &entities.fields();
        }
        return all;
    }

    Response answered(const Request& request) {
        if (request.path().starts_with("/oauth/") && request.method == "POST") {
            return access_.oauth(request);
        }
        int version = 0;
        for (const auto& [base, number] : kBases) {
            version = request.path().starts_with(base) ? number : version;
        }
        Call call{request.method, segments_of(resource_path(request)), query_parameters(request.query()), {}};
        if (version == 0 || call.path.empty()) {
            return gateway_page(404, "Not Found");
        }
        if (auto refusal = access_.refuse(request, call)) {
            return std::move(*refusal);
        }
        if (auto refusal = budget_.charge(call, version)) {
            return std::move(*refusal);
        }
        auto response = routed(request, call, version);
        budget_.tell(response);
        return response;
    }

    Response routed(const Request& request, Call& call, int version) {
        if (!request.body.empty()) {
            if (!request.header("content-type").starts_with("application/json")) {
                return refused({415, "Unsupported media type"});
            }
            auto body = sdk::read_json_object(request.body);
            if (!body) {
                return refused({400, "Bad request: the body is no JSON object"});
            }
            call.body = std::move(*body);
        }
        const auto& kind = call.path.front();
        const bool is_version_one = std::ranges::find(kVersionOne, kind) != std::end(kVersionOne);
        if (is_version_one != (version == 1)) {
            return unknown_method();
        }
        return version == 1 ? version_one(kind, call) : version_two(kind, call);
    }

    Response version_one(const std::string& kind, const Call& call) {
        if (kind == "notes") {
            return notes_.answer(call);
        }
        if (kind == "callLogs") {
            return calls_.answer(call);
        }
        if (kind == "webhooks") {
            return webhooks_.answer(call);
        }
        if (call.path.size() != 2 || call.path[1] != "me" || call.method != "GET") {
            return unknown_method();
        }
        return success(
            {{"id", kUserId},
             {"name", "Navette"},
             {"email", "navette@example.test"},
             {"is_you", true},
             {"company_id", kCompanyId},
             {"company_name", "Acme"},
             {"company_domain", environment_.options.text("company", "acme")}}
        );
    }

    Response version_two(const std::string& kind, const Call& call) {
        for (auto& entities : entities_) {
            if (kind == entities.layout().field_list) {
                return entities.fields().answer(call);
            }
            if (kind == entities.layout().kind) {
                const bool searches = is_search(call) && kind != "activities";
                return searches ? search_.search(entities.layout(), call) : entities.answer(call);
            }
        }
        if (kind == "itemSearch" && call.path.size() == 2 && call.path[1] == "field") {
            return search_.search_field(call);
        }
        return unknown_method();
    }

    Environment environment_;
    Access access_;
    Budget budget_;
    std::deque<Entities> entities_;
    Notes notes_;
    CallLogs calls_;
    Webhooks webhooks_;
    Search search_;
    Hand hand_;
};

}  // namespace

}  // namespace pipedrive

SiteKind pipedrive_kind() {
    return {
        "pipedrive",
        {"persons",
         "organizations",
         "deals",
         "activities",
         "notes",
         "callLogs",
         "webhooks",
         "personFields",
         "organizationFields",
         "dealFields"},
        [](SiteParts parts) -> std::unique_ptr<Platform> {
            return std::make_unique<pipedrive::Site>(std::move(parts));
        }
    };
}

}  // namespace navette::standin
