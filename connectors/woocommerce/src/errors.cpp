#include "errors.hpp"

#include "entities.hpp"

#include <navette/sdk/failure.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace navette::woocommerce {

namespace {

using sdk::Outcome;
using sdk::text_at;

struct Error {
    int status = 0;
    std::string code;
    std::string message;
    json::object data;
};

template <std::size_t count>
bool is_one_of(std::string_view code, const std::array<std::string_view, count>& codes) {
    return std::ranges::find(codes, code) != codes.end();
}

Reply failed(Outcome outcome) {
    return {Kind::failed, nullptr, std::move(outcome)};
}

Reply open_ended(Outcome outcome, Effect effect) {
    return failed(
        effect == Effect::possible ? std::move(outcome).after_unknown_effect() : std::move(outcome)
    );
}

/// The parameter at fault and what is said of it, of {"params": {"billing": "..."}, "details": {...}}.
std::pair<std::string, std::string> field_at_fault(const Error& error) {
    const auto* params = error.data.if_contains("params");
    if (params != nullptr && params->is_object() && !params->get_object().empty()) {
        const auto& first = *params->get_object().begin();
        return {
            std::string(first.key()),
            first.value().is_string() ? plain_text(first.value().get_string()) : std::string()
        };
    }
    if (params != nullptr && params->is_array() && !params->get_array().empty() &&
        params->get_array().front().is_string()) {
        return {std::string(params->get_array().front().get_string()), {}};
    }
    return {};
}

Reply rejected(const Error& error, const std::string& words) {
    auto [field, detail] = field_at_fault(error);
    return failed(Outcome::rejected(detail.empty() ? words : words + " " + detail, std::move(field)));
}

/// Why a signed request is refused that may pass when it is signed anew; nothing where its words, which are
/// in the shop's language, name neither time nor nonce.
std::optional<Reply> of_signature(const Error& error, const std::string& words, Effect effect) {
    static constexpr std::array<std::string_view, 3> kTime{"timestamp", "horodatage", "Zeitstempel"};
    if (error.code != "woocommerce_rest_authentication_error") {
        return std::nullopt;
    }
    const auto has = [&](std::string_view part) { return error.message.find(part) != std::string::npos; };
    if (has("nonce") || has("Nonce")) {
        // Somebody on the way sent the request twice, and the first one may have been carried out.
        return open_ended(Outcome::retry("the signed request came twice: " + words), effect);
    }
    if (std::ranges::any_of(kTime, has)) {
        return failed(Outcome::retry("the shop's clock and ours differ by more than 15 minutes: " + words));
    }
    return std::nullopt;
}

/// What an error that WooCommerce itself tells comes to.
Reply of_error(const Error& error, Effect effect) {
    static constexpr std::array<std::string_view, 4> kMissing{
        "woocommerce_rest_invalid_id",
        "woocommerce_rest_product_invalid_id",
        "woocommerce_rest_shop_order_invalid_id",
        "woocommerce_rest_already_trashed",
    };
    static constexpr std::array<std::string_view, 4> kTakenEmail{
        "registration-error-email-exists",
        "existing_user_login",
        "existing_user_email",
        "woocommerce_rest_customer_invalid_email",
    };
    static constexpr std::array<std::string_view, 2> kTakenSku{
        "product_invalid_sku", "woocommerce_rest_product_not_created"
    };
    const auto words =
        (error.message.empty() ? std::string("no word of why") : error.message) + " (" + error.code + ")";
    if (is_one_of(error.code, kMissing)) {
        return {Kind::missing, nullptr, Outcome::gone(words)};
    }
    if (is_one_of(error.code, kTakenEmail)) {
        // The shop's own words repeat the address.
        return {
            Kind::duplicate,
            nullptr,
            Outcome::conflict(
                "the e-mail address belongs to another account of the shop (" + error.code + ")"
            )
        };
    }
    if (is_one_of(error.code, kTakenSku)) {
        return {Kind::duplicate, nullptr, Outcome::retry(words), text_at(error.data, "resource_id")};
    }
    if (error.code == "rest_no_route") {
        return failed(Outcome::misconfigured(
            "the shop does not know the API function; the plugin WooCommerce is off or being updated: " +
            words
        ));
    }
    if (auto reply = of_signature(error, words, effect)) {
        return std::move(*reply);
    }
    if (error.status == 401 || (error.status == 403 && error.code.starts_with("woocommerce_rest_cannot_"))) {
        return failed(Outcome::needs_reauth(
            error.status == 403
                ? "the user of the consumer key has lost the right to do this: " + words
                : "the shop does not recognise the consumer key: it is wrong or lacks read and write "
                  "permission, or a server before WordPress strips the header Authorization or does not tell "
                  "it of https: " +
                      words
        ));
    }
    if (error.status >= 500 && error.status != 501) {
        const auto* inner = sdk::object_at(error.data, "error");
        const auto cause = inner == nullptr ? std::string() : plain_text(text_at(*inner, "message"));
        return open_ended(Outcome::retry(cause.empty() ? words : words + " " + cause), effect);
    }
    return rejected(error, words);
}

/// The JSON of a body, which notices of PHP may stand before.
std::optional<json::value> read_body(std::string_view body) {
    if (auto value = sdk::read_json(body)) {
        return value;
    }
    for (const std::string_view opening : {"{\"", "[{", "[]"}) {
        const auto at = body.rfind("\n" + std::string(opening));
        if (at != std::string_view::npos) {
            if (auto value = sdk::read_json(body.substr(at + 1))) {
                return value;
            }
        }
    }
    return std::nullopt;
}

std::optional<Error> read_error(int status, const json::value& body) {
    const auto* object = body.if_object();
    if (object == nullptr || text_at(*object, "code").empty()) {
        return std::nullopt;
    }
    Error error;
    error.status = status;
    error.code = text_at(*object, "code");
    error.message = plain_text(text_at(*object, "message"));
    if (const auto* data = sdk::object_at(*object, "data")) {
        error.data = *data;
        error.status = static_cast<int>(
            std::clamp<std::int64_t>(sdk::integer_at(*data, "status").value_or(status), 0, 599)
        );
    }
    return error;
}

/// An answer that is not WooCommerce's: of the web server, a proxy, a firewall, or WordPress in trouble.
Reply foreign_answer(const sdk::HttpResponse& response, Effect effect) {
    const auto said = plain_text(response.body);
    const auto words =
        "the shop answered " + std::to_string(response.status) + ": " + (said.empty() ? "nothing" : said);
    const auto wait = sdk::retry_after(response);
    switch (response.status) {
        case 401:
            return failed(Outcome::needs_reauth(words + "; a server before WordPress asks for a password"));
        case 403:
            return failed(Outcome::retry(words + "; a firewall before the shop refuses the call"));
        case 404:
            return failed(Outcome::misconfigured(
                words +
                "; there is no REST API at site_url: check the address, and that permalinks are not Plain"
            ));
        case 413:
            return failed(Outcome::rejected(words + "; the web server takes no request of this size"));
        case 429:
            return failed(Outcome::throttled(words, wait));
        case 503:
            return failed(
                wait ? Outcome::throttled(words + "; it is in maintenance", wait)
                     : Outcome::unavailable(words)
            );
        default:
            break;
    }
    if (response.status >= 300 && response.status < 400) {
        return failed(Outcome::misconfigured(
            "site_url is redirected to " + sdk::excerpt(response.header("Location")) +
            ": enter the final address"
        ));
    }
    if (response.status == 500) {
        return open_ended(Outcome::retry(words), effect);
    }
    if (response.status > 500) {
        return open_ended(Outcome::unavailable(words), effect);
    }
    return response.status < 300
               ? open_ended(Outcome::retry(words + "; that is no answer of WooCommerce"), effect)
               : failed(Outcome::rejected(words));
}

}  // namespace

std::string plain_text(std::string_view text) {
    std::string untagged;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '<') {
            at = std::min(text.find('>', at), text.size());
            untagged += ' ';
        } else {
            untagged += text[at];
        }
    }
    const auto cut = sdk::excerpt(decode_entities(untagged));
    return cut.starts_with(' ') ? cut.substr(1) : cut;
}

Reply classify(const sdk::HttpResponse& response, Effect effect) {
    auto body = response.is_json() ? read_body(response.body) : std::nullopt;
    if (!body) {
        return foreign_answer(response, effect);
    }
    if (response.status >= 200 && response.status < 300) {
        return {Kind::ok, std::move(*body), Outcome::done({})};
    }
    if (response.status == 429) {
        return failed(Outcome::throttled("too many requests", sdk::retry_after(response)));
    }
    const auto error = read_error(response.status, *body);
    return error ? of_error(*error, effect) : foreign_answer(response, effect);
}

Reply classify_item(const json::value& item) {
    const auto* object = item.if_object();
    if (object == nullptr) {
        return open_ended(Outcome::retry("the shop's answer to a batch holds no object"), Effect::possible);
    }
    const auto* told = object->if_contains("error");
    if (told == nullptr) {
        return {Kind::ok, item, Outcome::done({})};
    }
    const auto error = read_error(400, *told);
    return error ? of_error(*error, Effect::possible)
                 : failed(Outcome::rejected("the shop refused it without a word of why"));
}

}  // namespace navette::woocommerce
