#include "errors.hpp"

#include "database_words.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

namespace navette::dolibarr {

namespace {

using sdk::HttpResponse;
using sdk::Outcome;

constexpr std::size_t kReadableLength = 300;

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

bool holds_any(std::string_view text, std::span<const std::string_view> parts) {
    return std::ranges::any_of(parts, [&](std::string_view part) { return holds(text, part); });
}

/// The JSON error object; some answers carry a page of HTML before it.
std::optional<json::object> find_error(std::string_view body) {
    for (auto at = body.find('{'); at != std::string_view::npos; at = body.find('{', at + 1)) {
        const auto name = body.find_first_not_of(" \t\r\n", at + 1);
        if (name == std::string_view::npos || !body.substr(name).starts_with("\"error\"")) {
            continue;
        }
        json::error_code error;
        const auto value = json::parse(body.substr(at), error);
        if (!error && value.is_object()) {
            const auto* inner = value.get_object().if_contains("error");
            if (inner != nullptr && inner->is_object()) {
                return inner->get_object();
            }
        }
    }
    return std::nullopt;
}

std::string plain_text(std::string_view body) {
    std::string plain;
    bool in_tag = false;
    for (const char c : body) {
        if (c == '<' || c == '>') {
            in_tag = c == '<';
        }
        const bool is_space = in_tag || c == '>' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!is_space) {
            plain += c;
        } else if (!plain.empty() && plain.back() != ' ') {
            plain += ' ';
        }
    }
    return trimmed(first_code_points(without_statement(plain), kReadableLength));
}

Reply failed(Outcome outcome) {
    return {Kind::failed, nullptr, std::move(outcome)};
}

/// The platform may have carried the request out before it failed.
Reply open_ended(Outcome outcome, Effect effect) {
    return failed(
        effect == Effect::possible ? std::move(outcome).after_unknown_effect() : std::move(outcome)
    );
}

Reply no_json(const HttpResponse& response, Effect effect) {
    const auto text = error_text(response.body);
    if (holds(response.body, "must be enabled")) {
        return failed(Outcome::misconfigured(
            "the API module of Dolibarr is off: enable it under Setup, Modules (" + text + ")"
        ));
    }
    return open_ended(
        Outcome::unavailable(
            "Dolibarr answered " + std::to_string(response.status) +
            " without JSON, as it does when its database is down: " + text
        ),
        effect
    );
}

Reply forbidden(bool is_json, const std::string& text) {
    if (is_json) {
        return failed(Outcome::misconfigured(
            "Dolibarr forbids this to the API user: give it the right, or enable the module (" + text + ")"
        ));
    }
    if (holds(text, "injection protection") || holds(text, "Access refused")) {
        return failed(
            Outcome::rejected("Dolibarr's firewall refused a character or word in the request: " + text)
        );
    }
    return failed(Outcome::misconfigured("a server before Dolibarr refuses the request with 403: " + text));
}

Reply not_found(bool is_json, const std::string& text) {
    if (!is_json) {
        return failed(
            Outcome::misconfigured("there is no Dolibarr API at this address, check base_url: " + text)
        );
    }
    // "Not Found: Order not found" tells of the record, the bare words of the route.
    if (text == "Not Found") {
        return failed(
            Outcome::misconfigured("this Dolibarr does not know the API function: its version is too old, or "
                                   "its API cache must be rebuilt")
        );
    }
    return {Kind::missing, nullptr, Outcome::gone(text)};
}

Reply service_unavailable(bool is_json, const std::string& text, Effect effect) {
    if (holds(text, "APIs are not allowed from the IP")) {
        return failed(
            Outcome::misconfigured(text + ": add this address under Setup, Modules, API (API_RESTRICT_ON_IP)")
        );
    }
    if (is_json && holds(text, "Error when retrieve")) {
        return failed(Outcome::rejected(text));
    }
    return open_ended(Outcome::unavailable("Dolibarr is unavailable (503): " + text), effect);
}

Reply server_error(const HttpResponse& response, const std::string& text, Effect effect) {
    static constexpr std::array<std::string_view, 5> kPassing{
        "Deadlock found",
        "deadlock detected",
        "Lock wait timeout exceeded",
        "try restarting transaction",
        "Error when validating",
    };
    // A lost race for a number that Dolibarr assigned by itself.
    static constexpr std::array<std::string_view, 4> kAutomaticNumber{
        "Duplicate entry 'FA", "Duplicate entry 'CO2", "Duplicate entry 'PJ2", "Duplicate entry 'CU2"
    };
    static constexpr std::array<std::string_view, 6> kTaken{
        "ErrorRefAlreadyExists",
        "ErrorProductAlreadyExists",
        "ErrorCustomerCodeAlreadyUsed",
        "Duplicate entry",
        "duplicate key value violates unique",
        "already exists",
    };
    static constexpr std::array<std::string_view, 5> kPermanent{
        "Incorrect",
        "Data too long",
        "foreign key constraint fails",
        "ErrorBad",
        "ErrorActionCommBadType",
    };
    if (trimmed(response.body).empty()) {
        // A bad body and a crash of PHP look alike here, so the attempts are counted.
        return open_ended(Outcome::retry("Dolibarr failed with 500 and no word of why"), effect);
    }
    if (holds(text, "The WebHook for") && holds(text, "failed to get URL")) {
        return failed(Outcome::retry(
            "a blocking webhook of this Dolibarr made the write fail; set that webhook to non-blocking: " +
            text
        ));
    }
    if (holds_any(text, kPassing)) {
        return failed(Outcome::retry(text));
    }
    if (holds(text, "Duplicate value in a unique field")) {
        return {Kind::contended, nullptr, Outcome::retry(text)};
    }
    if (holds_any(text, kTaken)) {
        // Told apart by the recipe, which knows whether it sent the number itself.
        return {
            Kind::duplicate,
            nullptr,
            holds_any(text, kAutomaticNumber) ? Outcome::retry(text) : Outcome::conflict(text)
        };
    }
    if (holds_any(text, kPermanent)) {
        return failed(Outcome::rejected(text, field_at_fault(text)));
    }
    return failed(Outcome::retry(text));
}

std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response) {
    const auto header = response.header("Retry-After");
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
    if (error != std::errc{} || end != header.data() + header.size() || seconds < 0 || seconds > 86'400) {
        return std::nullopt;
    }
    return std::chrono::seconds(seconds);
}

Reply success(const HttpResponse& response, Effect effect) {
    json::error_code error;
    auto body = json::parse(response.body, error);
    if (error) {
        return open_ended(
            Outcome::retry("Dolibarr's answer is no valid JSON: " + error_text(response.body)), effect
        );
    }
    if (body.is_object() && body.get_object().contains("error")) {
        return open_ended(Outcome::retry(error_text(response.body)), effect);
    }
    return {Kind::ok, std::move(body), Outcome::done({})};
}

}  // namespace

std::string error_text(std::string_view body) {
    const auto error = find_error(body);
    if (!error) {
        return plain_text(body);
    }
    std::string text = without_statement(text_at(*error, "message"));
    std::vector<std::string> told;
    for (std::size_t index = 0;; ++index) {
        const auto name = std::to_string(index);
        if (!error->contains(name)) {
            break;
        }
        auto detail = without_statement(text_at(*error, name));
        if (!detail.empty() && std::ranges::find(told, detail) == told.end()) {
            text += (text.empty() ? "" : "; ") + detail;
            told.push_back(std::move(detail));
        }
    }
    return text;
}

Reply classify(const HttpResponse& response, Effect effect) {
    const auto text = error_text(response.body);
    const bool is_json = response.is_json() || find_error(response.body).has_value();
    switch (response.status) {
        case 304:
            return {Kind::unchanged, nullptr, Outcome::skipped("it is in that state already")};
        case 401:
            return failed(Outcome::needs_reauth(
                "Dolibarr refuses the API key: it is wrong, or its user is disabled or past its validity "
                "dates (" +
                text + ")"
            ));
        case 403:
            return forbidden(is_json, text);
        case 404:
            return not_found(is_json, text);
        case 429:
            return failed(Outcome::throttled("too many requests: " + text, retry_after(response)));
        case 500:
            return server_error(response, text, effect);
        case 501:
            return failed(Outcome::misconfigured(
                "the Dolibarr module of this function is off: enable it (" + text + ")"
            ));
        case 502:
        case 504:
            return open_ended(
                Outcome::unavailable(
                    "the server before Dolibarr answered " + std::to_string(response.status) + ": " + text
                ),
                effect
            );
        case 503:
            return service_unavailable(is_json, text, effect);
        default:
            break;
    }
    if (response.status >= 200 && response.status < 300) {
        return response.status == 200 && response.is_json() ? success(response, effect)
                                                            : no_json(response, effect);
    }
    if (response.status >= 300 && response.status < 400) {
        return failed(Outcome::misconfigured(
            "base_url is redirected to " + std::string(response.header("Location")) +
            ": enter the final address"
        ));
    }
    if (response.status >= 500) {
        return open_ended(Outcome::retry(std::to_string(response.status) + ": " + text), effect);
    }
    return failed(Outcome::rejected(
        text.empty() ? "Dolibarr answered " + std::to_string(response.status) : text, field_at_fault(text)
    ));
}

Outcome classify(const sdk::TransportFailure& failure, Effect effect) {
    switch (failure.kind) {
        case sdk::TransportFailure::Kind::not_sent:
            return Outcome::unavailable("Dolibarr cannot be reached: " + failure.message);
        case sdk::TransportFailure::Kind::refused:
            return Outcome::misconfigured(failure.message);
        case sdk::TransportFailure::Kind::cut_off:
            break;
    }
    if (effect == Effect::none) {
        return Outcome::unavailable("Dolibarr's answer did not come: " + failure.message);
    }
    return Outcome::retry("Dolibarr's answer did not come, it may have done the work: " + failure.message)
        .after_unknown_effect();
}

}  // namespace navette::dolibarr
