#include "errors.hpp"

#include <navette/sdk/reading.hpp>

#include <chrono>
#include <optional>
#include <utility>

namespace navette::zendesk {

namespace {

using sdk::Outcome;

// How long until some of the account's background jobs will have ended: Zendesk does not say.
constexpr std::optional<std::chrono::milliseconds> kPauseForJobs = std::chrono::seconds(10);

void add(std::string& words, const std::string& more) {
    if (!more.empty() && words.find(more) == std::string::npos) {
        words += (words.empty() ? "" : "; ") + more;
    }
}

/// Calls `take(field, entry)` for every entry of the member `details`, under whichever field it stands.
template <class Take>
void each_detail(const json::value& body, Take take) {
    const auto* details = sdk::member_of(body, "details");
    if (details == nullptr || !details->is_object()) {
        return;
    }
    for (const auto& [field, entries] : details->get_object()) {
        if (entries.is_array()) {
            for (const auto& entry : entries.get_array()) {
                take(std::string_view(field), entry);
            }
        }
    }
}

Outcome invalid(const json::value& body, const std::string& words) {
    std::string field;
    bool is_duplicate = false;
    each_detail(body, [&](std::string_view name, const json::value& entry) {
        if (field.empty() && name != "base") {
            field = name;
        }
        is_duplicate = is_duplicate || sdk::text_at(entry, "error") == "DuplicateValue";
    });
    if (is_duplicate) {
        auto taken = Outcome::conflict(words);
        taken.field = field;
        return taken;
    }
    return Outcome::rejected(words, field);
}

}  // namespace

std::string words_of(const json::value& body) {
    std::string words;
    const auto* error = sdk::member_of(body, "error");
    if (error != nullptr && error->is_object()) {
        add(words, sdk::text_at(*error, "title"));
        add(words, sdk::text_at(*error, "message"));
    } else {
        add(words, sdk::text_at(body, "error"));
    }
    add(words, sdk::text_at(body, "description"));
    add(words, sdk::text_at(body, "error_description"));
    each_detail(body, [&](std::string_view, const json::value& entry) {
        add(words, sdk::text_at(entry, "description"));
    });
    for (const auto& one : sdk::list_at(body, "errors")) {
        add(words, sdk::text_at(one, "title"));
        add(words, sdk::text_at(one, "detail"));
    }
    return sdk::excerpt(words);
}

Outcome failure_of(const sdk::HttpResponse& response, bool has_effect) {
    const auto parsed = sdk::read_json(response.body);
    const auto body = parsed ? *parsed : json::value();
    auto words = words_of(body);
    if (words.empty()) {
        words = sdk::plain_text(response.body);
    }
    const auto answered = "Zendesk answered " + std::to_string(response.status) + ": " + words;
    switch (response.status) {
        case 400:
            return Outcome::rejected(words.empty() ? answered : words);
        case 401:
            return Outcome::needs_reauth(
                "Zendesk refuses the credentials: the e-mail address or the token is wrong, or the token was "
                "deactivated (" +
                words + ")"
            );
        case 403:
            return body.is_object()
                       ? Outcome::misconfigured(
                             "Zendesk forbids this to the user or the token's scopes: " + words
                         )
                       : Outcome::misconfigured("this Zendesk account is suspended or blocked: " + words);
        case 404:
            if (!body.is_object()) {
                return Outcome::misconfigured("there is no Zendesk API at this address: check base_url");
            }
            return sdk::text_at(body, "error") == "InvalidEndpoint"
                       ? Outcome::misconfigured(
                             "the plan of this Zendesk account lacks this function: " + words
                         )
                       : Outcome::gone(answered);
        case 409: {
            // An edit at the same time; the next attempt writes over the newer state.
            return Outcome::retry(answered);
        }
        case 422:
            return invalid(body, words.empty() ? answered : words);
        case 429: {
            const bool by_jobs = sdk::text_at(body, "error") == "TooManyJobs";
            const auto told = sdk::retry_after(response);
            return Outcome::throttled(answered, told || !by_jobs ? told : kPauseForJobs);
        }
        default:
            break;
    }
    if (response.status >= 500) {
        return sdk::server_failure("Zendesk", response, words, has_effect);
    }
    if (response.status >= 300 && response.status < 400) {
        return Outcome::misconfigured(
            "Zendesk redirects to " + std::string(response.header("Location")) + ": enter that as base_url"
        );
    }
    return Outcome::rejected(answered);
}

}  // namespace navette::zendesk
