// What every lane of a thread writes to the queue goes through here: starts and completions that come in
// while one commit is under way share the next one. Where there are two writers, a page that is large enough
// does not wait for the commit under way.
#pragma once

#include "daemon/engine/database.hpp"
#include "daemon/engine/right_of_way.hpp"
#include "daemon/store/queue.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::engine {

class Journal {
  public:
    /// Results that are worth a commit beside another one: smaller pages share the next.
    static constexpr std::size_t kLargePage = 2'000;

    /// `way`: whom the pages of a backlog are kept short for; null: nobody.
    explicit Journal(const boost::asio::any_io_executor& executor, RightOfWay* way = nullptr);

    ~Journal();
    Journal(const Journal&) = delete;
    Journal& operator=(const Journal&) = delete;

    /// Whose leases the writes are fenced with. Set before the first write and after each new registration.
    void act_as(std::string node_id) { node_id_ = std::move(node_id); }

    /// Writes down that these jobs are about to run. Returns those that may: none where the lease is lost or
    /// the database cannot be written to. When this returns, the marker is durable.
    boost::asio::awaitable<std::vector<std::int64_t>> start(store::Start start);

    /// Writes a batch's completions and takes the batch off in_flight (where `ended` names one). Returns once
    /// they are durable. While the database is away they are kept and tried again; false only after stop()
    /// gave up on them.
    boost::asio::awaitable<bool> complete(
        std::vector<store::Completion> completions,
        std::vector<store::Finished> finished,
        std::vector<store::Ended> ended
    );

    /// A writer: writes pages until stop() and the last page is out. Each writer has a connection of its own.
    boost::asio::awaitable<void> run(Database& database);

    /// After this, a page that cannot be written is given up: its jobs stand as in flight, and their next
    /// owner looks twice.
    void stop();

    [[nodiscard]] std::uint64_t pages() const { return pages_; }

  private:
    struct Waiter;

    /// What one commit will carry, and everybody who waits for it.
    struct Pending;

    [[nodiscard]] static std::size_t jobs_of(const store::JournalPage& page);
    [[nodiscard]] bool steps_are_short() const;
    /// The page that is filled at present.
    [[nodiscard]] Pending& open_page();
    /// Whether the oldest page may be written now, whatever is under way.
    [[nodiscard]] bool may_write() const;
    boost::asio::awaitable<bool> write(
        Database& database, store::JournalPage page, std::vector<store::Started>& started
    );
    boost::asio::awaitable<void> write_one_by_one(Database& database, store::JournalPage page);
    /// Waits for the database while it is away; returns why PostgreSQL refuses the page, if it does.
    boost::asio::awaitable<std::optional<core::Error>> write_single(
        Database& database, const store::JournalPage& page
    );

    boost::asio::any_io_executor executor_;
    std::string node_id_;
    boost::asio::steady_timer news_;  // cancelled when the writers should look again
    RightOfWay* way_;
    std::deque<Pending> pending_;  // by age
    std::uint64_t pages_ = 0;
    int under_way_ = 0;  // pages
    int writers_ = 0;
    bool is_refused_ = false;  // the last page that was tried could not be written, and this was told
    bool stopping_ = false;
    bool gave_up_ = false;  // on a page, after stop()
    bool ended_ = false;    // the last writer is done: nothing more is written
};

}  // namespace navette::engine
