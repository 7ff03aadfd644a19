#include "daemon/main/log_output.hpp"

#include "daemon/core/log.hpp"
#include "daemon/outbound/redactor.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <sys/uio.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include <functional>
#include <memory>
#include <vector>

namespace navette::main {

namespace {

spdlog::level::level_enum level_of(core::LogLevel level) {
    switch (level) {
        case core::LogLevel::debug:
            return spdlog::level::debug;
        case core::LogLevel::info:
            return spdlog::level::info;
        case core::LogLevel::warning:
            return spdlog::level::warn;
        case core::LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

core::LogLevel least_of(config::LogLevel level) {
    switch (level) {
        case config::LogLevel::debug:
            return core::LogLevel::debug;
        case config::LogLevel::info:
            return core::LogLevel::info;
        case config::LogLevel::warning:
            return core::LogLevel::warning;
        case config::LogLevel::error:
            return core::LogLevel::error;
    }
    return core::LogLevel::info;
}

/// A line stays one line, and foreign text cannot forge another or steer a terminal.
std::string one_line(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n' || c == '\r' || c == '\t') {
            out += ' ';
        } else if (byte >= 0x20 && byte != 0x7F) {
            out += c;
        }
    }
    return out;
}

/// The last net under all who log: they know their secrets and hide them, this one goes by names and forms
/// (tokens in addresses, credentials in what PostgreSQL or a platform quotes).
void with_secrets_hidden(
    std::string_view message,
    std::span<const core::LogField> fields,
    const std::function<void(std::string_view, std::span<const core::LogField>)>& write
) {
    const outbound::Redactor redactor;
    std::vector<core::LogField> shown;
    shown.reserve(fields.size());
    for (const auto& field : fields) {
        shown.emplace_back(field.name, redactor.text(field.value));
    }
    write(redactor.text(message), shown);
}

std::string as_text(std::string_view message, std::span<const core::LogField> fields) {
    std::string line = one_line(message);
    for (const auto& field : fields) {
        line += "  " + field.name + "=";
        const bool plain = field.value.find_first_of(" \"=") == std::string::npos && !field.value.empty();
        line += plain ? one_line(field.value) : '"' + one_line(field.value) + '"';
    }
    return line;
}

std::string as_json(std::string_view message, std::span<const core::LogField> fields) {
    boost::json::object line;
    line["message"] = message;
    for (const auto& field : fields) {
        line[field.name] = field.value;
    }
    // Without the outer brace: the pattern adds time and level before it.
    return boost::json::serialize(line).substr(1);
}

int priority_of(core::LogLevel level) {
    switch (level) {
        case core::LogLevel::debug:
            return LOG_DEBUG;
        case core::LogLevel::info:
            return LOG_INFO;
        case core::LogLevel::warning:
            return LOG_WARNING;
        case core::LogLevel::error:
            return LOG_ERR;
    }
    return LOG_INFO;
}

void to_journald(core::LogLevel level, std::string_view message, std::span<const core::LogField> fields) {
    std::vector<std::string> entries;
    entries.push_back("PRIORITY=" + std::to_string(priority_of(level)));
    entries.push_back("MESSAGE=" + as_text(message, fields));
    entries.emplace_back("SYSLOG_IDENTIFIER=navetted");
    for (const auto& field : fields) {
        std::string name = "NAVETTE_";
        for (const char c : field.name) {
            name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        }
        entries.push_back(name + "=" + field.value);
    }
    std::vector<iovec> parts;
    parts.reserve(entries.size());
    for (auto& entry : entries) {
        parts.push_back({entry.data(), entry.size()});
    }
    sd_journal_sendv(parts.data(), static_cast<int>(parts.size()));
}

}  // namespace

void set_log_output(const config::LogSettings& settings) {
    const auto least = least_of(settings.level);
    if (settings.format == config::LogFormat::journald) {
        core::set_log_sink(
            [least](core::LogLevel level, std::string_view message, std::span<const core::LogField> fields) {
                if (level >= least) {
                    with_secrets_hidden(message, fields, [level](auto text, auto shown) {
                        to_journald(level, text, shown);
                    });
                }
            }
        );
        return;
    }
    const bool json = settings.format == config::LogFormat::json;
    auto logger =
        std::make_shared<spdlog::logger>("navetted", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_level(spdlog::level::debug);
    logger->flush_on(spdlog::level::debug);
    logger->set_pattern(
        json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v)" : "%Y-%m-%d %H:%M:%S.%eZ %-7l %v",
        spdlog::pattern_time_type::utc
    );
    core::set_log_sink([least, json, logger](
                           core::LogLevel level,
                           std::string_view message,
                           std::span<const core::LogField> fields
                       ) {
        if (level >= least) {
            with_secrets_hidden(message, fields, [&](auto text, auto shown) {
                logger->log(
                    level_of(level), spdlog::string_view_t(json ? as_json(text, shown) : as_text(text, shown))
                );
            });
        }
    });
}

}  // namespace navette::main
