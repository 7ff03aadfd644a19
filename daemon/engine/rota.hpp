// Who is next for work beside the queue: this node's integrations take turns, one run at a time for each.
#pragma once

#include "daemon/engine/background.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace navette::engine {

/// The engine tells which integrations it owns, and asks start_what_is_due() whenever something may be due.
class Rota {
  public:
    /// One run for an integration; returns when the next one is due. `wanted` says no once the integration
    /// left or was replaced, or everything stops: what is under way is then worth nothing.
    using Work = std::function<boost::asio::awaitable<SteadyTime>(
        std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted
    )>;

    /// `background` and what `work` refers to outlive the runs. `places`: runs at once, asked each time.
    Rota(const Background& background, std::string name, std::function<int()> places, Work work);

    /// From now on it has its turns, the first at once: its row or the configuration may have changed.
    void watch(std::shared_ptr<const Integration> integration, std::int64_t epoch);
    /// Its run under way, if any, ends by itself.
    void unwatch(const std::string& integration_id);
    /// Something may be due for it now.
    void look(const std::string& integration_id);

    /// Starts what is due, longest overdue first, and says when to ask again.
    [[nodiscard]] std::chrono::milliseconds start_what_is_due();

    [[nodiscard]] int running() const { return running_; }
    [[nodiscard]] bool is_running(const std::string& integration_id) const;

    /// Starts nothing more. What is under way ends soon.
    void stop() { stopping_ = true; }

  private:
    struct Line {
        std::shared_ptr<OwnedIntegration> owned;  // null: it left
        SteadyTime again{};
        bool is_running = false;
        bool looked = false;  // while it was running
    };

    boost::asio::awaitable<void> run(std::string id, std::shared_ptr<OwnedIntegration> owned);
    void come_again(const std::string& id, Line& line, SteadyTime when);

    const Background& background_;
    std::string name_;
    std::function<int()> places_;
    Work work_;
    std::map<std::string, Line> lines_;                      // by integration id
    std::set<std::pair<SteadyTime, std::string>> in_order_;  // those that do not run, by `again`
    int running_ = 0;
    bool stopping_ = false;
};

}  // namespace navette::engine
