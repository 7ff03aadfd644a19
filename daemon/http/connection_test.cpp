#include "daemon/http/connection_test.hpp"

#include "daemon/engine/attempt.hpp"
#include "daemon/http/integration_view.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <variant>

namespace navette::http {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

Response outcome(bool ok, std::string message) {
    return json_response(200, json::object{{"success", ok}, {"ok", ok}, {"message", std::move(message)}});
}

/// What the desk hands to the coroutine that waits for it.
struct Found {
    std::shared_ptr<const engine::Integration> integration;
};

Response assemble(
    store::AdminSession& session,
    const Request& request,
    const engine::Configuration& configuration,
    Found& found
) {
    auto known = integration_of(session, request);
    if (!known) {
        return std::move(known.error());
    }
    auto made =
        engine::Integration::assemble(std::move(known->row), *configuration.inventory, configuration.vault);
    if (!made) {
        return outcome(false, made.error().message);
    }
    found.integration = std::move(*made);
    return {};
}

asio::awaitable<sdk::TestReport> ask_platform(
    std::shared_ptr<const engine::Integration> integration,
    std::shared_ptr<outbound::HttpClient> client,
    config::OutboundSettings limits
) {
    engine::NetworkTransport network(*client, limits);
    engine::SessionMemory memory;
    engine::AttemptSession session(integration, nullptr, network, memory);
    auto report = co_await engine::guarded_test(integration->connector(), session);
    report.sentence = integration->redactor().text(report.sentence);
    co_return report;
}

}  // namespace

asio::awaitable<Response> try_connection(
    DatabaseDesk& desk,
    std::shared_ptr<outbound::HttpClient> client,
    std::shared_ptr<const engine::Configuration> configuration,
    std::chrono::milliseconds limit,
    Request request
) {
    const auto found = std::make_shared<Found>();
    Operation look = [found, configuration](store::AdminSession& session, const Request& asked) {
        return assemble(session, asked, *configuration, *found);
    };
    auto answer = co_await desk.run(std::move(look), std::move(request));
    if (!found->integration) {
        co_return answer;
    }
    using namespace asio::experimental::awaitable_operators;
    asio::steady_timer timer(co_await asio::this_coro::executor, limit);
    auto trial = ask_platform(found->integration, std::move(client), configuration->settings.outbound);
    const auto ended = co_await (std::move(trial) || timer.async_wait(asio::use_awaitable));
    if (const auto* report = std::get_if<0>(&ended)) {
        co_return outcome(report->ok, report->sentence);
    }
    co_return outcome(
        false,
        found->integration->manifest().name + " did not answer within " +
            std::to_string(std::chrono::ceil<std::chrono::seconds>(limit).count()) + " s"
    );
}

}  // namespace navette::http
