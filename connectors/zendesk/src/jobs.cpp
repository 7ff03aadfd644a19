#include "jobs.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace navette::zendesk {

namespace {

using namespace std::chrono_literals;
using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr std::chrono::milliseconds kFirstPause = 250ms;
constexpr std::chrono::milliseconds kLongestPause = 2s;
// A push waits for others once and for two jobs of its own at most: a minute in all.
constexpr std::chrono::milliseconds kPatience = 25s;
constexpr std::chrono::milliseconds kPatienceWithOthers = 10s;

bool is_open(const json::value& job) {
    const auto status = sdk::text_at(job, "status");
    return status == "queued" || status == "working";
}

}  // namespace

std::string job_of(const json::value& answer) {
    const auto* job = sdk::member_of(answer, "job_status");
    return job == nullptr ? std::string() : sdk::text_at(*job, "id");
}

Task<std::expected<json::array, Outcome>> job_results(Session& session, std::string id) {
    if (id.empty()) {
        co_return std::unexpected(
            Outcome::retry("Zendesk answered with a job that has no id").after_unknown_effect()
        );
    }
    auto pause = kFirstPause;
    for (std::chrono::milliseconds waited{0}; waited < kPatience; waited += pause) {
        pause = std::min(waited == 0ms ? kFirstPause : pause * 2, kLongestPause);
        co_await session.wait(pause);
        auto reply = co_await exchange(
            session, HttpRequest::get("/api/v2/job_statuses/" + sdk::path_segment(id)), kZendesk
        );
        if (!reply.ok()) {
            co_return std::unexpected(std::move(reply.outcome).after_unknown_effect());
        }
        const auto* job = sdk::member_of(reply.body, "job_status");
        if (job == nullptr || is_open(*job)) {
            continue;
        }
        const auto status = sdk::text_at(*job, "status");
        if (status != "completed") {
            co_return std::unexpected(
                Outcome::retry("Zendesk's job ended as " + status + ": " + sdk::text_at(*job, "message"))
                    .after_unknown_effect()
            );
        }
        co_return sdk::list_at(*job, "results");
    }
    co_return std::unexpected(
        Outcome::unavailable("Zendesk has not got to the job " + id + " yet").after_unknown_effect()
    );
}

Task<Outcome> wait_for_open_jobs(Session& session) {
    auto pause = kFirstPause;
    for (std::chrono::milliseconds waited{0}; waited < kPatienceWithOthers; waited += pause) {
        auto reply = co_await exchange(
            session, HttpRequest::get("/api/v2/job_statuses").with_query("page[size]", "100"), kZendesk
        );
        if (!reply.ok()) {
            // Where the list is not for this user there is nothing to wait for.
            const bool is_hidden = reply.status == 403 || reply.status == 404;
            co_return is_hidden ? Outcome::done({}) : std::move(reply.outcome).after_unknown_effect();
        }
        if (std::ranges::none_of(sdk::list_at(reply.body, "job_statuses"), is_open)) {
            co_return Outcome::done({});
        }
        pause = std::min(waited == 0ms ? kFirstPause : pause * 2, kLongestPause);
        co_await session.wait(pause);
    }
    co_return Outcome::done({});
}

}  // namespace navette::zendesk
