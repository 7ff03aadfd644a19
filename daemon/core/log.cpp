#include "daemon/core/log.hpp"

#include <memory>
#include <mutex>

namespace navette::core {

namespace {

/// Replaced by a reload while other threads log: each line keeps the sink that it began with.
struct CurrentSink {
    std::mutex lock;
    std::shared_ptr<const LogSink> sink;
};

/// Never destroyed: what ends late in the process may still log.
CurrentSink& current() {
    static auto& one = *new CurrentSink;
    return one;
}

}  // namespace

void set_log_sink(LogSink sink) {
    auto fresh = std::make_shared<const LogSink>(std::move(sink));
    const std::lock_guard held(current().lock);
    current().sink.swap(fresh);
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    std::shared_ptr<const LogSink> sink;
    {
        const std::lock_guard held(current().lock);
        sink = current().sink;
    }
    if (sink && *sink) {
        (*sink)(level, message, {fields.begin(), fields.size()});
    }
}

}  // namespace navette::core
