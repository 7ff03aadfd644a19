#include "daemon/core/log.hpp"

namespace navette::core {

namespace {

LogSink& current_sink() {
    static LogSink sink;
    return sink;
}

}  // namespace

void set_log_sink(LogSink sink) {
    current_sink() = std::move(sink);
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (const auto& sink = current_sink()) {
        sink(level, message, {fields.begin(), fields.size()});
    }
}

}  // namespace navette::core
