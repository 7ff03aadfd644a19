#include "daemon/engine/rota.hpp"

#include "daemon/engine/spawn.hpp"

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds kLongestWait{3'600'000};

}  // namespace

Rota::Rota(const Background& background, std::string name, std::function<int()> places, Work work)
    : background_(background), name_(std::move(name)), places_(std::move(places)), work_(std::move(work)) {}

void Rota::watch(std::shared_ptr<const Integration> integration, std::int64_t epoch) {
    const auto id = integration->key().id;
    auto& line = lines_[id];
    auto owned = std::make_shared<OwnedIntegration>();
    owned->integration = std::move(integration);
    owned->epoch = epoch;
    if (line.owned && line.owned->epoch == epoch) {
        owned->memory = line.owned->memory;
        owned->halvings = line.owned->halvings;
    }
    line.owned = std::move(owned);
    look(id);
}

void Rota::unwatch(const std::string& integration_id) {
    const auto line = lines_.find(integration_id);
    if (line == lines_.end()) {
        return;
    }
    line->second.owned.reset();
    if (!line->second.is_running) {
        in_order_.erase({line->second.again, integration_id});
        lines_.erase(line);
    }
}

void Rota::look(const std::string& integration_id) {
    const auto line = lines_.find(integration_id);
    if (line == lines_.end()) {
        return;
    }
    if (line->second.is_running) {
        line->second.looked = true;
        return;
    }
    come_again(integration_id, line->second, steady_clock::now());
    background_.ended();
}

void Rota::come_again(const std::string& id, Line& line, SteadyTime when) {
    in_order_.erase({line.again, id});
    line.again = when;
    in_order_.emplace(when, id);
}

bool Rota::is_running(const std::string& integration_id) const {
    const auto line = lines_.find(integration_id);
    return line != lines_.end() && line->second.is_running;
}

milliseconds Rota::start_what_is_due() {
    const auto now = steady_clock::now();
    while (!stopping_ && !in_order_.empty() && in_order_.begin()->first <= now && running_ < places_()) {
        const auto id = in_order_.begin()->second;
        in_order_.erase(in_order_.begin());
        auto& line = lines_[id];
        line.is_running = true;
        ++running_;
        auto running = [](Rota& rota, std::string one, std::shared_ptr<OwnedIntegration> owned
                       ) -> asio::awaitable<void> { co_await rota.run(std::move(one), std::move(owned)); };
        spawn(background_.executor, running(*this, id, line.owned), name_ + " of " + id);
    }
    if (in_order_.empty() || in_order_.begin()->first <= now) {
        return kLongestWait;  // the end of a run asks again
    }
    return std::min(kLongestWait, std::chrono::ceil<milliseconds>(in_order_.begin()->first - now));
}

asio::awaitable<void> Rota::run(std::string id, std::shared_ptr<OwnedIntegration> owned) {
    std::function<bool()> wanted = [this, id, owned] {
        const auto line = lines_.find(id);
        return !stopping_ && line != lines_.end() && line->second.owned == owned;
    };
    const auto again = co_await work_(owned, std::move(wanted));
    --running_;
    const auto line = lines_.find(id);
    line->second.is_running = false;
    if (!line->second.owned) {
        lines_.erase(line);
    } else {
        const bool looked = std::exchange(line->second.looked, false);
        come_again(id, line->second, looked ? steady_clock::now() : again);
    }
    background_.ended();
}

}  // namespace navette::engine
