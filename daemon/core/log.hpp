// One line per event: a sentence for a person, and fields for a machine. Where the lines go is the program's
// choice.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace navette::core {

enum class LogLevel { debug, info, warning, error };

struct LogField {
    LogField(std::string_view field_name, std::string_view text) : name(field_name), value(text) {}
    LogField(std::string_view field_name, long long number)
        : name(field_name), value(std::to_string(number)) {}

    std::string name;
    std::string value;
};

using LogSink =
    std::function<void(LogLevel level, std::string_view message, std::span<const LogField> fields)>;

/// Sets where lines go, for the whole process, at any time. The sink is called by several threads at once.
/// Without a sink, lines go nowhere.
void set_log_sink(LogSink sink);

/// Messages and fields hold no secrets: whoever logs foreign text passes it through a Redactor first.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace navette::core
