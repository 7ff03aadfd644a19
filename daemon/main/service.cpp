#include "daemon/main/service.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/queue_gauges.hpp"
#include "daemon/engine/spawn.hpp"
#include "daemon/http/listener.hpp"
#include "daemon/main/configuration.hpp"
#include "daemon/main/inherited_sockets.hpp"
#include "daemon/main/log_output.hpp"
#include "daemon/main/metrics_file.hpp"
#include "daemon/store/migrations.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <systemd/sd-daemon.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <memory>
#include <optional>
#include <vector>

namespace navette::main {

namespace asio = boost::asio;

namespace {

constexpr int kExitFailed = 1;
constexpr int kExitAway = 75;  // EX_TEMPFAIL: systemd's Restart= tries again
constexpr int kExitConfig = 78;

int exit_code_of(core::ErrorKind kind) {
    switch (kind) {
        case core::ErrorKind::unavailable:
            return kExitAway;
        case core::ErrorKind::invalid:
            return kExitConfig;
        default:
            return kExitFailed;
    }
}

class Service {
  public:
    Service(asio::io_context& context, std::filesystem::path config_file, engine::Configuration configuration)
        : context_(context),
          config_file_(std::move(config_file)),
          configuration_(configuration),
          engine_(context.get_executor(), std::move(configuration)),
          signals_(context, SIGTERM, SIGINT, SIGHUP),
          watchdog_(context),
          engine_report_(context) {}

    asio::awaitable<void> run() {
        if (!open_listener()) {
            context_.stop();
            co_return;
        }
        auto started = co_await engine_.start();
        if (!started) {
            core::log(core::LogLevel::error, "cannot start: " + started.error().message);
            exit_code_ = started.error().kind == core::ErrorKind::unavailable ? kExitAway : kExitFailed;
            context_.stop();
            co_return;
        }
        auto feeding = [](Service& service) -> asio::awaitable<void> { co_await service.feed_watchdog(); };
        asio::co_spawn(context_, feeding(*this), asio::detached);
        export_metrics();
        start_listener();
        sd_notify(0, "READY=1");
        core::log(core::LogLevel::info, "ready", {{"config", config_file_.string()}});
        while (true) {
            const auto [error, signal] = co_await signals_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (error) {
                break;
            }
            if (signal != SIGHUP) {
                co_await stop();
                break;
            }
            reload();
        }
        context_.stop();
    }

    [[nodiscard]] int exit_code() const { return exit_code_; }

  private:
    /// Takes the sockets where a listener is wanted. False: it is, and cannot be.
    bool open_listener() {
        const auto inherited = inherited_sockets();
        if (configuration_.settings.listen.port == 0 && inherited.empty()) {
            return true;
        }
        auto opened = http::Listener::open(configuration_, inherited);
        if (!opened) {
            core::log(core::LogLevel::error, "cannot start: " + opened.error().message);
            exit_code_ = exit_code_of(opened.error().kind);
            return false;
        }
        listener_ = std::move(*opened);
        return true;
    }

    void start_listener() {
        if (!listener_) {
            return;
        }
        auto reporting = [](Service& service) -> asio::awaitable<void> { co_await service.report_engine(); };
        asio::co_spawn(context_, reporting(*this), asio::detached);
        listener_->start();
        for (const auto& address : listener_->addresses()) {
            core::log(core::LogLevel::info, "listening", {{"address", address}});
        }
    }

    /// Tells the listener's thread how the engine is, which only this thread may ask.
    asio::awaitable<void> report_engine() {
        while (true) {
            const auto now = std::chrono::steady_clock::now();
            http::Readiness::EngineState state;
            state.stalled = engine_.heartbeats().stalled(now);
            state.lease_fresh = engine_.holds_its_leases();
            listener_->readiness().engine_is(std::move(state), now);
            engine_report_.expires_after(kReportEngine);
            const auto [error] = co_await engine_report_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (error) {
                co_return;
            }
        }
    }

    void export_metrics() {
        const auto& metrics = configuration_.settings.metrics;
        if (metrics.file.empty() && !listener_) {
            return;
        }
        const auto executor = context_.get_executor();
        queue_gauges_.emplace(executor, configuration_.settings.database.url, metrics.depth_every);
        engine::spawn(executor, queue_gauges_->run(), "queue gauges");
        if (metrics.file.empty()) {
            return;
        }
        metrics_file_.emplace(executor, metrics.file, metrics.every);
        engine::spawn(executor, metrics_file_->run(), "metrics file");
    }

    void reload() {
        timespec now{};
        clock_gettime(CLOCK_MONOTONIC, &now);
        const auto micros = static_cast<unsigned long long>(now.tv_sec) * 1'000'000ULL +
                            static_cast<unsigned long long>(now.tv_nsec) / 1'000ULL;
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", micros);
        auto fresh = read_configuration(config_file_, &configuration_);
        if (!fresh) {
            for (const auto& problem : fresh.error()) {
                core::log(core::LogLevel::error, problem.text());
            }
            core::log(core::LogLevel::error, "the new configuration is bad, the old one stays in force");
        } else {
            const auto& old = configuration_.settings;
            const auto& read = fresh->settings;
            if (old.database.url != read.database.url || old.node.name != read.node.name ||
                old.node.lease != read.node.lease || old.connectors.directory != read.connectors.directory ||
                old.outbound.allow_private_networks != read.outbound.allow_private_networks ||
                old.metrics != read.metrics) {
                core::log(
                    core::LogLevel::warning,
                    "database, node, connectors.directory, outbound and metrics change with a restart only"
                );
                fresh->settings.database = old.database;
                fresh->settings.node = old.node;
                fresh->settings.connectors.directory = old.connectors.directory;
                fresh->settings.outbound.allow_private_networks = old.outbound.allow_private_networks;
                fresh->settings.metrics = old.metrics;
            }
            if (old.listen.address != read.listen.address || old.listen.port != read.listen.port) {
                core::log(
                    core::LogLevel::warning, "listen.address and listen.port change with a restart only"
                );
                fresh->settings.listen.address = old.listen.address;
                fresh->settings.listen.port = old.listen.port;
            }
            configuration_ = *fresh;
            set_log_output(configuration_.settings.log);
            if (listener_) {
                if (const auto reloaded = listener_->reload(configuration_); !reloaded) {
                    core::log(core::LogLevel::error, reloaded.error().message);
                }
            }
            engine_.reload(std::move(*fresh));
            core::log(core::LogLevel::info, "the configuration was read again");
        }
        sd_notify(0, "READY=1");
    }

    asio::awaitable<void> stop() {
        sd_notify(0, "STOPPING=1");
        stopping_ = true;
        auto second = [](Service& service) -> asio::awaitable<void> {
            const auto [error, signal] =
                co_await service.signals_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (!error && signal != SIGHUP) {
                core::log(core::LogLevel::warning, "stopping at once: a second signal came");
                service.context_.stop();
            }
        };
        asio::co_spawn(context_, second(*this), asio::detached);
        if (listener_) {
            co_await listener_->stop();
        }
        co_await engine_.drain();
    }

    /// Fed only while every loop of the engine makes progress: a daemon that merely exists is restarted.
    asio::awaitable<void> feed_watchdog() {
        std::uint64_t interval = 0;
        const bool wanted = sd_watchdog_enabled(0, &interval) > 0;
        const auto period = wanted ? std::chrono::microseconds(interval) / 3
                                   : std::chrono::microseconds(std::chrono::seconds(5));
        while (true) {
            if (const auto stalled = engine_.heartbeats().stalled(std::chrono::steady_clock::now())) {
                core::log(
                    core::LogLevel::error,
                    "an engine loop makes no progress, the watchdog is not fed",
                    {{"loop", *stalled}}
                );
            } else if (listener_ && !stopping_ && !listener_->alive(kListenerSilent)) {
                core::log(core::LogLevel::error, "the listener makes no progress, the watchdog is not fed");
            } else if (wanted) {
                sd_notify(0, "WATCHDOG=1");
            }
            sd_notifyf(0, "STATUS=%s", engine_.status().c_str());
            watchdog_.expires_after(period);
            const auto [error] = co_await watchdog_.async_wait(asio::as_tuple(asio::use_awaitable));
            if (error) {
                co_return;
            }
        }
    }

    static constexpr std::chrono::milliseconds kReportEngine{500};
    static constexpr std::chrono::milliseconds kListenerSilent{30'000};

    asio::io_context& context_;
    std::filesystem::path config_file_;
    engine::Configuration configuration_;
    engine::Engine engine_;
    asio::signal_set signals_;
    asio::steady_timer watchdog_;
    asio::steady_timer engine_report_;
    std::unique_ptr<http::Listener> listener_;
    std::optional<engine::QueueGauges> queue_gauges_;
    std::optional<MetricsFile> metrics_file_;
    bool stopping_ = false;
    int exit_code_ = 0;
};

}  // namespace

int run_service(const std::filesystem::path& config_file, engine::Configuration configuration) {
    const auto current = store::require_current_schema(configuration.settings.database.url);
    if (!current) {
        core::log(core::LogLevel::error, "cannot start: " + current.error().message);
        return current.error().kind == core::ErrorKind::unavailable ? kExitAway : kExitFailed;
    }
    asio::io_context context(1);
    Service service(context, config_file, std::move(configuration));
    auto running = [](Service& one) -> asio::awaitable<void> { co_await one.run(); };
    asio::co_spawn(context, running(service), [](const std::exception_ptr& error) {
        if (error) {
            std::rethrow_exception(error);
        }
    });
    context.run();
    return service.exit_code();
}

}  // namespace navette::main
