// One integration's work on its owner: look, pick, prepare, start, complete. A lane is a few coroutines on
// one thread.
#pragma once

#include "daemon/engine/account.hpp"
#include "daemon/engine/attempt.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/engine/job_plan.hpp"
#include "daemon/engine/journal.hpp"
#include "daemon/engine/signal.hpp"
#include "daemon/engine/verdict.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace navette::engine {

/// What all lanes of a thread share. Outlives them.
struct Workshop {
    boost::asio::any_io_executor executor;
    Database& database;
    Journal& journal;
    Accounts& accounts;
    Transport& transport;
    std::mt19937_64& random;
    int batch = 100;
    std::chrono::milliseconds dependency_wait{0};
    std::chrono::milliseconds retest{0};  // how often an integration in state 'error' is tried again
    std::function<void(const std::string& integration_id)> sleeps;  // a lane found nothing to do
    std::function<void(const std::string& integration_id)>
        wakes;                             // and has much to do now: it will look by itself
    std::function<bool()> lease_is_fresh;  // false: our lease may have run out, start nothing
};

class Lane : public std::enable_shared_from_this<Lane> {
  public:
    Lane(Workshop& workshop, std::shared_ptr<const Integration> integration, std::int64_t epoch);

    /// The lane's main loop; ends after stop().
    boost::asio::awaitable<void> run();

    /// There may be new work.
    void look();

    /// The integration's row or the configuration changed; work that is under way finishes with what it began
    /// with.
    void replace(std::shared_ptr<const Integration> integration);

    /// Starts nothing more. What is in flight finishes.
    void stop();

    [[nodiscard]] bool idle() const { return running_ == 0 && ready_.empty(); }
    [[nodiscard]] int running() const { return running_; }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }
    [[nodiscard]] const Integration& integration() const { return *integration_; }

  private:
    /// A job that may start now.
    struct Ready {
        store::Job job;
        JobPlan plan;
        sdk::Operation operation;
        std::string hash;
    };
    using SteadyTime = std::chrono::steady_clock::time_point;
    /// While the database is away, a lane asks again this often.
    static constexpr std::chrono::milliseconds kDatabaseAgain{500};

    boost::asio::awaitable<void> refill();
    boost::asio::awaitable<void> prepare(std::vector<store::Job> jobs);
    void prepare_one(
        store::Job job, JobPlan plan, const std::vector<store::RecordState>& states, std::size_t& at
    );
    boost::asio::awaitable<bool> flush_decided();
    bool start_some();
    boost::asio::awaitable<void> run_batch(std::vector<Ready> batch);
    boost::asio::awaitable<void> wait_while_held();
    boost::asio::awaitable<void> note_state(std::string state, std::string reason);
    boost::asio::awaitable<void> note_result(std::string status, std::string error);

    store::Completion completion_of(
        const store::Job& job, const std::string& object, const sdk::Outcome& outcome
    ) const;
    void apply(const Consequence& consequence, store::Completion& completion) const;
    [[nodiscard]] std::optional<std::chrono::milliseconds> unsettled(
        const store::Job& job, const JobPlan& plan
    ) const;
    void wait_for_parent(
        const store::Job& job, const JobPlan& plan, const ParentNeed& need, const store::RecordState& state
    );
    void decide(store::Completion completion);
    void react(const Consequence& consequence, const sdk::Outcome& outcome);
    double random();
    void look_at(SteadyTime when);

    Workshop& workshop_;
    std::shared_ptr<const Integration> integration_;
    std::shared_ptr<Account> account_;
    std::int64_t epoch_;
    SteadyTime began_;  // every attempt of a former owner was sent before this
    std::int64_t next_batch_ = 1;

    Signal changed_;
    bool stopping_ = false;
    bool look_ = true;  // the queue may hold jobs that were not read yet
    SteadyTime look_at_ = SteadyTime::max();
    SteadyTime paused_until_{};
    bool hold_ = false;
    SteadyTime retest_at_{};  // held: when the connection is tried again
    bool told_asleep_ = false;
    int full_reads_ = 0;  // reads in a row that found as much as was asked for
    int outages_in_a_row_ = 0;

    std::deque<Ready> ready_;
    std::vector<store::Completion> decided_;  // decided without a call, not yet written
    std::set<std::int64_t> in_hand_;
    int running_ = 0;
    std::map<std::string, int> running_per_object_;
    SessionMemory memory_;

    SteadyTime last_note_{};
    std::string last_status_;
};

}  // namespace navette::engine
