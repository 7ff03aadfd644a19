// The benchmarks' connector with real HTTP: one POST for each job, to the path named after the object.
#include <navette/sdk/connector.hpp>

#include <charconv>

namespace {

namespace sdk = navette::sdk;

std::optional<std::chrono::milliseconds> retry_after(const sdk::HttpResponse& response) {
    const auto text = response.header("Retry-After");
    int seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    return error == std::errc() && !text.empty() ? std::optional(std::chrono::milliseconds(1000 * seconds))
                                                 : std::nullopt;
}

sdk::Outcome outcome_of(const sdk::HttpResult& result) {
    if (!result) {
        auto outcome = sdk::Outcome::unavailable(result.error().message);
        return result.error().kind == sdk::TransportFailure::Kind::cut_off
                   ? std::move(outcome).after_unknown_effect()
                   : outcome;
    }
    if (result->status == 429) {
        return sdk::Outcome::throttled("too many requests", retry_after(*result));
    }
    boost::system::error_code error;
    const auto body = sdk::json::parse(result->body, error);
    const auto* id = !error && body.is_object() ? body.as_object().if_contains("id") : nullptr;
    if (result->status != 200 || id == nullptr || !id->is_string()) {
        return sdk::Outcome::retry("answered " + std::to_string(result->status) + " without an id");
    }
    return sdk::Outcome::done(std::string(id->as_string()));
}

struct Poster final : sdk::Connector {
    [[nodiscard]] std::string_view slug() const override { return "poster"; }

    sdk::Task<sdk::TestReport> test(sdk::Session&) override {
        co_return sdk::TestReport{true, "nothing to test"};
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        std::vector<sdk::Outcome> outcomes;
        for (const auto& operation : batch) {
            outcomes.push_back(outcome_of(co_await session.send(
                sdk::HttpRequest::post("/" + operation.object).with_json(operation.fields)
            )));
        }
        co_return outcomes;
    }
};

}  // namespace

NAVETTE_CONNECTOR(Poster)
