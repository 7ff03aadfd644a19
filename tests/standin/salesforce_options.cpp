#include "tests/standin/salesforce_options.hpp"

#include "tests/standin/salesforce_call.hpp"
#include "tests/standin/salesforce_id.hpp"
#include "tests/standin/salesforce_site.hpp"

#include <set>
#include <stdexcept>

namespace navette::standin {

namespace {

std::set<std::string> names_in(const std::string& text) {
    const auto names = split_at_commas(text);
    return {names.begin(), names.end()};
}

RateMeter meter(long limit, long milliseconds) {
    return {static_cast<std::size_t>(limit), std::chrono::milliseconds(milliseconds)};
}

}  // namespace

std::string default_salesforce_organization() {
    return full_salesforce_id("00D5g00000Abcde");
}

std::string salesforce_organization(const SiteOptions& options) {
    const auto id = options.text("organization_id", default_salesforce_organization());
    return id.size() == 15 ? full_salesforce_id(id) : id;
}

SalesforceSchema salesforce_schema(const SiteOptions& options) {
    SalesforceSchemaOptions wanted;
    wanted.key_field = options.text("key_field", wanted.key_field);
    wanted.keyless = names_in(options.text("keyless", ""));
    wanted.forbidden = names_in(options.text("forbidden", ""));
    wanted.notes = options.flag("notes", wanted.notes);
    wanted.multi_currency = options.flag("multi_currency", wanted.multi_currency);
    return SalesforceSchema(wanted);
}

SalesforceDuplicateRule salesforce_duplicate_rule(const SiteOptions& options) {
    const auto name = options.text("duplicate_rule", "none");
    if (name != "none" && name != "alert" && name != "block") {
        throw std::invalid_argument("option duplicate_rule: " + name + " is neither none, alert nor block");
    }
    return name == "none"    ? SalesforceDuplicateRule::none
           : name == "alert" ? SalesforceDuplicateRule::alert
                             : SalesforceDuplicateRule::block;
}

SalesforceTokenRules salesforce_token_rules(const SiteOptions& options) {
    SalesforceTokenRules rules;
    rules.oauth.client_id = options.text("client_id", rules.oauth.client_id);
    rules.oauth.client_secret = options.text("client_secret", rules.oauth.client_secret);
    rules.oauth.lifetime = std::chrono::seconds(options.number("token_s", 7200));
    rules.oauth.rotates = options.flag("rotates", false);
    rules.oauth.grants = {
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:jwt-bearer"
    };
    rules.username = options.text("username", "navette@standin.test");
    rules.jwt_public_key = options.text("jwt_public_key", "");
    rules.audience = options.text("login_url", "https://login.salesforce.com");
    rules.instance_url = options.text("instance_url", "");
    rules.organization_id = salesforce_organization(options);
    return rules;
}

RateMeter salesforce_day(const SiteOptions& options) {
    return meter(options.number("day_limit", 100'000), options.number("day_ms", 86'400'000));
}

RateMeter salesforce_burst(const SiteOptions& options) {
    return meter(options.number("rate", 0), options.number("rate_ms", 1000));
}

}  // namespace navette::standin
