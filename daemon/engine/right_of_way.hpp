// Single jobs go first: a lane that works off a backlog gives way while another has a job on its way to its
// call, so that the short work does not share the machine with the long.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>

namespace navette::engine {

/// One for all lanes of a thread; outlives their passes.
class RightOfWay {
  public:
    /// Held from the moment that a lane without a backlog hears of work until its call begins or it finds
    /// none.
    class Pass {
      public:
        Pass() = default;
        explicit Pass(RightOfWay& way) : way_(&way) { ++way.held_; }
        Pass(Pass&& other) noexcept : way_(std::exchange(other.way_, nullptr)) {}
        Pass& operator=(Pass&& other) noexcept {
            std::swap(way_, other.way_);
            return *this;
        }
        ~Pass() { give_up(); }
        Pass(const Pass&) = delete;
        Pass& operator=(const Pass&) = delete;

        [[nodiscard]] bool is_held() const { return way_ != nullptr; }
        void give_up() {
            if (auto* way = std::exchange(way_, nullptr); way != nullptr && --way->held_ == 0) {
                way->clear_.cancel();
            }
        }

      private:
        RightOfWay* way_ = nullptr;
    };

    explicit RightOfWay(const boost::asio::any_io_executor& executor) : clear_(executor) {}

    /// Returns when nobody holds a pass, after `longest` at the latest: a backlog goes on beside work that
    /// never ends.
    boost::asio::awaitable<void> give_way(std::chrono::milliseconds longest) {
        if (held_ == 0) {
            co_return;
        }
        // Whoever comes later goes on with the first.
        if (waiting_++ == 0) {
            clear_.expires_after(longest);
        }
        co_await clear_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        --waiting_;
    }

  private:
    int held_ = 0;
    int waiting_ = 0;
    boost::asio::steady_timer clear_;
};

}  // namespace navette::engine
