// The daemon's configuration file as typed values. Defaults stand here, names and constraints of the keys are
// declared once for reading and printing, in settings_keys.hpp; config/navette.yaml is the commented
// reference of the same keys.
#pragma once

#include "daemon/config/byte_count.hpp"
#include "daemon/config/problem.hpp"

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <map>
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
    ByteCount job_memory = mebibytes(128);    // for the jobs in hand, all integrations together
    std::chrono::milliseconds aging{60'000};  // a priority class that waits rises by one place for each
    int quarantine_after = 3;                 // deaths of a daemon with the same job in hand
};

enum class LogFormat { text, json, journald };
enum class LogLevel { debug, info, warning, error };

struct LogSettings {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::text;
};

/// Named like a YAML boolean, which is what an administrator writes.
enum class CoreDumps { never, allowed };

struct SecretSettings {
    /// "name:base64 of 32 bytes"; empty: integrations with secrets cannot be used. As load_settings returns
    /// it, the old keys follow, one on each line: the form that secrets::Vault::with_key reads.
    std::string key;
    std::vector<std::string> old_keys;        // of the same form; they only open, until a rotation is over
    CoreDumps core_dumps = CoreDumps::never;  // of the daemon; they would hold keys and credentials
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
    std::chrono::hours undo{24 * 7};  // how long a run can be undone
    // Zero keeps them for ever.
    std::chrono::hours deleted_records{24 * 90};   // the fields of records that were deleted
    std::chrono::hours changes{24 * 90};           // entries of the feed that were acknowledged
    std::chrono::hours webhook_receipts{24 * 90};  // which events were accepted
};

struct MetricsSettings {
    bool operator==(const MetricsSettings&) const = default;

    std::filesystem::path file;                     // where the metrics are written; empty: nowhere
    std::chrono::milliseconds every{15'000};        // how often they are written
    std::chrono::milliseconds depth_every{30'000};  // how often the queue is counted, at most
};

/// Reading what changed on platforms.
struct PullSettings {
    std::chrono::milliseconds every{900'000};  // each object of each integration
    int page = 2'000;                          // records asked for at a time, at most
    int concurrency = 4;                       // integrations pulled at once, in the whole daemon
};

/// Comparing all records of platforms with the hub.
struct ReconcileSettings {
    std::chrono::milliseconds every{0};  // each two-way integration; zero: only when somebody asks
    int repair_below = 1;                // per cent of the records: no more that differ are repaired at once
    int repair_most = 100;               // and no more than so many
};

/// Looking after the webhook subscriptions that platforms hold.
struct WebhookSettings {
    std::chrono::milliseconds check{21'600'000};    // how often to look
    std::chrono::milliseconds silence{86'400'000};  // no webhook for so long, yet records changed
    bool repair = true;                             // make what is missing; false: only tell
};

/// The HTTP listener: webhooks, admin API, health, metrics.
struct ListenSettings {
    Location where;
    std::string address{"127.0.0.1"};  // an IP address; "::" and "0.0.0.0" are all of the machine's
    int port = 0;                      // 0: no listener, unless systemd hands over a socket
    std::string public_url;            // how the outside calls us, without a slash at its end; empty: by Host
    std::filesystem::path tls_certificate;     // PEM, the chain; empty: plain HTTP
    std::filesystem::path tls_key;             // PEM
    std::vector<std::string> trusted_proxies;  // CIDR blocks whose X-Forwarded-For and -Proto are believed
    /// Who may send a platform's webhooks, by its slug; a platform that is not named: everybody.
    std::map<std::string, std::vector<std::string>> webhook_allow;
    int max_connections = 4'096;
    int max_connections_per_address = 256;  // trusted proxies excepted
    int max_requests = 512;                 // being answered at once
    ByteCount header_limit = kibibytes(16);
    ByteCount body_limit = mebibytes(1);    // of one request, where its route has no limit of its own
    ByteCount body_memory = mebibytes(64);  // of all bodies together
    std::chrono::milliseconds header_timeout{10'000};  // from a request's first byte to the end of its header
    std::chrono::milliseconds body_timeout{30'000};    // from there to the end of its body
    std::chrono::milliseconds idle_timeout{60'000};    // between two requests of a connection
};

/// A table of the application whose writes triggers capture (navettectl source attach).
struct CapturedTable {
    bool operator==(const CapturedTable&) const = default;

    std::string table;  // as in SQL: orders, public.orders
    std::string key;    // a column, or an SQL expression over the row `r`, that gives the source's key
};

/// What it means that the query no longer yields a key which it yielded before.
enum class SourceDeletes { ignore, tell };

/// A watched query over an application's tables: its rows are enqueued as they appear and change.
struct SourceSettings {
    Location where;
    std::string name;
    std::string connection;  // libpq conninfo; empty: navette's own database
    std::string tenant;
    std::string query;          // without a trailing semicolon; its columns become the record's fields
    std::string key;            // the column that identifies a row: the record's entity id
    std::string change_column;  // a column that grows whenever the row changes; empty: full runs alone
    std::string entity_type;
    std::string event_type;  // default: "<entity_type>.updated"
    std::chrono::milliseconds every{300'000};
    std::chrono::milliseconds overlap{600'000};        // re-read behind the cursor, for rows committed late
    std::chrono::milliseconds full_every{86'400'000};  // how often the whole query is compared
    int priority = 5;
    int page = 500;                      // rows read at a time
    std::vector<CapturedTable> capture;  // the first is the one whose deleted rows are deleted records
    SourceDeletes deletes = SourceDeletes::ignore;
    int max_pending = 10'000;  // unfinished jobs of its own, at which it stops reading until half are done
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
    PullSettings pull;
    ReconcileSettings reconcile;
    WebhookSettings webhooks;
    ListenSettings listen;
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
