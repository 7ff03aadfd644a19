// The daemon's configuration file as typed values. Defaults stand here, names and constraints of the keys are
// declared once for reading and printing, in settings_keys.hpp; config/navette.yaml is the commented
// reference of the same keys.
#pragma once

#include "daemon/config/problem.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace navette::config {

struct DatabaseSettings {
    /// libpq conninfo or URI; several hosts for a fail-over cluster; may hold a password: never log it.
    std::string url{"postgresql:///navette"};
};

struct NodeSettings {
    std::string name;                         // default: the host's name
    std::chrono::milliseconds lease{10'000};  // how long a dead node's integrations wait for a new owner
};

struct ConnectorSettings {
    std::filesystem::path directory;  // default: where the build installs connectors
    std::filesystem::path overrides{"/etc/navette/connectors.d"};
};

struct EngineSettings {
    std::chrono::milliseconds poll{1'000};             // safety net behind NOTIFY
    std::chrono::milliseconds drain_deadline{20'000};  // how long SIGTERM waits for calls in flight
    std::chrono::milliseconds sweep{300'000};  // how often dead letters of a passing cause are revived
    std::chrono::milliseconds dependency_wait{86'400'000
    };  // how long a child waits for its parent before it is a dead letter
    int batch = 1'000;                        // jobs read ahead for one integration, at most
    int concurrency = 500;                    // calls in flight at once, in the whole daemon
    std::chrono::milliseconds aging{60'000};  // a priority class that waits rises by one place for each
    int quarantine_after = 3;                 // deaths of a daemon with the same job in hand
};

enum class LogFormat { text, json, journald };
enum class LogLevel { debug, info, warning, error };

struct LogSettings {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
};

struct SecretSettings {
    std::string key;  // "name:base64 of 32 bytes"; empty: integrations with secrets cannot be used
};

struct OutboundSettings {
    std::chrono::milliseconds connect_timeout{5'000};
    std::chrono::milliseconds timeout{30'000};
    std::vector<std::string>
        allow_private_networks;  // CIDR blocks that tenants' URLs may reach although they are private
};

struct RetentionSettings {
    std::chrono::hours sync_logs{24 * 30};
    std::chrono::hours webhook_logs{24 * 30};
};

struct MetricsSettings {
    bool operator==(const MetricsSettings&) const = default;

    std::filesystem::path file;                     // where the metrics are written; empty: nowhere
    std::chrono::milliseconds every{15'000};        // how often they are written
    std::chrono::milliseconds depth_every{30'000};  // how often the queue is counted, at most
};

/// A watched query over an application's tables: its rows are enqueued as they appear and change.
struct SourceSettings {
    Location where;
    std::string name;
    std::string connection;  // libpq conninfo; empty: navette's own database
    std::string tenant;
    std::string query;          // without a trailing semicolon; its columns become the record's fields
    std::string key;            // the column that identifies a row: the record's entity id
    std::string change_column;  // a column that grows whenever the row changes
    std::string entity_type;
    std::string event_type;  // default: "<entity_type>.updated"
    std::chrono::milliseconds every{300'000};
    std::chrono::milliseconds overlap{600'000};        // re-read behind the cursor, for rows committed late
    std::chrono::milliseconds full_every{86'400'000};  // how often the whole query is compared
    int priority = 5;
    int page = 500;  // rows read at a time
};

struct Settings {
    DatabaseSettings database;
    NodeSettings node;
    ConnectorSettings connectors;
    EngineSettings engine;
    LogSettings log;
    SecretSettings secrets;
    OutboundSettings outbound;
    RetentionSettings retention;
    MetricsSettings metrics;
    std::vector<SourceSettings> sources;
};

/// Where `${env:NAME}`, `${file:/path}` and `${credential:NAME}` find their values. Tests pass their own.
struct References {
    std::function<std::optional<std::string>(const std::string& name)> environment;
    std::filesystem::path credentials_directory;  // systemd's $CREDENTIALS_DIRECTORY; empty: none

    /// The process's own environment and $CREDENTIALS_DIRECTORY.
    static References of_process();
};

/// Reads and checks the whole file. On failure returns every mistake found, in the file's order, never just
/// the first. Unknown keys are mistakes, with the nearest known key suggested. A value that came from a
/// reference is never quoted in a message. An empty file is valid: every key has a default, only a source has
/// required ones.
[[nodiscard]] std::expected<Settings, Problems> load_settings(
    const std::filesystem::path& file, const References& references
);

/// The effective configuration as YAML, secrets masked: what `navettectl config show` prints.
[[nodiscard]] std::string effective_yaml(const Settings& settings);

}  // namespace navette::config
