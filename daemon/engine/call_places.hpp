// How many calls a daemon has in flight at most, and who is next: lanes take turns, first come first served.
#pragma once

#include <deque>
#include <functional>

namespace navette::engine {

/// The waiting callers are told by their callback, which then holds the place; one that no longer wants it
/// gives it back.
class CallPlaces {
  public:
    using Granted = std::function<void()>;

    explicit CallPlaces(int places) : free_(places) {}

    /// True: the caller has a place. False: it stands in line, and `granted` is called with the place when
    /// its turn has come.
    [[nodiscard]] bool take(Granted granted) {
        if (waiting_.empty() && free_ > 0) {
            --free_;
            return true;
        }
        waiting_.push_back(std::move(granted));
        return false;
    }

    void give_back() {
        ++free_;
        serve();
    }

    /// A reload changed the number; those in flight finish.
    void resize(int change) {
        free_ += change;
        serve();
    }

  private:
    void serve() {
        while (free_ > 0 && !waiting_.empty()) {
            --free_;
            const auto next = std::move(waiting_.front());
            waiting_.pop_front();
            next();
        }
    }

    int free_;
    std::deque<Granted> waiting_;
};

}  // namespace navette::engine
