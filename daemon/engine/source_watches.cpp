#include "daemon/engine/source_watches.hpp"

#include <utility>

namespace navette::engine {

namespace asio = boost::asio;

SourceWatches::SourceWatches(
    asio::any_io_executor executor,
    Loops& loops,
    Database& database,
    std::function<std::shared_ptr<const plugins::Inventory>()> inventory,
    std::function<std::string()> node_id
)
    : executor_(std::move(executor)),
      loops_(loops),
      database_(database),
      inventory_(std::move(inventory)),
      node_id_(std::move(node_id)) {}

void SourceWatches::start(const config::Settings& settings) {
    stop();
    watches_.clear();
    for (const auto& source : settings.sources) {
        auto watch = std::make_shared<SourceWatch>(
            executor_, source, database_, settings.database.url, inventory_, node_id_
        );
        watches_.push_back(watch);
        auto running = [](std::shared_ptr<SourceWatch> one) -> asio::awaitable<void> { co_await one->run(); };
        loops_.run("source " + source.name, running(std::move(watch)));
    }
}

void SourceWatches::stop() {
    for (const auto& watch : watches_) {
        watch->stop();
    }
}

void SourceWatches::look(std::string_view name) {
    for (const auto& watch : watches_) {
        if (watch->settings().name == name) {
            watch->look();
        }
    }
}

void SourceWatches::run_those_of(std::string_view watched) {
    for (const auto& watch : watches_) {
        const auto& source = watch->settings();
        if (watched == source.tenant + ":" + source.entity_type) {
            watch->run_now();
        }
    }
}

}  // namespace navette::engine
