#include "daemon/ctl/log_tail.hpp"

#include <algorithm>

namespace navette::ctl {

void LogTail::move_on(std::int64_t newest, Time now) {
    newest_.emplace_back(now, newest);
    while (!newest_.empty() && newest_.front().first + patience_ <= now) {
        floor_ = std::max(floor_, newest_.front().second);
        newest_.pop_front();
    }
    seen_.erase(seen_.begin(), seen_.upper_bound(floor_));
}

}  // namespace navette::ctl
