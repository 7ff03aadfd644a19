#include "tests/standin/pipedrive_access.hpp"

#include <navette/sdk/foreign_json.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

namespace navette::standin::pipedrive {

namespace {

constexpr const char* kAllScopes =
    "base,contacts:full,deals:full,activities:full,search:read,recents:read,users:read,contact-fields:full,"
    "deal-fields:full,phone-integration,admin";

std::set<std::string> scopes_of(const SiteOptions& options) {
    std::istringstream list(options.text("scopes", kAllScopes));
    std::set<std::string> scopes;
    for (std::string scope; std::getline(list, scope, ',');) {
        scopes.insert(scope);
    }
    return scopes;
}

OAuthRules rules_of(const SiteOptions& options) {
    OAuthRules rules;
    rules.client_id = options.text("client_id", "client-1");
    rules.client_secret = options.text("client_secret", "client-secret-1");
    rules.lifetime = std::chrono::seconds(options.number("token_seconds", 3599));
    rules.rotates = options.flag("rotate", true);
    rules.more = {{"scope", options.text("scopes", kAllScopes)}};
    return rules;
}

/// Scopes of which one is enough to read, and to write.
struct Needed {
    std::vector<std::string> read;
    std::vector<std::string> write;
};

const Needed* needed(const std::string& resource) {
    static const Needed contacts{{"contacts:read", "contacts:full"}, {"contacts:full"}};
    static const Needed deals{{"deals:read", "deals:full"}, {"deals:full"}};
    static const Needed contact_fields{
        {"contacts:read", "contacts:full", "admin", "contact-fields:full"}, {"admin", "contact-fields:full"}
    };
    static const Needed deal_fields{
        {"deals:read", "deals:full", "admin", "deal-fields:full"}, {"admin", "deal-fields:full"}
    };
    static const Needed notes{
        {"deals:read", "deals:full", "contacts:read", "contacts:full"}, {"deals:full", "contacts:full"}
    };
    static const Needed activities{{"activities:read", "activities:full"}, {"activities:full"}};
    static const Needed calls{{"phone-integration"}, {"phone-integration"}};
    static const Needed hooks{{"admin"}, {"admin"}};
    static const Needed searches{{"search:read"}, {}};
    static const std::map<std::string, const Needed*> all{
        {"persons", &contacts},
        {"organizations", &contacts},
        {"deals", &deals},
        {"activities", &activities},
        {"notes", &notes},
        {"callLogs", &calls},
        {"webhooks", &hooks},
        {"itemSearch", &searches},
        {"personFields", &contact_fields},
        {"organizationFields", &contact_fields},
        {"dealFields", &deal_fields},
    };
    const auto found = all.find(resource);
    return found == all.end() ? nullptr : found->second;
}

json::object with_address(json::object tokens, const Request& request) {
    tokens["api_domain"] = "http://" + std::string(request.header("host"));
    return tokens;
}

}  // namespace

Response unauthorized() {
    return refused({401, "unauthorized access"});
}

Access::Access(const SiteOptions& options)
    : token_(options.text("token", "token-1")), scopes_(scopes_of(options)), oauth_(rules_of(options)) {}

bool Access::may(const Call& call) const {
    const auto* scopes = needed(call.path.front());
    if (scopes == nullptr) {
        return true;
    }
    const auto& enough = call.method == "GET" ? scopes->read : scopes->write;
    return std::ranges::any_of(enough, [this](const std::string& scope) { return scopes_.contains(scope); });
}

std::optional<Response> Access::refuse(const Request& request, const Call& call) const {
    // A token in the address, as version 1 once took it, is none.
    if (!token_.empty() && request.header("x-api-token") == token_) {
        return std::nullopt;
    }
    if (!oauth_.knows(OAuthServer::bearer(request))) {
        return unauthorized();
    }
    if (!may(call)) {
        return refused({403, "Scope and URL mismatch"});
    }
    return std::nullopt;
}

Response Access::oauth(const Request& request) {
    if (request.path() == "/oauth/revoke") {
        oauth_.revoke();
        return {200, "application/json", "{}"};
    }
    auto response = oauth_.token(request);
    if (auto tokens = sdk::read_json_object(response.body); tokens && response.status == 200) {
        response.body = json::serialize(with_address(std::move(*tokens), request));
    }
    return response;
}

Response Access::control(const Request& request) {
    const auto wish = sdk::read_json_object(request.body).value_or(json::object());
    if (sdk::is_true(wish, "expire")) {
        oauth_.expire();
    } else if (sdk::is_true(wish, "revoke")) {
        oauth_.revoke();
    } else if (sdk::is_true(wish, "consent")) {
        return {200, "application/json", json::serialize(with_address(oauth_.consent(), request))};
    } else {
        return {400, "application/json", R"({"error":"tokens: expire, revoke or consent"})"};
    }
    return {200, "application/json", R"({"ok":true})"};
}

}  // namespace navette::standin::pipedrive
