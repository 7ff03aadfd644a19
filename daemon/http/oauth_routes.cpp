#include "daemon/http/oauth_routes.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/oauth_consent.hpp"
#include "daemon/engine/transport.hpp"
#include "daemon/http/integration_view.hpp"
#include "daemon/http/oauth_pages.hpp"
#include "daemon/secrets/wiping.hpp"
#include "daemon/store/admin_integrations.hpp"

#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace navette::http {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

using Configuration = std::shared_ptr<const engine::Configuration>;

// A platform's own word for what went wrong is short.
constexpr std::size_t kLongestError = 200;

/// How the outside calls us: configured, else as this caller did.
std::string public_url(const Request& request, const engine::Configuration& configuration) {
    const auto& configured = configuration.settings.listen.public_url;
    if (!configured.empty()) {
        return configured;
    }
    return request.url.ends_with(request.target)
               ? request.url.substr(0, request.url.size() - request.target.size())
               : std::string();
}

Response start(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
) {
    auto known = integration_of(session, request);
    if (!known) {
        return std::move(known.error());
    }
    const auto integration =
        engine::Integration::assemble(std::move(known->row), *configuration.inventory, configuration.vault);
    if (!integration) {
        return problem(integration.error());
    }
    // A tenant's role sees no states; the integration was found to be the caller's.
    const store::Unbound unbound(session);
    const auto link = engine::offer_consent(
        session, **integration, configuration.vault, public_url(request, configuration)
    );
    if (!link) {
        return problem(link.error());
    }
    const bool browser =
        request.method == "GET" && request.header("Accept").find("text/html") != std::string::npos;
    if (browser) {
        Response redirect;
        redirect.status = 302;
        return std::move(redirect).with_header("Location", *link).with_header("Cache-Control", "no-store");
    }
    const auto seconds = std::chrono::seconds(engine::kConsentLife).count();
    return json_response(200, json::object{{"authorize_url", *link}, {"expires_in", seconds}});
}

/// A consent that came back, ready for the exchange of its code.
struct Arrived {
    std::shared_ptr<const engine::Integration> integration;
    const config::OAuthSpec* spec = nullptr;  // of the integration's manifest
    engine::OAuthClient client;
    std::string redirect_uri;
    std::string verifier;
};

Response failed(int status, const std::string& why) {
    return page(status, "Not connected", why);
}

/// Fills `arrived`; else the page says what is wrong.
Response accept(
    store::AdminSession& session,
    const Request& request,
    const engine::Configuration& configuration,
    Arrived& arrived
) {
    constexpr const char* kUnknown =
        "This link is unknown, was used already, or is older than ten minutes. Start again.";
    const auto state = request.query_value("state");
    const auto consent = state ? engine::accept_consent(session, *state)
                               : core::Result<std::optional<store::ConsentState>>(std::nullopt);
    if (!consent) {
        return failed(503, "The database cannot be reached. Try again in a moment.");
    }
    if (!*consent) {
        return failed(400, kUnknown);
    }
    const auto& key = (*consent)->key;
    auto known = store::find_integration(session, key.id, key.tenant_id);
    if (!known) {
        return failed(400, kUnknown);
    }
    auto made =
        engine::Integration::assemble(std::move(known->row), *configuration.inventory, configuration.vault);
    const auto* const spec = made ? engine::consent_spec(**made) : nullptr;
    const auto client = spec == nullptr ? core::Result<engine::OAuthClient>() : (*made)->oauth_client(*spec);
    if (spec == nullptr || !client || !configuration.vault) {
        return failed(
            409, "The integration was changed meanwhile and cannot be authorised like this. Start again."
        );
    }
    if (spec->callback_hmac &&
        !engine::is_signed_callback(request.query, *client, std::chrono::system_clock::now())) {
        return failed(400, "The platform's signature is wrong. Start again.");
    }
    if (!(*consent)->sealed_verifier.empty()) {
        auto verifier = configuration.vault->open(
            (*consent)->sealed_verifier, secrets::owner_of_oauth(key.tenant_id, key.id)
        );
        if (!verifier) {
            return failed(400, kUnknown);
        }
        arrived.verifier = std::move(*verifier);
    }
    arrived.spec = spec;
    arrived.client = *client;
    arrived.redirect_uri = (*consent)->redirect_uri;
    arrived.integration = std::move(*made);
    return {};
}

Response keep(
    store::AdminSession& session,
    const Arrived& arrived,
    const engine::OAuthTokens& tokens,
    const engine::Configuration& configuration
) {
    const auto& key = arrived.integration->key();
    auto plain = engine::encode_tokens(tokens);
    const secrets::WipedAtEnd wiped(plain);
    const auto sealed = configuration.vault->seal(plain, secrets::owner_of_oauth(key.tenant_id, key.id));
    if (const auto stored = store::store_consent(session, key, sealed, tokens.expires_at); !stored) {
        return failed(503, "The connection could not be stored. Start again.");
    }
    core::log(
        core::LogLevel::info,
        "a person has authorised " + arrived.integration->title(),
        {{"integration", key.id}, {"tenant", key.tenant_id}}
    );
    return page(
        200,
        "Connected",
        arrived.integration->manifest().name + " is connected as integration " + key.id +
            ". You may close this window."
    );
}

asio::awaitable<Response> callback(
    DatabaseDesk& desk,
    Configuration configuration,
    std::shared_ptr<outbound::HttpClient> client,
    Request request
) {
    const auto arrived = std::make_shared<Arrived>();
    const auto code = request.query_value("code");
    const auto error = request.query_value("error");
    const auto description = request.query_value("error_description");
    Operation accepting = [arrived, configuration](store::AdminSession& session, const Request& asked) {
        return accept(session, asked, *configuration, *arrived);
    };
    auto refused = co_await desk.run(std::move(accepting), std::move(request));
    if (!arrived->integration) {
        co_return refused;
    }
    const auto& name = arrived->integration->manifest().name;
    if (error) {
        auto said = error->substr(0, kLongestError);
        if (description) {
            said += ": " + description->substr(0, kLongestError);
        }
        co_return failed(400, name + " did not give its consent (" + said + "). Nothing was changed.");
    }
    if (!code || code->empty()) {
        co_return failed(400, name + " sent no code. Start again.");
    }
    engine::NetworkTransport network(*client, configuration->settings.outbound);
    auto asking = engine::code_request(
        *arrived->spec, arrived->client, *code, arrived->redirect_uri, arrived->verifier
    );
    asking.timeout = arrived->integration->manifest().timeout;
    const auto asked_at = std::chrono::system_clock::now();
    const auto answer = co_await network.send(std::move(asking));
    auto tokens = engine::read_token_answer(*arrived->spec, answer, std::nullopt, asked_at);
    if (tokens) {
        tokens->got_by = config::OAuthSpec::Grant::authorization_code;
    }
    if (!tokens) {
        const auto why = arrived->integration->redactor().text(tokens.error().sentence);
        core::log(
            core::LogLevel::warning,
            "a consent could not be exchanged for tokens: " + why,
            {{"integration", arrived->integration->key().id}}
        );
        co_return failed(502, name + " gave no tokens: " + why + ". Start again.");
    }
    const auto got = std::make_shared<engine::OAuthTokens>(std::move(*tokens));
    Operation keeping = [arrived, got, configuration](store::AdminSession& session, const Request&) {
        return keep(session, *arrived, *got, *configuration);
    };
    co_return co_await desk.run(std::move(keeping), Request());
}

}  // namespace

void add_oauth_routes(
    Router& router,
    DatabaseDesk& desk,
    CurrentConfiguration configuration,
    std::shared_ptr<outbound::HttpClient> client
) {
    for (const auto* method : {"GET", "POST"}) {
        Route route;
        route.method = method;
        route.pattern = "/api/v1/integrations/{id}/oauth/start";
        route.access = Access::write;
        route.handler = configured_handler(desk, configuration, start);
        router.add(std::move(route));
    }
    Route back;
    back.method = "GET";
    back.pattern = engine::kCallbackPath;
    back.access = Access::open;
    back.handler = [&desk, configuration = std::move(configuration), client = std::move(client)](
                       Request request
                   ) { return callback(desk, configuration(), client, std::move(request)); };
    router.add(std::move(back));
}

}  // namespace navette::http
