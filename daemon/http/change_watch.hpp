// Who waits for the next entry of a tenant's feed of changes: one connection listens for all of them.
#pragma once

#include "daemon/store/listener.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <list>
#include <memory>
#include <string>

namespace navette::http {

/// Lives on one thread, the listener's. Connects when somebody waits for the first time, and again after the
/// connection broke.
class ChangeWatch : public std::enable_shared_from_this<ChangeWatch> {
  public:
    /// `look_again`: a wait ends after this at the latest, should a notification be lost with its connection.
    explicit ChangeWatch(
        std::string conninfo,
        std::size_t places = 1'000,
        std::chrono::seconds look_again = std::chrono::seconds(5)
    );

    /// A place from which to wait. What is published after it was taken is not missed: take it, read, then
    /// wait.
    class Place {
      public:
        Place(
            std::shared_ptr<ChangeWatch> watch,
            const boost::asio::any_io_executor& executor,
            std::string tenant
        );
        ~Place();
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

        /// Returns when something was published for the tenant since the place was taken or the last wait
        /// ended, or might have been, or at the deadline. False: the watch is closed, waiting is over.
        boost::asio::awaitable<bool> wait(std::chrono::steady_clock::time_point deadline);

      private:
        friend class ChangeWatch;

        std::shared_ptr<ChangeWatch> watch_;
        std::string tenant_;
        boost::asio::steady_timer timer_;
        bool told_ = false;
        std::list<Place*>::iterator entry_;
    };

    /// None where all places are taken, or after close().
    [[nodiscard]] std::unique_ptr<Place> enter(
        const boost::asio::any_io_executor& executor, std::string tenant
    );

    /// Ends every wait and the connection; for an orderly stop.
    void close();

  private:
    static boost::asio::awaitable<void> listen(
        std::shared_ptr<ChangeWatch> watch, boost::asio::any_io_executor executor
    );
    /// Empty: everybody.
    void tell(const std::string& tenant);

    std::string conninfo_;
    std::size_t most_;
    std::chrono::seconds look_again_;
    std::list<Place*> places_;
    std::unique_ptr<store::Listener> listener_;
    bool listening_ = false;
    bool closed_ = false;
};

}  // namespace navette::http
