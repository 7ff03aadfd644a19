// One request and its JSON answer, read: what every recipe of a JSON platform is made of.
#pragma once

#include <navette/sdk/answer.hpp>
#include <navette/sdk/connector.hpp>

#include <string_view>
#include <utility>

namespace navette::sdk {

/// A platform's knowledge of its own errors: what an answer that is no 2xx comes to. `has_effect`: whether
/// the request may have changed something.
struct Platform {
    std::string_view name;
    Outcome (*failure)(const HttpResponse& response, bool has_effect);
};

/// An answer read. Where it is no success, `outcome` is what the operation comes to.
struct Reply {
    int status = 0;    // zero where no answer came
    json::value body;  // null where the answer has none
    Outcome outcome;

    /// A 2xx whose body is JSON or empty.
    [[nodiscard]] bool ok() const { return outcome.is_success(); }
};

/// Sends one request and reads its answer. Throws nothing.
[[nodiscard]] inline Task<Reply> exchange(Session& session, HttpRequest request, Platform platform) {
    const bool has_effect = request.has_effect();
    const auto result = co_await session.send(std::move(request));
    if (!result) {
        co_return Reply{0, nullptr, outcome_of(result.error(), platform.name, has_effect)};
    }
    if (result->status < 200 || result->status > 299) {
        auto body = read_json(result->body);
        co_return Reply{
            result->status, body ? std::move(*body) : json::value(), platform.failure(*result, has_effect)
        };
    }
    if (result->body.empty()) {
        co_return Reply{result->status, nullptr, Outcome::done({})};
    }
    auto body = read_json(result->body);
    if (!body) {
        co_return Reply{result->status, nullptr, unreadable(platform.name, *result, has_effect)};
    }
    co_return Reply{result->status, std::move(*body), Outcome::done({})};
}

}  // namespace navette::sdk
