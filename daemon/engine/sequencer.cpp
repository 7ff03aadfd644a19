#include "daemon/engine/sequencer.hpp"

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace {

// Jobs of one record that are read at once, however many records there are, and however few.
constexpr std::size_t kLeastOfEach = 64;
constexpr std::size_t kMostOfEach = 1'000;
// What waits behind leaders keeps so many bytes of data in memory, all records together.
constexpr std::size_t kMostFollowerBytes = 512U << 10U;

}  // namespace

std::string Sequencer::key_of(const std::string& entity_type, const std::string& entity_id) {
    std::string key;
    key.reserve(entity_type.size() + entity_id.size() + 1);
    key += entity_type;
    key += '\n';
    key += entity_id;
    return key;
}

int Sequencer::most_of_each(std::size_t records) const {
    const auto share =
        std::clamp(most_followers_ / std::max<std::size_t>(records, 1), kLeastOfEach, kMostOfEach);
    return static_cast<int>(std::min(share, most_followers_));
}

void Sequencer::reading_began() {
    reading_ = true;
    gone_.clear();
    returned_.clear();
}

void Sequencer::reading_ended() {
    reading_ = false;
    gone_.clear();
    returned_.clear();
}

void Sequencer::weigh(const store::Job& leader) {
    const auto found = chains_.find(key_of(leader));
    if (found != chains_.end() && found->second.leader == leader.id) {
        leave(found->second);
        lead(found->second, leader);
    }
}

void Sequencer::lead(Chain& chain, const store::Job& job) {
    chain.leader = job.id;
    chain.weight = weight_of_job(job.data.size());
    weight_ += chain.weight;
}

void Sequencer::leave(Chain& chain) {
    chain.leader = 0;
    weight_ -= std::exchange(chain.weight, 0);
}

void Sequencer::follow(Chain& chain, store::Job job) {
    held_.insert(job.id);
    ++followers_;
    if (!job.data.empty() && follower_bytes_ + job.data.size() > kMostFollowerBytes) {
        job.unread = static_cast<std::int64_t>(job.data.size());
        job.data = {};
    }
    follower_bytes_ += job.data.size();
    const auto place = std::ranges::upper_bound(chain.followers, job.id, {}, &store::Job::id);
    chain.followers.insert(place, std::move(job));
}

void Sequencer::let_go(std::int64_t id) {
    held_.erase(id);
    if (reading_) {
        gone_.insert(id);
    }
}

bool Sequencer::take(store::Job& job) {
    if (held_.contains(job.id) || gone_.contains(job.id)) {
        return false;
    }
    auto key = key_of(job);
    const auto known = chains_.find(key);
    if (known != chains_.end()) {
        auto& chain = known->second;
        // What it stands behind may be unread, in another class or put off: it is read with its record, in
        // its place.
        if (chain.leader == 0 || chain.more_behind || job.blocked) {
            chain.more_behind = true;
            return false;
        }
        follow(chain, std::move(job));
        return false;
    }
    Chain chain;
    if (job.blocked || returned_.contains(key)) {
        unread_.push_back({job.entity_type, job.entity_id, 0});
        chains_.emplace(std::move(key), std::move(chain));
        return false;
    }
    lead(chain, job);
    // While it was put off, younger ones may have been passed by.
    chain.more_behind = job.deferred;
    held_.insert(job.id);
    chains_.emplace(std::move(key), std::move(chain));
    return true;
}

std::vector<store::RecordPlace> Sequencer::to_read() {
    return std::exchange(unread_, {});
}

std::optional<store::Job> Sequencer::take_record(
    const std::string& entity_type, const std::string& entity_id, std::vector<store::Job> jobs, int most
) {
    const auto found = chains_.find(key_of(entity_type, entity_id));
    if (found == chains_.end() || found->second.leader != 0) {
        return std::nullopt;
    }
    auto& chain = found->second;
    const bool is_all = jobs.size() < static_cast<std::size_t>(most);
    std::erase_if(jobs, [&](const store::Job& job) {
        return held_.contains(job.id) || gone_.contains(job.id);
    });
    // The oldest that is not ready keeps back all behind it; when it is over, they are looked for.
    if (jobs.empty() || !jobs.front().ready) {
        chains_.erase(found);
        return std::nullopt;
    }
    chain.more_behind = chain.more_behind || !is_all;
    for (auto& job : jobs) {
        if (!job.ready) {
            chain.more_behind = true;
            break;
        }
        // What was put off may have passed others by as well.
        chain.more_behind = chain.more_behind || job.deferred;
        if (chain.leader == 0) {
            held_.insert(job.id);
            lead(chain, job);
        } else {
            jobs.front().priority = std::min(jobs.front().priority, job.priority);
            follow(chain, std::move(job));
        }
    }
    return std::move(jobs.front());
}

void Sequencer::take_younger(const store::Job& leader, std::vector<store::Job> jobs, int most) {
    const auto found = chains_.find(key_of(leader));
    if (found == chains_.end() || found->second.leader != leader.id) {
        return;
    }
    auto& chain = found->second;
    chain.more_behind = chain.more_behind || jobs.size() >= static_cast<std::size_t>(most);
    for (auto& job : jobs) {
        if (held_.contains(job.id) || gone_.contains(job.id)) {
            continue;
        }
        if (!job.ready) {
            chain.more_behind = true;
            break;
        }
        follow(chain, std::move(job));
    }
}

const std::vector<store::Job>& Sequencer::followers(const store::Job& leader) const {
    static const std::vector<store::Job> kNone;
    if (followers_ == 0) {
        return kNone;
    }
    const auto found = chains_.find(key_of(leader));
    return found == chains_.end() ? kNone : found->second.followers;
}

store::Job Sequencer::advance(const store::Job& leader, std::size_t merged) {
    auto& chain = chains_.find(key_of(leader))->second;
    let_go(leader.id);
    leave(chain);
    const auto survivor = chain.followers.begin() + static_cast<std::ptrdiff_t>(merged) - 1;
    for (auto passed = chain.followers.begin(); passed != survivor; ++passed) {
        let_go(passed->id);
        follower_bytes_ -= passed->data.size();
    }
    auto next = std::move(*survivor);
    followers_ -= merged;
    follower_bytes_ -= next.data.size();
    chain.followers.erase(chain.followers.begin(), survivor + 1);
    lead(chain, next);
    return next;
}

std::optional<store::Job> Sequencer::finished(const store::Job& leader) {
    let_go(leader.id);
    const auto found = chains_.find(key_of(leader));
    if (found == chains_.end() || found->second.leader != leader.id) {
        return std::nullopt;
    }
    auto& chain = found->second;
    leave(chain);
    if (!chain.followers.empty()) {
        auto next = std::move(chain.followers.front());
        --followers_;
        follower_bytes_ -= next.data.size();
        chain.followers.erase(chain.followers.begin());
        lead(chain, next);
        return next;
    }
    if (chain.more_behind) {
        chain = Chain();
        unread_.push_back({leader.entity_type, leader.entity_id, 0});
        return std::nullopt;
    }
    chains_.erase(found);
    return std::nullopt;
}

void Sequencer::returned(const store::Job& leader) {
    let_go(leader.id);
    auto key = key_of(leader);
    if (const auto found = chains_.find(key); found != chains_.end() && found->second.leader == leader.id) {
        leave(found->second);
        for (const auto& follower : found->second.followers) {
            let_go(follower.id);
            follower_bytes_ -= follower.data.size();
        }
        followers_ -= found->second.followers.size();
        chains_.erase(found);
    }
    if (reading_) {
        returned_.insert(std::move(key));
    }
}

}  // namespace navette::engine
