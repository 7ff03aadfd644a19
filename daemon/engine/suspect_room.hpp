// Jobs that were in hand when a daemon died are tried one at a time in the whole daemon, those that were
// there the fewest times first: if it dies again, it was this one, and all others go on.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace navette::engine {

class SuspectRoom {
  public:
    using Granted = std::function<void()>;

    /// True: the caller may try its suspect now. False: it stands in line, and `granted` is called, with the
    /// room, when its turn has come; one that no longer wants it gives it back.
    [[nodiscard]] bool take(int deaths, Granted granted) {
        if (!taken_ && waiting_.empty()) {
            taken_ = true;
            return true;
        }
        waiting_.emplace(std::pair(deaths, next_++), std::move(granted));
        return false;
    }

    void give_back() {
        taken_ = false;
        if (!waiting_.empty()) {
            taken_ = true;
            auto next = waiting_.extract(waiting_.begin());
            next.mapped()();
        }
    }

  private:
    bool taken_ = false;
    std::uint64_t next_ = 0;
    std::map<std::pair<int, std::uint64_t>, Granted> waiting_;
};

}  // namespace navette::engine
