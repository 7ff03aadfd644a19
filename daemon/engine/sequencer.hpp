// Keeps the jobs in hand of each record in order: one leads and may run, the younger ones follow. Pure: what
// must be read from the queue to go on is named, not read.
#pragma once

#include "daemon/engine/job_memory.hpp"
#include "daemon/store/job.hpp"
#include "daemon/store/queue_reading.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::engine {

class Sequencer {
  public:
    /// About so many jobs may wait in hand behind their leaders.
    explicit Sequencer(std::size_t most_followers = 10'000) : most_followers_(most_followers) {}

    /// What the leaders weigh, and what follows them: bytes (weight_of_job).
    [[nodiscard]] std::size_t weight() const { return weight_; }
    [[nodiscard]] std::size_t follower_weight() const {
        return followers_ * weight_of_job(0) + follower_bytes_;
    }

    /// A leader's data are other ones: they were read later, or several changes became one.
    void weigh(const store::Job& leader);

    /// So many jobs wait behind their leaders that no more should be read for now.
    [[nodiscard]] bool is_full() const { return followers_ >= most_followers_; }

    /// How many jobs of each of so many records to read at once.
    [[nodiscard]] int most_of_each(std::size_t records) const;

    /// A read of the queue begins: what leaves the hand from here until reading_ended() is not taken up again
    /// by what that read, made before, brings.
    void reading_began();
    void reading_ended();

    /// Takes a job that was read. Returns whether it leads its record: then it stays with the caller, who may
    /// prepare it. Otherwise it was moved behind its leader, or is known already, or its record must be read
    /// first.
    [[nodiscard]] bool take(store::Job& job);

    [[nodiscard]] bool has_unread() const { return !unread_.empty(); }

    /// The records whose pending jobs must be read before their next one is known; each is named once.
    [[nodiscard]] std::vector<store::RecordPlace> to_read();

    /// All pending jobs of one record of to_read(), by age, as read_records() gave them (at most `most`).
    /// Returns the leader, where the oldest is ready to run; it is as urgent as the most urgent of those
    /// behind it.
    [[nodiscard]] std::optional<store::Job> take_record(
        const std::string& entity_type, const std::string& entity_id, std::vector<store::Job> jobs, int most
    );

    /// Younger pending jobs of a record whose leader is in hand, by age (at most `most`).
    void take_younger(const store::Job& leader, std::vector<store::Job> jobs, int most);

    /// The followers of a leader, oldest first, that are ready to run.
    [[nodiscard]] const std::vector<store::Job>& followers(const store::Job& leader) const;

    /// The leader gives way to one of its followers, into which it and those before were merged. Returns the
    /// new leader.
    [[nodiscard]] store::Job advance(const store::Job& leader, std::size_t merged);

    /// The leader is over (done, skipped, or a dead letter). Returns the next one of its record, if it is in
    /// hand.
    [[nodiscard]] std::optional<store::Job> finished(const store::Job& leader);

    /// The leader goes back to the queue for a later time; its followers wait there.
    void returned(const store::Job& leader);

    /// Whether jobs are known to be in hand: those are left out of a second look.
    [[nodiscard]] std::vector<std::int64_t> in_hand() const { return {held_.begin(), held_.end()}; }
    [[nodiscard]] std::size_t size() const { return held_.size(); }

  private:
    struct Chain {
        std::int64_t leader = 0;            // 0: unread
        std::size_t weight = 0;             // of the leader
        std::vector<store::Job> followers;  // most records have none, and pay nothing for it
        bool more_behind = false;           // the queue may hold younger ones that were not read
    };
    static std::string key_of(const std::string& entity_type, const std::string& entity_id);
    static std::string key_of(const store::Job& job) { return key_of(job.entity_type, job.entity_id); }
    void lead(Chain& chain, const store::Job& job);
    /// The chain has no leader any more.
    void leave(Chain& chain);
    void follow(Chain& chain, store::Job job);
    void let_go(std::int64_t id);

    std::size_t most_followers_;
    boost::unordered_flat_map<std::string, Chain> chains_;
    std::size_t followers_ = 0;  // of all chains; mostly none, and then none is looked for
    std::size_t weight_ = 0;
    std::size_t follower_bytes_ = 0;  // of data
    boost::unordered_flat_set<std::int64_t> held_;
    std::vector<store::RecordPlace> unread_;
    bool reading_ = false;
    boost::unordered_flat_set<std::int64_t> gone_;     // ids that left the hand during the read
    boost::unordered_flat_set<std::string> returned_;  // records whose leader went back during the read
};

}  // namespace navette::engine
