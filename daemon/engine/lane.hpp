// One integration's work on its owner: read, prepare, start, complete. A lane is a few coroutines on one
// thread.
#pragma once

#include "daemon/core/metrics.hpp"
#include "daemon/engine/attempt.hpp"
#include "daemon/engine/deferred_pass.hpp"
#include "daemon/engine/gate.hpp"
#include "daemon/engine/inbound_merge.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/engine/job_plan.hpp"
#include "daemon/engine/priority_classes.hpp"
#include "daemon/engine/sequencer.hpp"
#include "daemon/engine/signal.hpp"
#include "daemon/engine/two_way.hpp"
#include "daemon/engine/verdict.hpp"
#include "daemon/engine/workshop.hpp"

#include <boost/unordered/unordered_flat_map.hpp>

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace navette::engine {

class Lane : public std::enable_shared_from_this<Lane> {
  public:
    Lane(Workshop& workshop, std::shared_ptr<const Integration> integration, std::int64_t epoch);

    /// The lane's main loop; ends after stop().
    boost::asio::awaitable<void> run();

    /// There may be new work: it is looked for.
    void look();

    /// There is new work: a lane without a backlog has the right of way until its call begins or it finds
    /// none.
    void hear_of_work();

    /// The queue holds work of this integration, or may have been changed by a person: look at deferred jobs
    /// too, and, where nothing else is found, from the head of the queue.
    void look_closely();

    /// The safety net, said now and then to every lane whose queue is not empty: as look_closely(), for one
    /// that has nothing in hand. All others look as often by themselves, more rarely while they can call
    /// nobody.
    void poll();

    /// A person changed the queue: what was read before now is looked at again before it starts.
    void recheck();

    /// The integration's row or the configuration changed; work that is under way finishes with what it began
    /// with.
    void replace(std::shared_ptr<const Integration> integration);

    /// The connection to PostgreSQL was opened anew, perhaps to another server: read from the head.
    void reread();

    /// The integration's OAuth grant is gone: its jobs are held until a person consents again.
    void needs_consent(const std::string& sentence);

    /// Starts nothing more. What is in flight finishes.
    void stop();

    [[nodiscard]] bool idle() const { return running_ == 0; }
    [[nodiscard]] int running() const { return running_; }
    /// Jobs that were read and are not over: what the lane keeps in memory.
    [[nodiscard]] std::size_t in_hand() const { return sequencer_.size(); }
    /// What they take, without those that wait behind others of their record (weight_of_job).
    [[nodiscard]] std::size_t weight() const { return sequencer_.weight(); }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }
    [[nodiscard]] const Integration& integration() const { return *integration_; }

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;

    /// A job that may start now.
    struct Ready {
        store::Job job;  // without its data: the plan has them
        JobPlan plan;
        sdk::Operation operation;
        std::string hash;
        std::string snapshot;  // what is sent, as JSON text, where a link will keep it
        SteadyTime read_at;
        std::size_t most = 0;         // jobs in its batch, itself included
        bool in_bulk = false;         // background work of an object with a `bulk`
        std::string references_hash;  // of a two-way object's push
        std::string merged;           // two-way: the platform's change, merged, for Completion::received
        bool put_off = false;         // two-way: it cannot be merged just now
    };
    using Planned = std::pair<store::Job, JobPlan>;
    /// A job stays where it was made until it is over, and an idle lane's lines take little memory.
    using Line = std::deque<std::unique_ptr<Ready>>;
    /// Jobs that one call carries; never empty when it starts.
    using Batch = std::vector<std::unique_ptr<Ready>>;
    /// One of the manifest's objects, and its jobs that may start, urgent ones first.
    struct Work {
        std::shared_ptr<const Integration> integration;  // whose manifest `spec` is part of
        const config::ObjectSpec* spec = nullptr;
        bool is_parent = false;
        Line ready;
        /// Where the jobs of bulk batches begin in the line.
        [[nodiscard]] std::size_t live() const;
        int running = 0;
        int bulk_running = 0;  // of them, bulk batches: beside the object's `concurrency`
    };
    /// What a completion means for the jobs in hand, once it is written.
    struct Aftermath {
        Aftermath() = default;
        explicit Aftermath(const store::Completion& completion)
            : verdict(completion.verdict),
              run_after(completion.run_after),
              frees_children(!completion.awaited_as.empty()),
              makes_work(!completion.received.empty() || completion.again) {}

        store::Verdict verdict = store::Verdict::finish;
        std::chrono::milliseconds run_after{0};
        bool frees_children = false;
        bool makes_work = false;  // what came from the platform may be merged with ours, and go back
    };
    struct Decided {
        store::Completion completion;
        store::Job job;
        Aftermath aftermath;
    };
    /// What cannot be merged just now is tried again after this long.
    static constexpr std::chrono::milliseconds kMergeAgain{500};
    /// While the database is away, a lane asks again this often.
    static constexpr std::chrono::milliseconds kDatabaseAgain{500};

    // lane.cpp: the loop
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] std::size_t read_ahead() const;
    /// Ready jobs of bulk batches, which take no room from the others; and how many are enough.
    [[nodiscard]] std::size_t gathered() const;
    [[nodiscard]] std::size_t enough_gathered() const;
    [[nodiscard]] bool nothing_in_hand() const;
    /// The work of an object for which there are jobs in hand.
    [[nodiscard]] Work& work_of(std::string_view object);
    void look_now_and_then();
    /// Empty while the lane has a backlog; then it gives way instead.
    [[nodiscard]] RightOfWay::Pass right_of_way() const;
    [[nodiscard]] bool steps_aside() const;
    boost::asio::awaitable<void> give_way();
    boost::asio::awaitable<RightOfWay::Step> next_step();
    boost::asio::awaitable<void> wait_for_gate();
    void look_at(SteadyTime when);
    void drop_prepared();
    [[nodiscard]] Desk& desk() { return busy_ ? workshop_.bulk : workshop_.express; }

    // lane_reading.cpp
    struct Depth {
        bool deferred;                            // ask for deferred jobs too
        bool again;                               // ids that were read before: late commits
        std::optional<int> above = std::nullopt;  // deferred jobs that are not more urgent stay in the queue
    };
    boost::asio::awaitable<void> refill();
    [[nodiscard]] int page_limit(SteadyTime now) const;
    boost::asio::awaitable<void> read_again(int limit, bool asked);
    boost::asio::awaitable<void> let_urgent_in();
    /// What a read brought: fresh jobs, and how many of these and of the deferred ones are new in hand.
    struct Brought {
        std::size_t fresh = 0;
        std::size_t taken = 0;
    };
    boost::asio::awaitable<std::optional<Brought>> read(
        std::vector<store::ClassFloor> classes, int limit, Depth depth
    );
    boost::asio::awaitable<void> read_records();

    // lane_express.cpp: the short way of a single job
    [[nodiscard]] bool may_go_express();
    boost::asio::awaitable<bool> read_express();
    boost::asio::awaitable<void> start_express();

    // lane_memory.cpp
    /// Gives prepared jobs back where they cannot start soon and memory is short; returns whether it did.
    bool shed();
    /// The jobs that were given back stay in the queue until the lane may call, or for a while.
    [[nodiscard]] bool has_shed() const {
        return is_shut() && std::chrono::steady_clock::now() < shed_until_;
    }
    boost::asio::awaitable<void> wait_after_shedding();
    using DataById = std::unordered_map<std::int64_t, std::string>;
    /// Whether what is in hand takes so much memory that no more comes in.
    [[nodiscard]] bool is_heavy() const;
    /// So many jobs, or as many as fit.
    [[nodiscard]] int lightened(int jobs) const;
    /// Tells the other lanes what this one holds; `expected`: bytes that are about to be read.
    void tell_weight(std::size_t expected = 0);
    /// Those of the leaders that may be prepared together; large ones may have to stay.
    [[nodiscard]] std::vector<store::Job> next_leaders();
    /// Reads the data that these leaders lack, and of their followers those that may be merged with them.
    /// Leaders that left the queue are dropped. Nothing where the database is away.
    boost::asio::awaitable<std::optional<DataById>> read_large_data(std::vector<store::Job>& leaders);

    // lane_preparation.cpp
    boost::asio::awaitable<void> prepare(std::vector<store::Job> leaders);
    /// Younger jobs of the record may become one with it.
    [[nodiscard]] bool takes_in(const store::Job& leader) const;
    /// Adds the job and its plan to those, or decides it.
    void plan(store::Job& job, std::vector<Planned>& planned);
    boost::asio::awaitable<bool> find_younger(std::vector<store::Job>& leaders);
    void merge_followers(store::Job& leader, const DataById& large);
    void prepare_one(
        store::Job&& job, JobPlan&& plan, const std::vector<store::RecordState>& states, std::size_t& at
    );
    void make_ready(std::unique_ptr<Ready> made);
    [[nodiscard]] std::optional<std::chrono::milliseconds> unsettled(
        const store::Job& job, const JobPlan& plan
    ) const;
    void wait_for_parent(
        const store::Job& job, const JobPlan& plan, const ParentNeed& need, const store::RecordState& state
    );
    void decide(store::Completion completion, store::Job job);
    boost::asio::awaitable<bool> flush_decided();

    // lane_merging.cpp: two-way objects
    boost::asio::awaitable<bool> merge_with_hub(std::vector<Planned>& planned);
    boost::asio::awaitable<bool> take_reports(std::vector<Planned>& planned);
    boost::asio::awaitable<bool> merge_told(std::vector<Planned>& planned);
    /// Of each job, whether a comparison that is applied links its record first (lane_plans.cpp); nothing
    /// where the database is away.
    boost::asio::awaitable<std::optional<std::vector<bool>>> waiting_for_links(
        const std::vector<Planned>& planned, const std::vector<store::HubState>& states
    );
    boost::asio::awaitable<void> merge_fetched(
        std::shared_ptr<const Integration> integration,
        Batch& batch,
        std::vector<sdk::Outcome>& outcomes,
        SteadyTime asked_at
    );
    boost::asio::awaitable<std::vector<sdk::Outcome>> push_after_a_look(
        std::shared_ptr<const Integration> integration,
        AttemptSession& session,
        Batch& batch,
        std::vector<sdk::Operation> operations
    );
    /// What a batch of a two-way object sends, for Start::sent; empty for others.
    [[nodiscard]] static std::string sent_of(const Batch& batch);
    /// Adds to the completion of a two-way push what is in doubt from now on, or is not any more. `wrote`:
    /// requests left that may have changed something there.
    static void note_doubt(
        const Ready& ready, const sdk::Outcome& outcome, bool wrote, store::Completion& completion
    );
    void put_off(store::Job job, const std::string& object, const std::string& why);
    void reject(store::Job job, const std::string& object, const sdk::Outcome& why);
    void decide_inbound(store::Job job, const Inbound& inbound, const InboundMerge& merge);

    // lane_starting.cpp
    /// `only_live`: bulk batches are left to gather.
    bool start_some(bool only_live = false);
    /// Where in its line the object's next batch begins; nothing where none may start now.
    static std::optional<std::size_t> next_of(const Work& work, bool only_live);
    [[nodiscard]] Batch take_batch(Work& work, std::size_t begin);
    bool start_suspect();
    [[nodiscard]] Batch next_suspects();
    [[nodiscard]] std::function<bool()> still_ours() const;
    bool take_place();
    bool account_lets_start(int priority);
    /// Not even live work may start: the platform is down, or the account's budget is used up.
    [[nodiscard]] bool is_shut() const { return std::chrono::steady_clock::now() < shut_until_; }
    void start_batch(Batch batch, Work& work, bool suspect);

    // lane_running.cpp
    /// How a batch is started.
    struct Way {
        bool suspect = false;
        bool in_bulk = false;
        std::optional<std::int64_t> batch_id;  // it stands in flight already, under this one
    };
    boost::asio::awaitable<void> run_batch(Batch batch, Way way);
    /// Those of the batch that may be sent; of the others, none is in hand any more.
    [[nodiscard]] Batch permitted(Batch batch, const std::vector<std::int64_t>& allowed);
    static boost::asio::awaitable<std::vector<sdk::Outcome>> fetch_all(
        std::shared_ptr<const Integration> integration, AttemptSession& session, Batch& batch
    );
    void settle_job(const store::Job& job, const Aftermath& aftermath);
    void over(const store::Job& job);

    // lane_concluding.cpp
    void conclude(
        Batch& batch,
        const std::vector<sdk::Outcome>& outcomes,
        const AttemptSession& session,
        std::chrono::system_clock::time_point began,
        std::chrono::milliseconds took,
        std::vector<store::Completion>& completions,
        std::vector<store::Finished>& finished
    );
    store::Completion conclusion(
        const Ready& ready, const sdk::Outcome& outcome, bool split, bool first_of_its_kind
    );
    /// Where other objects depend on this one: the names under which they may wait for the job.
    void name_for_children(store::Completion& completion, const store::Job& job) const;
    store::Completion completion_of(
        const store::Job& job, const std::string& object, const sdk::Outcome& outcome
    ) const;
    void apply(const Consequence& consequence, store::Completion& completion) const;
    void react(const Consequence& consequence, const sdk::Outcome& outcome, bool first_of_its_kind);
    double random();

    // lane_standing.cpp: what people see of the integration
    void hold(const std::string& state, const std::string& message);
    boost::asio::awaitable<void> wait_while_held();
    boost::asio::awaitable<void> note_state(std::string state, std::string reason);
    boost::asio::awaitable<void> note_result(bool ok, std::string error);
    void disable_if_dead(const store::FailingSpell& spell, const std::string& last_error);
    boost::asio::awaitable<void> note_flush(Gate::Flush flush);

    Workshop& workshop_;
    std::shared_ptr<const Integration> integration_;
    std::shared_ptr<Account> account_;
    core::PlatformMetrics* metrics_ = nullptr;
    std::int64_t epoch_;
    SteadyTime began_;  // every attempt of a former owner was sent before this
    std::int64_t next_batch_ = 1;

    Signal changed_;
    bool stopping_ = false;
    SteadyTime waits_end_ = SteadyTime::max();  // from when on connectors wait for nothing any more
    Gate gate_;
    bool hold_ = false;
    SteadyTime retest_at_{};                     // held: when the connection is tried again
    SteadyTime account_at_ = SteadyTime::max();  // when the account is asked again whether calls may start
    std::shared_ptr<void> account_change_;
    SteadyTime shut_until_{};     // is_shut()
    SteadyTime shed_until_{};     // has_shed()
    SteadyTime next_own_look_{};  // nobody calls a lane that is awake
    SteadyTime last_own_look_{};

    // What is known of the queue.
    PriorityClasses classes_;
    DeferredPass deferred_;
    bool look_ = true;          // it may hold jobs that were not read yet
    bool look_closely_ = true;  // and deferred ones that are due
    SteadyTime look_at_ = SteadyTime::max();
    SteadyTime read_again_at_{};
    SteadyTime settle_at_{};
    SteadyTime last_from_head_{};
    SteadyTime::duration head_took_{0};  // the last look from there
    SteadyTime trusted_since_{};         // what was read before may have been cancelled
    int full_reads_ = 0;                 // in a row
    bool has_all_ = false;               // the last read found the queue's end: nothing that waits is unread
    bool busy_ = false;                  // a backlog: full reads one after another
    bool told_asleep_ = false;
    int usual_class_ = 5;  // of the jobs that came last
    SteadyTime express_again_at_{};
    bool follows_express_ = false;  // the next read is made for what came together with a single job
    bool goes_express_ = false;     // no object needs to be looked at before it is started
    RightOfWay::Pass pass_;         // from look() until there is nothing to start

    // What is in hand, from read to over.
    Sequencer sequencer_;
    std::vector<store::Job> leaders_;  // read, not yet prepared
    core::MemoryShares::Part held_;
    std::size_t usual_weight_;  // of a job, in the mean of the last page
    /// A job that stands in flight since it was read.
    struct Express {
        std::int64_t job_id = 0;
        std::int64_t batch_id = 0;
    };
    std::optional<Express> express_;
    using Works = std::map<std::string, Work, std::less<>>;
    Works works_;
    Works::iterator last_work_ = works_.end();  // of work_of(): jobs of one object mostly come together
    Line suspects_;
    std::vector<Decided> decided_;  // decided without a call, not yet written
    std::size_t decided_bytes_ = 0;
    boost::unordered_flat_map<std::int64_t, std::size_t>
        split_;  // jobs of a batch that was taken apart: their next size
    std::size_t ready_ = 0;
    int running_ = 0;
    int places_ = 0;             // granted, not yet used
    bool in_line_ = false;       // for a place
    bool suspect_room_ = false;  // granted, not yet used
    bool in_suspect_line_ = false;
    SessionMemory memory_;

    SteadyTime last_note_{};
    std::optional<bool> last_ok_;
    // Since the last note: whether anything succeeded, and what failed after that.
    bool succeeded_ = false;
    int failures_ = 0;
};

}  // namespace navette::engine
