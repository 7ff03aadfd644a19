// Hears what the database says to this node (NOTIFY navette_wake). Its connection keeps the node's name, too.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/loop.hpp"
#include "daemon/store/listener.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace navette::engine {

class WakeListener {
  public:
    /// `settings`, those in force, and `loops` outlive it. `hear` gets each payload; `back` is called where
    /// something may have been said while nobody listened, and another may have taken the name.
    WakeListener(
        boost::asio::any_io_executor executor,
        Loops& loops,
        const config::Settings& settings,
        std::function<void(const std::string&)> hear,
        std::function<void()> back
    );

    /// Takes the node's name and begins to listen. Fails where the database cannot be reached, or another
    /// process still has the name after the time of a lease.
    boost::asio::awaitable<core::Result<void>> open();

    /// Hands on what is said from now on.
    void start() { loops_.run("listen", listen()); }

    /// Whether this node has its name: nobody else can register under it, so this one may.
    [[nodiscard]] bool has_name() const { return listener_ != nullptr; }

    /// Hears nothing more; the name is free.
    void close();

  private:
    boost::asio::awaitable<core::Result<void>> connect();
    boost::asio::awaitable<void> connect_again();
    boost::asio::awaitable<void> listen();

    boost::asio::any_io_executor executor_;
    Loops& loops_;
    const config::Settings& settings_;
    std::function<void(const std::string&)> hear_;
    std::function<void()> back_;
    std::unique_ptr<store::Listener> listener_;
    std::string session_;  // of the last listener
};

}  // namespace navette::engine
