// A Session for connectors' tests: requests are expected in order, each with its answer, and nothing is sent
// anywhere.
//
//     ScriptedSession session;
//     session.expect("POST /orders").with(R"({"ref":"LU1"})").answer(200, "5");
//     const auto outcomes = run(connector.push(session, batch));
//
// The first request that differs from the script fails the test, and so does an expectation that is left
// over.
#pragma once

#include <navette/sdk/connector.hpp>

#include <cstddef>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::support {

class ScriptedSession final : public sdk::Session {
  public:
    /// One expected request and what comes back for it.
    class Exchange {
      public:
        explicit Exchange(std::string line) : line_(std::move(line)) {}

        /// The body must hold at least these members, with these values (nested objects and list items
        /// likewise).
        Exchange& with(std::string_view json_text);
        /// The body must not hold this top-level member.
        Exchange& without(std::string member);
        /// The body must be empty.
        Exchange& without_body();
        /// The request must carry this header.
        Exchange& with_header(std::string name, std::string value);

        /// Answers as JSON; with another content type if one is given.
        void answer(
            int status, std::string body = {}, std::string content_type = "application/json; charset=utf-8"
        );
        void fail(sdk::TransportFailure::Kind kind, std::string message = "scripted failure");

      private:
        friend class ScriptedSession;

        [[nodiscard]] std::string complaint_about(const sdk::HttpRequest& request) const;

        std::string line_;
        std::optional<sdk::json::value> members_;
        std::vector<std::string> absent_;
        std::vector<sdk::Header> headers_;
        bool no_body_ = false;
        std::optional<sdk::HttpResult> result_;
    };

    ScriptedSession() = default;
    ScriptedSession(const ScriptedSession&) = delete;
    ScriptedSession& operator=(const ScriptedSession&) = delete;
    /// Fails the test where expected requests did not come.
    ~ScriptedSession() override;

    /// "GET /orders/ref/LU1", or "GET /orders?limit=1&sqlfilters=(t.ref:=:'a b')" with the query as it is
    /// before encoding. The reference stays valid. Without an answer it is 200 with an empty body.
    Exchange& expect(std::string line);

    void set(std::string_view name, sdk::json::value setting) { settings_[name] = std::move(setting); }

    /// How many requests came; what they were, body included.
    [[nodiscard]] const std::vector<sdk::HttpRequest>& sent() const { return sent_; }
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }
    void set_now(sdk::Instant now) { now_ = now; }

    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest request) override;
    [[nodiscard]] const sdk::json::object& settings() const override { return settings_; }
    [[nodiscard]] sdk::Instant now() const override { return now_; }
    /// Waits in no time: the session's clock goes on by that much.
    sdk::Task<void> wait(std::chrono::milliseconds time) override {
        now_ += time;
        co_return;
    }
    void remark(std::string text) override { remarks_.push_back(std::move(text)); }
    [[nodiscard]] sdk::json::value recall(std::string_view key) const override;
    void remember(std::string_view key, sdk::json::value value) override;

  private:
    std::deque<Exchange> script_;
    std::size_t next_ = 0;
    std::vector<sdk::HttpRequest> sent_;
    sdk::json::object settings_;
    std::vector<std::string> remarks_;
    std::map<std::string, sdk::json::value, std::less<>> memory_;
    sdk::Instant now_{};
};

/// Runs a connector's coroutine to its end. Its exceptions leave this function.
sdk::TestReport run(sdk::Task<sdk::TestReport> task);
std::vector<sdk::Outcome> run(sdk::Task<std::vector<sdk::Outcome>> task);
std::expected<sdk::PullPage, sdk::Outcome> run(sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> task);
std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome> run(
    sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> task
);
std::expected<sdk::RemoteRecord, sdk::Outcome> run(
    sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> task
);

}  // namespace navette::support
