#include "call.hpp"

#include "errors.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace navette::salesforce {

namespace {

/// The session of a call, with an ear to the header that counts the day's requests.
class ListeningSession final : public sdk::Session {
  public:
    explicit ListeningSession(sdk::Session& session) : session_(session) {}

    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest request) override {
        auto result = co_await session_.send(std::move(request));
        if (result) {
            if (const auto usage = usage_of(result->header("Sforce-Limit-Info"))) {
                session_.report_limit(*usage);
            }
        }
        co_return result;
    }
    [[nodiscard]] const json::object& settings() const override { return session_.settings(); }
    [[nodiscard]] sdk::Instant now() const override { return session_.now(); }
    sdk::Task<void> wait(std::chrono::milliseconds time) override { return session_.wait(time); }
    void remark(std::string text) override { session_.remark(std::move(text)); }
    [[nodiscard]] json::value recall(std::string_view key) const override { return session_.recall(key); }
    void remember(std::string_view key, json::value value) override {
        session_.remember(key, std::move(value));
    }
    void report_limit(sdk::LimitReport report) override { session_.report_limit(report); }

  private:
    sdk::Session& session_;
};

}  // namespace

std::optional<sdk::LimitReport> usage_of(std::string_view limit_info) {
    constexpr std::string_view kName = "api-usage=";
    auto at = limit_info.find(kName);
    // Older organisations tell of this app first: "per-app-api-usage=17/250(appName=x)".
    while (at != std::string_view::npos && at > 0 && limit_info[at - 1] == '-') {
        at = limit_info.find(kName, at + 1);
    }
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const auto rest = limit_info.substr(at + kName.size());
    const auto slash = rest.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    const auto after = rest.substr(slash + 1);
    const auto end = std::min(after.find_first_not_of("0123456789"), after.size());
    const auto used = sdk::to_integer(rest.substr(0, slash));
    const auto limit = sdk::to_integer(after.substr(0, end));
    if (!used || !limit) {
        return std::nullopt;
    }
    sdk::LimitReport report;
    report.limit = static_cast<double>(*limit);
    report.remaining = static_cast<double>(std::max<std::int64_t>(*limit - *used, 0));
    report.per = std::chrono::hours(24);
    return report;
}

sdk::Task<sdk::Reply> call(sdk::Session& session, sdk::HttpRequest request) {
    ListeningSession listening(session);
    co_return co_await sdk::exchange(listening, std::move(request), kSalesforce);
}

sdk::Task<std::expected<std::string, sdk::Outcome>> call_for_text(
    sdk::Session& session, sdk::HttpRequest request
) {
    ListeningSession listening(session);
    const bool has_effect = request.has_effect();
    auto result = co_await listening.send(std::move(request));
    if (!result) {
        co_return std::unexpected(sdk::outcome_of(result.error(), kSalesforce.name, has_effect));
    }
    if (result->status < 200 || result->status > 299) {
        co_return std::unexpected(failure_of(*result, has_effect));
    }
    co_return std::move(result->body);
}

}  // namespace navette::salesforce
