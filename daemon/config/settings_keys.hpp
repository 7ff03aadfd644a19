// Every key of navette.yaml, declared once: its name, its member and what its value must fulfil. A visitor
// does the rest: Section reads and checks, SettingsWriter prints. Internal to daemon/config.
#pragma once

#include "daemon/config/checks.hpp"
#include "daemon/config/mask.hpp"
#include "daemon/config/settings.hpp"
#include "daemon/config/yaml_reader.hpp"
#include "daemon/config/yaml_value.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace navette::config {

constexpr auto enum_names(LogLevel) {
    return std::array<std::pair<std::string_view, LogLevel>, 4>{
        {{"debug", LogLevel::debug},
         {"info", LogLevel::info},
         {"warning", LogLevel::warning},
         {"error", LogLevel::error}}
    };
}

constexpr auto enum_names(LogFormat) {
    return std::array<std::pair<std::string_view, LogFormat>, 3>{
        {{"text", LogFormat::text}, {"json", LogFormat::json}, {"journald", LogFormat::journald}}
    };
}

template <class Keys>
void declare(Keys& keys, DatabaseSettings& database) {
    keys.connection("url", database.url, not_empty, connection_string);
}

template <class Keys>
void declare(Keys& keys, NodeSettings& node) {
    using namespace std::chrono_literals;
    keys.key("name", node.name, node_name);
    keys.key("lease", node.lease, between(1'000ms, 600'000ms));
}

template <class Keys>
void declare(Keys& keys, ConnectorSettings& connectors) {
    keys.key("directory", connectors.directory, not_empty);
    keys.key("overrides", connectors.overrides, not_empty);
}

template <class Keys>
void declare(Keys& keys, EngineSettings& engine) {
    using namespace std::chrono_literals;
    keys.key("poll", engine.poll, between(10ms, 3'600'000ms));
    keys.key("drain_deadline", engine.drain_deadline, between(100ms, 3'600'000ms));
    keys.key("sweep", engine.sweep, at_least(1'000ms));
    keys.key("dependency_wait", engine.dependency_wait, at_least(1'000ms));
    keys.key("batch", engine.batch, between(1, 10'000));
    keys.key("concurrency", engine.concurrency, between(1, 100'000));
    keys.key("job_memory", engine.job_memory, between(mebibytes(1), mebibytes(16'384)));
    keys.key("aging", engine.aging, at_least(100ms));
    keys.key("quarantine_after", engine.quarantine_after, between(1, 1'000));
}

template <class Keys>
void declare(Keys& keys, LogSettings& log) {
    keys.key("level", log.level);
    keys.key("format", log.format);
}

constexpr auto enum_names(CoreDumps) {
    return std::array<std::pair<std::string_view, CoreDumps>, 2>{
        {{"false", CoreDumps::never}, {"true", CoreDumps::allowed}}
    };
}

/// secrets.old_keys: never quoted, each of a name of its own, and of use only beside a current key.
void read_old_keys(Section& section, SecretSettings& secrets);

template <class Keys>
void declare(Keys& keys, SecretSettings& secrets) {
    keys.secret("key", secrets.key, secret_key);
    if constexpr (std::is_same_v<Keys, Section>) {
        read_old_keys(keys, secrets);
    } else {
        std::vector<std::string> masked;
        for (const auto& key : secrets.old_keys) {
            masked.push_back(mask_key(key));
        }
        keys.key("old_keys", masked);
    }
    keys.key("core_dumps", secrets.core_dumps);
}

template <class Keys>
void declare(Keys& keys, OutboundSettings& outbound) {
    using namespace std::chrono_literals;
    keys.key("connect_timeout", outbound.connect_timeout, between(10ms, 3'600'000ms));
    keys.key("timeout", outbound.timeout, between(10ms, 3'600'000ms));
    keys.key("allow_private_networks", outbound.allow_private_networks, cidr_block);
}

/// Zero is for ever.
[[nodiscard]] inline Verdict retention_span(const std::chrono::hours& age) {
    using namespace std::chrono_literals;
    return age == 0h || age >= 24h ? Verdict() : Complaint{"is too short", "at least 1d, or 0s for ever"};
}

template <class Keys>
void declare(Keys& keys, RetentionSettings& retention) {
    keys.key("sync_logs", retention.sync_logs, at_least(std::chrono::hours(1)));
    keys.key("webhook_logs", retention.webhook_logs, at_least(std::chrono::hours(1)));
    keys.key("undo", retention.undo, at_least(std::chrono::hours(1)));
    keys.key("deleted_records", retention.deleted_records, retention_span);
    keys.key("changes", retention.changes, retention_span);
    keys.key("webhook_receipts", retention.webhook_receipts, retention_span);
}

/// node_exporter's textfile collector reads "*.prom" only; an empty path passes.
[[nodiscard]] inline Verdict metrics_file(const std::filesystem::path& file) {
    return file.empty() || (file.is_absolute() && file.extension() == ".prom")
               ? Verdict()
               : Complaint{
                     "is not a metrics file",
                     "an absolute path that ends in .prom, such as "
                     "/var/lib/prometheus/node-exporter/navette.prom"
                 };
}

template <class Keys>
void declare(Keys& keys, MetricsSettings& metrics) {
    using namespace std::chrono_literals;
    keys.key("file", metrics.file, metrics_file);
    keys.key("every", metrics.every, between(1'000ms, 3'600'000ms));
    keys.key("depth_every", metrics.depth_every, between(1'000ms, 3'600'000ms));
}

template <class Keys>
void declare(Keys& keys, PullSettings& pull) {
    using namespace std::chrono_literals;
    keys.key("every", pull.every, between(1'000ms, 604'800'000ms));
    keys.key("page", pull.page, between(1, 2'000));
    keys.key("concurrency", pull.concurrency, between(1, 1'000));
}

/// Zero is never.
[[nodiscard]] inline Verdict reconcile_span(const std::chrono::milliseconds& every) {
    using namespace std::chrono_literals;
    return every == 0ms || every >= 60'000ms ? Verdict()
                                             : Complaint{"is too short", "at least 1m, or 0s for never"};
}

template <class Keys>
void declare(Keys& keys, ReconcileSettings& reconcile) {
    keys.key("every", reconcile.every, reconcile_span);
    keys.key("repair_below", reconcile.repair_below, between(0, 100));
    keys.key("repair_most", reconcile.repair_most, between(0, 1'000'000));
}

template <class Keys>
void declare(Keys& keys, WebhookSettings& webhooks) {
    using namespace std::chrono_literals;
    keys.key("check", webhooks.check, between(1'000ms, 2'592'000'000ms));
    keys.key("silence", webhooks.silence, between(1'000ms, 2'592'000'000ms));
    keys.key("repair", webhooks.repair);
}

template <class Keys>
void declare(Keys& keys, ListenSettings& listen) {
    using namespace std::chrono_literals;
    if constexpr (requires { keys.where(); }) {
        listen.where = keys.where();
    }
    keys.key("address", listen.address, ip_address);
    keys.key("port", listen.port, between(0, 65'535));
    keys.key("public_url", listen.public_url, public_url);
    keys.key("tls_certificate", listen.tls_certificate, absolute_file);
    keys.key("tls_key", listen.tls_key, absolute_file);
    keys.key("trusted_proxies", listen.trusted_proxies, cidr_block);
    keys.lists("webhook_allow", listen.webhook_allow, cidr_block);
    keys.key("max_connections", listen.max_connections, between(1, 100'000));
    keys.key("max_connections_per_address", listen.max_connections_per_address, between(1, 100'000));
    keys.key("max_requests", listen.max_requests, between(1, 10'000));
    keys.key("header_limit", listen.header_limit, between(kibibytes(1), kibibytes(256)));
    keys.key("body_limit", listen.body_limit, between(kibibytes(1), mebibytes(256)));
    keys.key("body_memory", listen.body_memory, between(mebibytes(1), mebibytes(16'384)));
    keys.key("header_timeout", listen.header_timeout, between(100ms, 600'000ms));
    keys.key("body_timeout", listen.body_timeout, between(100ms, 3'600'000ms));
    keys.key("idle_timeout", listen.idle_timeout, between(100ms, 3'600'000ms));
}

constexpr auto enum_names(SourceDeletes) {
    return std::array<std::pair<std::string_view, SourceDeletes>, 2>{
        {{"ignore", SourceDeletes::ignore}, {"tell", SourceDeletes::tell}}
    };
}

/// sources.<name>.change_column, which a source with `capture` can do without.
void read_change_column(Section& section, SourceSettings& source);

/// sources.<name>.capture: one table, or a list of them.
void read_capture(Section& section, SourceSettings& source);

template <class Keys>
void declare(Keys& keys, CapturedTable& captured) {
    keys.required("table", captured.table, not_empty);
    keys.required("key", captured.key, sql_expression);
}

template <class Keys>
void declare(Keys& keys, SourceSettings& source) {
    using namespace std::chrono_literals;
    keys.connection("connection", source.connection, connection_string);
    keys.required("tenant", source.tenant, not_empty);
    keys.required("query", source.query, single_select);
    keys.required("key", source.key, not_empty);
    if constexpr (std::is_same_v<Keys, Section>) {
        read_change_column(keys, source);
    } else if (!source.change_column.empty()) {
        keys.key("change_column", source.change_column);
    }
    keys.required("entity_type", source.entity_type, plain_name);
    keys.key("event_type", source.event_type, event_name);
    keys.key("every", source.every, at_least(1'000ms));
    keys.key("overlap", source.overlap);
    keys.key("full_every", source.full_every, at_least(1'000ms));
    keys.key("priority", source.priority, between(1, 10));
    keys.key("page", source.page, between(1, 10'000));
    if constexpr (std::is_same_v<Keys, Section>) {
        read_capture(keys, source);
    } else {
        keys.items("capture", source.capture, [](auto& entry, CapturedTable& captured) {
            declare(entry, captured);
        });
    }
    keys.key("deletes", source.deletes);
    keys.key("max_pending", source.max_pending, between(1, 10'000'000));
}

template <class Keys>
void declare(Keys& keys, Settings& settings) {
    keys.section("database", [&](auto& section) { declare(section, settings.database); });
    keys.section("node", [&](auto& section) { declare(section, settings.node); });
    keys.section("connectors", [&](auto& section) { declare(section, settings.connectors); });
    keys.section("engine", [&](auto& section) { declare(section, settings.engine); });
    keys.section("log", [&](auto& section) { declare(section, settings.log); });
    keys.section("secrets", [&](auto& section) { declare(section, settings.secrets); });
    keys.section("outbound", [&](auto& section) { declare(section, settings.outbound); });
    keys.section("retention", [&](auto& section) { declare(section, settings.retention); });
    keys.section("metrics", [&](auto& section) { declare(section, settings.metrics); });
    keys.section("pull", [&](auto& section) { declare(section, settings.pull); });
    keys.section("reconcile", [&](auto& section) { declare(section, settings.reconcile); });
    keys.section("webhooks", [&](auto& section) { declare(section, settings.webhooks); });
    keys.section("listen", [&](auto& section) { declare(section, settings.listen); });
    keys.each("sources", settings.sources, [](auto& section, SourceSettings& source) {
        declare(section, source);
    });
}

}  // namespace navette::config
