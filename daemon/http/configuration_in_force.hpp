// The configuration that holds now: set by the thread that reloads, asked by the listener's.
#pragma once

#include "daemon/engine/configuration.hpp"

#include <memory>
#include <mutex>
#include <utility>

namespace navette::http {

class ConfigurationInForce {
  public:
    explicit ConfigurationInForce(engine::Configuration configuration) { set(std::move(configuration)); }

    void set(engine::Configuration configuration) {
        auto fresh = std::make_shared<const engine::Configuration>(std::move(configuration));
        const std::lock_guard held(lock_);
        configuration_.swap(fresh);
    }

    /// Never null; whoever has it may keep it for as long as its work takes.
    [[nodiscard]] std::shared_ptr<const engine::Configuration> get() const {
        const std::lock_guard held(lock_);
        return configuration_;
    }

  private:
    mutable std::mutex lock_;
    std::shared_ptr<const engine::Configuration> configuration_;
};

}  // namespace navette::http
