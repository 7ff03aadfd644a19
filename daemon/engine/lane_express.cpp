// The part of a lane that takes a single job the short way: where nothing is in hand and one job comes, it is
// read and marked as started by one statement.
#include "daemon/engine/lane.hpp"
#include "daemon/store/express_start.hpp"

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::steady_clock;
using std::chrono::system_clock;

namespace {

// After a job was marked for nothing (its account is at its limit, or it needed no call), the next ones go
// the usual way for so long.
constexpr std::chrono::seconds kUsualFor{1};

}  // namespace

bool Lane::may_go_express() {
    return look_ && !look_closely_ && !busy_ && !stopping_ && nothing_in_hand() && sequencer_.size() == 0 &&
           goes_express_ && steady_clock::now() >= express_again_at_ && gate_.is_open(system_clock::now());
}

asio::awaitable<bool> Lane::read_express() {
    auto classes = classes_.ahead(steady_clock::now(), workshop_.settings.aging);
    std::erase_if(classes, [&](const store::ClassFloor& one) { return one.priority != usual_class_; });
    const auto connection = co_await desk().database.connection();
    if (!connection || classes.empty()) {
        co_return false;
    }
    const auto batch_id = next_batch_++;
    sequencer_.reading_began();
    auto job = co_await store::start_single(
        **connection, {integration_->key(), workshop_.node_id, epoch_, batch_id, classes.front()}
    );
    if (!job || !*job) {
        // Whatever is wrong, or there is: the usual way finds it.
        sequencer_.reading_ended();
        co_return false;
    }
    express_ = Express{(*job)->id, batch_id};
    classes_.was_read(classes, std::span(&**job, 1), false, steady_clock::now());
    if (sequencer_.take(**job)) {
        leaders_.push_back(std::move(**job));
    }
    sequencer_.reading_ended();
    // What the other classes hold is read when this one is on its way, and none of it belongs to one call
    // with it.
    has_all_ = true;
    follows_express_ = true;
    co_return true;
}

asio::awaitable<void> Lane::start_express() {
    start_some();
    if (!express_) {
        co_return;
    }
    // It may not start just now, or needs no call.
    const store::Ended ended{integration_->key(), epoch_, express_->batch_id};
    express_.reset();
    express_again_at_ = steady_clock::now() + kUsualFor;
    co_await desk().journal.complete({}, {}, {ended});
}

}  // namespace navette::engine
