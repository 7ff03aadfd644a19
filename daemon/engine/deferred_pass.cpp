#include "daemon/engine/deferred_pass.hpp"

#include <utility>

namespace navette::engine {

namespace {

constexpr std::chrono::seconds kAnew{60};

}  // namespace

const store::DuePlace& DeferredPass::next(Time now) {
    if (now >= ends_at_) {
        rewind();
        ends_at_ = now + kAnew;
    }
    return at_;
}

void DeferredPass::was_read(std::optional<store::DuePlace> more) {
    has_more_ = more.has_value();
    at_ = std::move(more).value_or(store::DuePlace());
}

}  // namespace navette::engine
