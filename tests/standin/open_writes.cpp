#include "tests/standin/open_writes.hpp"

#include <algorithm>

namespace navette::standin {

OpenWrites::Write::Write(OpenWrites& owner, const std::string& kind)
    : open_(owner.open_[kind]), most_together_(open_.insert(open_.end(), 0)) {
    for (std::size_t& most : open_) {
        most = std::max(most, open_.size());
    }
}

OpenWrites::Write::~Write() {
    open_.erase(most_together_);
}

}  // namespace navette::standin
