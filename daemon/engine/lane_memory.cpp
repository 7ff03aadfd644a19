// The part of a lane that keeps the memory for data in bounds: no more is read than it may hold, and large
// records are read when their turn comes, a few at a time.
#include "daemon/core/metrics.hpp"
#include "daemon/engine/lane.hpp"

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

// So many bytes of large data, as the table has them, are read at once; compressed, they may be ten times
// more.
constexpr std::int64_t kLargeAtOnce = 256 << 10;
// A lane that gave back what it prepared looks this often for jobs that need no call.
constexpr std::chrono::minutes kShedFor{1};

}  // namespace

bool Lane::is_heavy() const {
    return sequencer_.weight() >= workshop_.memory.share();
}

int Lane::lightened(int jobs) const {
    const auto share = workshop_.memory.share();
    const auto fitting = (share - std::min(share, sequencer_.weight())) / usual_weight_;
    return static_cast<int>(std::clamp<std::size_t>(fitting, 1, static_cast<std::size_t>(jobs)));
}

void Lane::tell_weight(std::size_t expected) {
    held_.hold(sequencer_.weight() + sequencer_.follower_weight() + expected);
    core::engine_metrics().job_bytes.set(static_cast<double>(workshop_.memory.held()));
}

bool Lane::shed() {
    if (!is_shut() || ready_ == 0 || !workshop_.memory.is_used_up()) {
        return false;
    }
    drop_prepared();
    shed_until_ = std::chrono::steady_clock::now() + kShedFor;
    return true;
}

asio::awaitable<void> Lane::wait_after_shedding() {
    pass_.give_up();
    co_await changed_.wait_until(std::min(shut_until_, shed_until_));
}

std::vector<store::Job> Lane::next_leaders() {
    if (std::ranges::all_of(leaders_, [](const store::Job& job) { return job.unread == 0; })) {
        return std::exchange(leaders_, {});
    }
    std::int64_t bytes = 0;
    std::vector<store::Job> next;
    std::vector<store::Job> later;
    for (auto& job : leaders_) {
        const bool fits =
            job.unread == 0 || (!is_heavy() && (bytes == 0 || bytes + job.unread <= kLargeAtOnce));
        bytes += fits ? job.unread : 0;
        (fits ? next : later).push_back(std::move(job));
    }
    leaders_ = std::move(later);
    return next;
}

asio::awaitable<std::optional<Lane::DataById>> Lane::read_large_data(std::vector<store::Job>& leaders) {
    std::vector<std::int64_t> ids;
    std::int64_t bytes = 0;
    for (const auto& leader : leaders) {
        if (leader.unread > 0) {
            ids.push_back(leader.id);
            bytes += leader.unread;
        }
    }
    for (const auto& leader : leaders) {
        const auto& followers = sequencer_.followers(leader);
        if (followers.empty() || !takes_in(leader)) {
            continue;
        }
        // Those that do not fit are merged with the next leader, which is the last of these.
        for (const auto& follower : followers) {
            bytes += follower.unread;
            if (bytes > kLargeAtOnce) {
                break;
            }
            if (follower.unread > 0) {
                ids.push_back(follower.id);
            }
        }
    }
    if (ids.empty()) {
        co_return DataById();
    }
    const auto connection = co_await desk().database.connection();
    if (!connection) {
        co_return std::nullopt;
    }
    auto data = co_await store::read_data(**connection, integration_->key(), ids);
    if (!data) {
        co_return std::nullopt;
    }
    std::erase_if(leaders, [&](store::Job& leader) {
        if (leader.unread == 0) {
            return false;
        }
        const auto found = data->extract(leader.id);
        if (!found) {
            // Cancelled since; whoever stands behind it is read again.
            sequencer_.returned(leader);
            reread();
            return true;
        }
        leader.data = std::move(found.mapped());
        leader.unread = 0;
        sequencer_.weigh(leader);
        return false;
    });
    co_return std::move(*data);
}

}  // namespace navette::engine
