#include "daemon/http/readiness.hpp"

#include <utility>

namespace navette::http {

void Readiness::engine_is(EngineState state, Moment now) {
    const std::lock_guard held(lock_);
    engine_ = std::move(state);
    engine_at_ = now;
}

void Readiness::database_is(std::optional<std::string> trouble, Moment now) {
    const std::lock_guard held(lock_);
    database_ = std::move(trouble);
    database_at_ = now;
}

void Readiness::connectors_are(std::size_t loaded, std::vector<std::string> refused) {
    const std::lock_guard held(lock_);
    connectors_ = loaded;
    refused_ = std::move(refused);
}

void Readiness::stopping() {
    const std::lock_guard held(lock_);
    stopping_ = true;
}

Readiness::Verdict Readiness::verdict(Moment now) const {
    const std::lock_guard held(lock_);
    Verdict verdict;
    auto& reasons = verdict.reasons;
    if (stopping_) {
        reasons.emplace_back("stopping: the daemon is on its way out");
    }
    if (!database_at_) {
        reasons.emplace_back("database: not asked yet");
    } else if (now - *database_at_ > kStale) {
        reasons.emplace_back("database: PostgreSQL does not answer");
    } else if (database_) {
        reasons.push_back("database: " + *database_);
    }
    if (connectors_ == 0) {
        reasons.emplace_back("connectors: none is loaded");
    }
    if (!engine_at_) {
        reasons.emplace_back("engine: not started yet");
    } else if (now - *engine_at_ > kStale) {
        reasons.emplace_back("engine: its thread makes no progress");
    } else {
        if (engine_.stalled) {
            reasons.push_back("engine: the loop '" + *engine_.stalled + "' makes no progress");
        }
        if (!engine_.lease_fresh) {
            reasons.emplace_back("leases: this node could not renew its lease");
        }
    }
    for (const auto& name : refused_) {
        verdict.warnings.push_back("connectors: " + name + " was refused; the log says why");
    }
    return verdict;
}

}  // namespace navette::http
