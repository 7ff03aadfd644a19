#include "daemon/http/listener.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/http/listening_sockets.hpp"
#include "daemon/http/parts.hpp"
#include "daemon/http/server.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <thread>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kDrain{5'000};  // for requests in progress, beside engine.drain_deadline

using MaybeTls = core::Result<std::shared_ptr<const TlsContext>>;

MaybeTls certificate_of(const config::ListenSettings& settings) {
    if (settings.tls_certificate.empty()) {
        return std::shared_ptr<const TlsContext>();
    }
    return TlsContext::load(settings.tls_certificate, settings.tls_key);
}

void report_certificate(const std::shared_ptr<const TlsContext>& tls) {
    const auto expires = tls ? tls->expires() : std::chrono::system_clock::time_point();
    core::listener_metrics().certificate_end.set(
        static_cast<double>(std::chrono::system_clock::to_time_t(expires))
    );
    if (tls && expires < std::chrono::system_clock::now()) {
        core::log(core::LogLevel::warning, "listen.tls_certificate has expired; clients will refuse it");
    }
}

Readiness& told_of_connectors(Readiness& readiness, const engine::Configuration& configuration) {
    std::vector<std::string> refused;
    std::size_t loaded = 0;
    if (configuration.inventory) {
        loaded = configuration.inventory->loaded().size();
        for (const auto& refusal : configuration.inventory->refused()) {
            refused.push_back(refusal.file.stem().string());
        }
    }
    readiness.connectors_are(loaded, std::move(refused));
    return readiness;
}

}  // namespace

// The order counts: what works on the context ends before it does.
struct Listener::Impl {
    Impl(engine::Configuration given, std::shared_ptr<const TlsContext> certificate)
        : configuration(std::move(given)),
          tls(std::move(certificate)),
          parts(context.get_executor(), configuration, told_of_connectors(readiness, *configuration.get())),
          front(parts.routes(), parts.admit()),
          server(context.get_executor(), front, configuration.get()->settings.listen, tls) {}

    asio::io_context context{1};
    asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
    ConfigurationInForce configuration;
    Readiness readiness;
    std::shared_ptr<const TlsContext> tls;  // of the last good reload
    Parts parts;
    Front front;
    Server server;
    std::vector<asio::ip::tcp::acceptor> acceptors;  // until start()
    std::vector<std::string> addresses;
    std::thread thread;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

core::Result<std::unique_ptr<Listener>> Listener::open(
    engine::Configuration configuration, const std::vector<int>& inherited
) {
    auto tls = certificate_of(configuration.settings.listen);
    if (!tls) {
        return std::unexpected(tls.error());
    }
    auto impl = std::make_unique<Impl>(std::move(configuration), std::move(*tls));
    const auto& settings = impl->configuration.get()->settings.listen;
    auto acceptors = listening_sockets(impl->context.get_executor(), settings, inherited);
    if (!acceptors) {
        return std::unexpected(acceptors.error());
    }
    for (const auto& acceptor : *acceptors) {
        const auto endpoint = acceptor.local_endpoint();
        const auto address = endpoint.address();
        impl->addresses.push_back(
            std::string(impl->tls ? "https://" : "http://") +
            (address.is_v6() ? "[" + address.to_string() + "]" : address.to_string()) + ":" +
            std::to_string(endpoint.port())
        );
    }
    impl->acceptors = std::move(*acceptors);
    report_certificate(impl->tls);
    allow_descriptors(settings.max_connections);
    return std::unique_ptr<Listener>(new Listener(std::move(impl)));
}

Listener::~Listener() {
    impl_->context.stop();
    if (impl_->thread.joinable()) {
        impl_->thread.join();
    }
}

void Listener::start() {
    impl_->parts.start();
    impl_->server.start(std::move(impl_->acceptors));
    impl_->thread = std::thread([impl = impl_.get()] {
        try {
            impl->context.run();
        } catch (const std::exception& error) {
            // A part that works by itself failed. A daemon that only looks alive is worse than a restart.
            core::log(
                core::LogLevel::error, std::string("the listener failed, the daemon stops: ") + error.what()
            );
            std::terminate();
        }
    });
}

core::Result<void> Listener::reload(engine::Configuration configuration) {
    const auto settings = configuration.settings.listen;
    told_of_connectors(impl_->readiness, configuration);
    impl_->configuration.set(std::move(configuration));
    auto tls = certificate_of(settings);
    if (tls) {
        impl_->tls = *tls;
        report_certificate(impl_->tls);
    }
    asio::post(impl_->context, [impl = impl_.get(), settings, current = impl_->tls] {
        impl->server.use(settings, current);
    });
    if (!tls) {
        return core::failure(
            tls.error().kind, tls.error().message + "; the certificate that was in use stays in use"
        );
    }
    return {};
}

asio::awaitable<void> Listener::stop() {
    impl_->readiness.stopping();
    auto draining = [](Impl& impl) -> asio::awaitable<void> {
        impl.parts.stop_waiting();
        co_await impl.server.drain(kDrain);
        impl.parts.stop();
    };
    co_await asio::co_spawn(impl_->context, draining(*impl_), asio::use_awaitable);
    impl_->context.stop();
    impl_->thread.join();
}

bool Listener::alive(milliseconds within) const {
    return std::chrono::steady_clock::now() - impl_->server.last_beat() < within;
}

const std::vector<std::string>& Listener::addresses() const {
    return impl_->addresses;
}

Readiness& Listener::readiness() {
    return impl_->readiness;
}

}  // namespace navette::http
