#include "answer.hpp"

#include <navette/sdk/answer.hpp>

#include <string>
#include <utility>

namespace navette::application {

using sdk::Outcome;

Outcome outcome_of_delivery(const sdk::HttpResult& answer, const std::string& id) {
    if (!answer) {
        return sdk::outcome_of(answer.error(), "The endpoint", true);
    }
    const auto status = answer->status;
    if (status >= 200 && status < 300) {
        return Outcome::done(id);
    }
    const auto words = sdk::plain_text(answer->body);
    const auto message =
        "The endpoint answered " + std::to_string(status) + ": " + (words.empty() ? "no word of why" : words);
    if (status == 410) {
        return Outcome::misconfigured(
            message + "; by 410 it wants no more webhooks, so it is switched off and they are kept"
        );
    }
    if (status == 429) {
        return Outcome::throttled(message, sdk::retry_after(*answer));
    }
    if (status >= 300 && status < 400) {
        const auto target = sdk::excerpt(answer->header("Location"));
        return Outcome::retry(
            "The endpoint answered " + std::to_string(status) + ", a redirect" +
            (target.empty() ? std::string() : " to " + target) +
            ", which is not followed; enter the address that takes webhooks itself"
        );
    }
    if (status >= 500) {
        auto failure = sdk::server_failure("The endpoint", *answer, words, true);
        if (failure.kind == sdk::OutcomeKind::unavailable) {
            failure.retry_after = sdk::retry_after(*answer);
        }
        return failure;
    }
    return Outcome::retry(message);
}

}  // namespace navette::application
