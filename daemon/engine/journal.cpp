#include "daemon/engine/journal.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kAgain{200};

bool is_passing(core::ErrorKind kind) {
    return kind == core::ErrorKind::unavailable || kind == core::ErrorKind::read_only;
}

template <class T>
void move_into(std::vector<T>& target, std::vector<T>& source) {
    target.insert(
        target.end(), std::make_move_iterator(source.begin()), std::make_move_iterator(source.end())
    );
}

/// The first `jobs` of a batch, which keeps the others.
store::Finished split_off(store::Finished& batch, std::size_t jobs) {
    store::Finished part = batch;
    part.job_ids.resize(jobs);
    part.places.resize(jobs);
    const auto count = static_cast<std::ptrdiff_t>(jobs);
    batch.job_ids.erase(batch.job_ids.begin(), batch.job_ids.begin() + count);
    batch.places.erase(batch.places.begin(), batch.places.begin() + count);
    return part;
}

}  // namespace

/// Everybody who waits for one page.
struct Journal::Waiter {
    explicit Waiter(const asio::any_io_executor& executor)
        : done(executor, asio::steady_timer::time_point::max()) {}

    asio::steady_timer done;
    bool written = false;
    std::vector<store::Started> started;
};

struct Journal::Pending {
    store::JournalPage page;
    std::shared_ptr<Waiter> waiter;
    /// It may end a batch of which older pages hold a part: it must not be durable before them.
    bool goes_last = false;
};

Journal::Journal(const asio::any_io_executor& executor, RightOfWay* way)
    : executor_(executor), news_(executor, asio::steady_timer::time_point::max()), way_(way) {}

Journal::~Journal() = default;

bool Journal::steps_are_short() const {
    return way_ != nullptr && way_->is_frequented(std::chrono::steady_clock::now());
}

Journal::Pending& Journal::open_page() {
    if (pending_.empty() || (jobs_of(pending_.back().page) >= RightOfWay::kShortStep && steps_are_short())) {
        pending_.push_back({{}, std::make_shared<Waiter>(executor_), !pending_.empty()});
    }
    return pending_.back();
}

// Beside another page goes what touches the rows of its own jobs alone. Links, the hub and what waits for a
// parent are others' too: two pages could wait for each other, and small ones are the cheaper the more of
// them share a commit.
bool Journal::may_write() const {
    if (pending_.empty()) {
        return false;
    }
    const auto& [page, waiter, goes_last] = pending_.front();
    return under_way_ == 0 || (!goes_last && page.completions.empty() && jobs_of(page) >= kLargePage);
}

asio::awaitable<std::vector<std::int64_t>> Journal::start(store::Start start) {
    if (ended_) {
        co_return std::vector<std::int64_t>();
    }
    const auto integration_id = start.key.id;
    const auto batch_id = start.batch_id;
    auto& open = open_page();
    const auto waiter = open.waiter;
    open.page.starts.push_back(std::move(start));
    news_.cancel();
    co_await waiter->done.async_wait(asio::as_tuple(asio::use_awaitable));
    const auto found = std::ranges::find_if(waiter->started, [&](const store::Started& one) {
        return one.batch_id == batch_id && one.integration_id == integration_id;
    });
    co_return found == waiter->started.end() ? std::vector<std::int64_t>() : found->job_ids;
}

asio::awaitable<bool> Journal::complete(
    std::vector<store::Completion> completions,
    std::vector<store::Finished> finished,
    std::vector<store::Ended> ended
) {
    if (ended_) {
        co_return false;
    }
    if (steps_are_short()) {
        for (auto& batch : finished) {
            while (batch.job_ids.size() > RightOfWay::kShortStep) {
                open_page().page.finished.push_back(split_off(batch, RightOfWay::kShortStep));
            }
        }
    }
    auto& open = open_page();
    const auto waiter = open.waiter;
    move_into(open.page.finished, finished);
    move_into(open.page.completions, completions);
    move_into(open.page.ended, ended);
    news_.cancel();
    co_await waiter->done.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return waiter->written;
}

asio::awaitable<void> Journal::run(Database& database) {
    ++writers_;
    while (!stopping_ || !pending_.empty()) {
        if (!may_write()) {
            co_await news_.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        // What comes in while it gives way shares the page; another writer may take it meanwhile.
        const auto step = way_ != nullptr ? co_await way_->step() : RightOfWay::Step();
        if (!may_write()) {
            continue;
        }
        auto [page, waiter, goes_last] = std::move(pending_.front());
        pending_.pop_front();
        ++under_way_;
        // Of a batch whose first part was given up, the last part, which ends it, must not be written.
        waiter->written = !gave_up_ && co_await write(database, std::move(page), waiter->started);
        --under_way_;
        gave_up_ = gave_up_ || (stopping_ && !waiter->written);
        waiter->done.cancel();
        news_.cancel();
    }
    ended_ = --writers_ == 0;
}

asio::awaitable<bool> Journal::write(
    Database& database, store::JournalPage page, std::vector<store::Started>& started
) {
    while (true) {
        core::Error error;
        auto connection = co_await database.connection();
        if (connection) {
            const auto began = std::chrono::steady_clock::now();
            auto written = co_await store::write_page(**connection, node_id_, page);
            if (written) {
                ++pages_;
                auto& metrics = core::engine_metrics();
                metrics.journal_pages.add();
                metrics.journal_page.observe(std::chrono::steady_clock::now() - began);
                metrics.journal_jobs.add(static_cast<double>(jobs_of(page)));
                started = std::move(*written);
                if (std::exchange(is_refused_, false)) {
                    core::log(core::LogLevel::info, "the queue can be written again");
                }
                co_return true;
            }
            error = written.error();
        } else {
            error = connection.error();
        }
        if (!is_passing(error.kind)) {
            core::log(
                core::LogLevel::error,
                "a page of the journal was refused, writing its entries one by one",
                {{"error", error.message}}
            );
            co_await write_one_by_one(database, std::move(page));
            co_return true;
        }
        if (!std::exchange(is_refused_, true)) {
            core::log(
                core::LogLevel::warning,
                "the queue cannot be written, waiting for the database",
                {{"error", error.message}}
            );
        }
        if (stopping_) {
            co_return false;
        }
        asio::steady_timer pause(executor_, kAgain);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        // Nothing may start on a promise that is not durable; completions are kept. A lane that hears so goes
        // on with its next job at once: before the pause, it would go through all of them in no time.
        page.starts.clear();
        if (page.empty()) {
            co_return false;
        }
    }
}

std::size_t Journal::jobs_of(const store::JournalPage& page) {
    std::size_t jobs = page.completions.size();
    for (const auto& batch : page.finished) {
        jobs += batch.job_ids.size();
    }
    return jobs;
}

asio::awaitable<void> Journal::write_one_by_one(Database& database, store::JournalPage page) {
    for (auto& batch : page.finished) {
        store::JournalPage single;
        single.finished.push_back(std::move(batch));
        if (const auto refused = co_await write_single(database, single)) {
            core::log(
                core::LogLevel::error,
                "a batch's results were refused",
                {{"integration", single.finished.front().key.id}, {"error", refused->message}}
            );
        }
    }
    page.finished.clear();
    for (auto& completion : page.completions) {
        store::JournalPage single;
        single.completions.push_back(completion);
        if (!co_await write_single(database, single)) {
            continue;
        }
        // What PostgreSQL refuses is most likely foreign text: the job goes to the dead letters without it.
        auto& bare = single.completions.front();
        core::log(
            core::LogLevel::error,
            "the result of a job could not be stored and was reduced to its outcome",
            {{"job", bare.job_id}, {"integration", bare.key.id}}
        );
        bare.request.clear();
        bare.response.clear();
        bare.snapshot.clear();
        bare.remarks.clear();
        bare.message = "the result could not be stored: see the daemon's log";
        if (const auto refused = co_await write_single(database, single)) {
            core::log(
                core::LogLevel::error,
                "the job's outcome was refused too",
                {{"job", bare.job_id}, {"error", refused->message}}
            );
        }
    }
    store::JournalPage ended;
    ended.ended = std::move(page.ended);
    if (const auto refused = ended.empty() ? std::nullopt : co_await write_single(database, ended)) {
        core::log(core::LogLevel::error, "ended batches could not be noted", {{"error", refused->message}});
    }
}

asio::awaitable<std::optional<core::Error>> Journal::write_single(
    Database& database, const store::JournalPage& page
) {
    while (true) {
        core::Error error;
        if (auto connection = co_await database.connection()) {
            const auto written = co_await store::write_page(**connection, node_id_, page);
            if (written) {
                co_return std::nullopt;
            }
            error = written.error();
        } else {
            error = connection.error();
        }
        if (!is_passing(error.kind) || stopping_) {
            co_return error;
        }
        asio::steady_timer pause(executor_, kAgain);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

void Journal::stop() {
    stopping_ = true;
    news_.cancel();
}

}  // namespace navette::engine
