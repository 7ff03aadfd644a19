#include "reading.hpp"

#include <algorithm>
#include <utility>

namespace navette::woocommerce {

namespace {

bool has_namespace(const json::object& index, std::string_view name) {
    const auto* namespaces = sdk::array_at(index, "namespaces");
    return namespaces != nullptr && std::ranges::any_of(*namespaces, [&](const json::value& value) {
               return value.is_string() && value.get_string() == name;
           });
}

/// Whether a version such as "8.9.1" is too old to find orders by `created_via`; not for what is no version.
bool is_before_9_9(std::string_view version) {
    const auto dot = version.find('.');
    const auto major = sdk::to_integer(version.substr(0, dot));
    if (!major || dot == std::string_view::npos) {
        return false;
    }
    const auto rest = version.substr(dot + 1);
    const auto minor = sdk::to_integer(rest.substr(0, rest.find('.')));
    return minor && (*major < 9 || (*major == 9 && *minor < 9));
}

/// What of the shop's settings would make amounts wrong.
std::string objections(const json::object& status, const json::object& settings) {
    std::string text;
    const auto* shop = sdk::object_at(status, "settings");
    if (shop == nullptr) {
        return text;
    }
    const auto currency = sdk::text_at(*shop, "currency");
    const auto ours = sdk::text_at(settings, "currency");
    if (!currency.empty() && !ours.empty() && lower_ascii(currency) != lower_ascii(ours)) {
        text +=
            " The shop's currency is " + currency + ", the setting currency says " + ours + ": correct it.";
    }
    if (const auto decimals = sdk::integer_at(*shop, "number_of_decimals"); decimals && *decimals < 2) {
        text += " The shop shows amounts with " + std::to_string(*decimals) +
                " decimals: set 2 under WooCommerce, Settings, General.";
    }
    return text;
}

}  // namespace

Task<sdk::TestReport> test_connection(Session& session) {
    const auto site = sdk::text_at(session.settings(), "site_url");
    if (site.ends_with('/')) {
        co_return sdk::TestReport{false, "site_url must not end with a slash: webhooks are found by it"};
    }
    const auto index = co_await call(session, sdk::HttpRequest::get("/"));
    if (index.kind != Kind::ok || !index.body.is_object()) {
        co_return sdk::TestReport{
            false, index.kind == Kind::ok ? "what answers at site_url is no WordPress" : index.outcome.message
        };
    }
    if (!has_namespace(index.body.get_object(), "wc/v3")) {
        co_return sdk::TestReport{
            false, "WordPress answers, but its plugin WooCommerce is not active, or older than version 3.5"
        };
    }
    const auto home = sdk::text_at(index.body.get_object(), "home");
    const bool is_plain = site.starts_with("http:");
    if (is_plain && !home.empty() && home != site) {
        co_return sdk::TestReport{
            false,
            "the shop calls itself " + home + ", site_url says " + site +
                ": over plain http requests are signed, and it compares with its own address. Enter that one"
        };
    }
    const auto status = co_await call(session, sdk::HttpRequest::get("/wc/v3/system_status"));
    if (status.kind != Kind::ok || !status.body.is_object()) {
        co_return sdk::TestReport{false, status.outcome.message};
    }
    const auto& told = status.body.get_object();
    const auto* environment = sdk::object_at(told, "environment");
    const auto version = environment == nullptr ? std::string() : sdk::text_at(*environment, "version");
    // The list must be empty: where the shop does not know the parameter it answers every order. A shop
    // without orders is told by its version.
    const auto probe = co_await list(
        session,
        sdk::HttpRequest::get("/wc/v3/orders")
            .with_query("created_via", "navette-probe")
            .with_query("per_page", "1")
            .with_query("_fields", "id")
    );
    if (!probe) {
        co_return sdk::TestReport{false, "orders cannot be read: " + probe.error().message};
    }
    const auto wrong = objections(told, session.settings());
    auto sentence =
        "WooCommerce " + (version.empty() ? std::string("of unknown version") : version) + " answers" +
        (probe->empty() && !is_before_9_9(version)
             ? "."
             : "; it is older than 9.9: orders in doubt are looked for one by one.") +
        (is_plain ? " Over plain http everything but the consumer secret can be read on the way: use https."
                  : "");
    co_return sdk::TestReport{wrong.empty(), sentence + wrong};
}

}  // namespace navette::woocommerce
