// The connector of the application itself: each entry of the change feed is one signed POST to its endpoint.
#include "answer.hpp"
#include "message.hpp"

#include <navette/sdk/connector.hpp>
#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <utility>

namespace navette::application {

namespace {

using sdk::Outcome;
using sdk::OutcomeKind;

// The messages that failed since the last one was taken, as the session remembers them.
constexpr std::string_view kRefused = "refused";
// So many different messages in a row: it is not the message, it is the endpoint.
constexpr std::size_t kTooMany = 3;

/// Remembers that a message failed; returns whether too many different ones have by now.
bool endpoint_fails(sdk::Session& session, const std::string& id) {
    const auto known = session.recall(kRefused);
    auto refused = known.is_array() ? known.get_array() : json::array();
    if (refused.size() < kTooMany && std::ranges::find(refused, json::value(id)) == refused.end()) {
        refused.emplace_back(id);
        session.remember(kRefused, refused);
    }
    return refused.size() >= kTooMany;
}

sdk::Task<Outcome> deliver(sdk::Session& session, sdk::Operation operation) {
    const auto message = message_of(operation.fields);
    if (!message) {
        co_return Outcome::rejected(message.error());
    }
    const auto answer = co_await session.send(request_for(*message, session.settings()));
    auto outcome = outcome_of_delivery(answer, message->id);
    if (outcome.is_success()) {
        session.remember(kRefused, nullptr);
        co_return outcome;
    }
    // A message that alone is refused uses up its own attempts and holds up its record only. An endpoint that
    // refuses all of them is away: they wait for it, in their order, and none becomes a dead letter.
    if (outcome.kind == OutcomeKind::retry && endpoint_fails(session, message->id)) {
        auto away = Outcome::unavailable(outcome.message);
        away.maybe_applied = outcome.maybe_applied;
        co_return away;
    }
    co_return outcome;
}

class Application final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "application"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        sdk::TestReport report;
        const auto unknown = unknown_event(sdk::text_at(session.settings(), "events"));
        if (!unknown.empty()) {
            report.sentence = "events names '" + unknown +
                              "', which the feed never tells; types end in .created, .updated, .archived, "
                              ".deleted or .*";
            co_return report;
        }
        const auto now = session.now();
        const auto message =
            trial_message("test_" + std::to_string(now.time_since_epoch().count()), sdk::iso_text(now) + "Z");
        const auto answer = co_await session.send(request_for(message, session.settings()));
        const auto outcome = outcome_of_delivery(answer, message.id);
        report.ok = outcome.is_success();
        report.sentence =
            report.ok ? "the endpoint took a signed webhook of the type navette.test" : outcome.message;
        co_return report;
    }

    sdk::Task<std::vector<Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch) override {
        std::vector<Outcome> outcomes;
        for (auto& operation : batch) {
            outcomes.push_back(co_await deliver(session, std::move(operation)));
        }
        co_return outcomes;
    }
};

}  // namespace

}  // namespace navette::application

NAVETTE_CONNECTOR(navette::application::Application)
