#include "tests/conformance/connected_site.hpp"

#include "daemon/engine/integration_draft.hpp"
#include "daemon/sync/entity_key.hpp"
#include "tests/support/request_recorder.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

namespace navette::conformance {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

using namespace std::chrono_literals;

const std::optional<secrets::Vault>& vault() {
    static const std::optional<secrets::Vault> made = [] {
        auto vault = secrets::Vault::with_key(secrets::Vault::generate_key("conformance"));
        return vault ? std::optional(std::move(*vault)) : std::nullopt;
    }();
    return made;
}

outbound::AddressPolicy own_machine() {
    auto policy = outbound::AddressPolicy::allowing({"127.0.0.0/8"});
    if (!policy) {
        throw std::runtime_error(policy.error().message);
    }
    return std::move(*policy);
}

standin::SiteOptions with(standin::SiteOptions options, const std::map<std::string, std::string>& more) {
    for (const auto& [name, value] : more) {
        options.set(name, value);
    }
    return options;
}

}  // namespace

const plugins::Inventory& inventory() {
    static const auto loaded = plugins::load_connectors(
        NAVETTE_BINARY_DIR "/lib/connectors", NAVETTE_SOURCE_DIR "/tests/conformance/connectors.d"
    );
    return loaded;
}

bool is_passing(const sdk::Outcome& outcome) {
    using Kind = sdk::OutcomeKind;
    return outcome.kind == Kind::retry || outcome.kind == Kind::unavailable ||
           outcome.kind == Kind::throttled;
}

bool is_write(const engine::Exchange& exchange) {
    if (exchange.request.method == sdk::Method::get) {
        return false;
    }
    const auto& url = exchange.request.url;
    if (url.ends_with("/graphql.json")) {
        return exchange.request.body.find("mutation") != std::string::npos;
    }
    return !url.ends_with("/search") && !url.ends_with("/batch/read");
}

ConnectedSite::ConnectedSite(
    const Subject& subject, const std::map<std::string, std::string>& options, Credentials credentials
)
    : subject_(subject), credentials_(credentials), site_(subject.slug, with(subject.options, options)) {
    assemble();
}

ConnectedSite::~ConnectedSite() = default;

void ConnectedSite::assemble() {
    const auto connector = inventory().find(subject_.slug);
    if (!connector) {
        throw std::runtime_error("no connector '" + subject_.slug + "' was loaded");
    }
    store::IntegrationRow row;
    row.key.tenant_id = "lumira";
    row.key.id = "int_" + subject_.slug;
    row.slug = subject_.slug;
    row.name = subject_.slug;
    row.state = "active";
    row.settings = subject_.settings(site_.url());
    const auto& secrets = credentials_ == Credentials::right ? subject_.secrets : subject_.wrong_secrets;
    const auto drafted = engine::complete_integration(row, secrets, *connector, inventory(), vault());
    if (!drafted) {
        std::string why = "the subject makes no integration:";
        for (const auto& mistake : drafted.error().mistakes) {
            why += " " + mistake.sentence + ";";
        }
        throw std::runtime_error(why);
    }
    auto assembled = engine::Integration::assemble(std::move(row), inventory(), vault());
    if (!assembled) {
        throw std::runtime_error(assembled.error().message);
    }
    integration_ = std::move(*assembled);
}

void ConnectedSite::restart() {
    memory_.clear();
    assemble();
}

/// The network, with a hook before each request and a record of what went out.
class ConnectedSite::Network final : public engine::Transport {
  public:
    Network(asio::io_context& io, ConnectedSite& owner)
        : client_(io.get_executor(), own_machine()), network_(client_, limits()), owner_(owner) {}

    sdk::Task<sdk::HttpResult> send(outbound::WireRequest request) override {
        if (!fetches_token_) {
            support::record_request(
                owner_.subject_.slug, request.method, request.url, request.headers, request.body
            );
            if (owner_.before_) {
                owner_.before_(++number_);
            }
        }
        return network_.send(std::move(request));
    }

    void cancel() { client_.cancel_all(); }

    /// Requests for tokens are none of the connector's.
    void fetch_token(bool begins) { fetches_token_ = begins; }

  private:
    static config::OutboundSettings limits() {
        config::OutboundSettings limits;
        limits.timeout = 10s;
        return limits;
    }

    outbound::HttpClient client_;
    engine::NetworkTransport network_;
    ConnectedSite& owner_;
    int number_ = 0;
    bool fetches_token_ = false;
};

/// Gets tokens where they cost nothing, as the daemon's keeper does; it stores none.
class ConnectedSite::Keeper final : public engine::TokenKeeper {
  public:
    explicit Keeper(Network& network) : network_(network) {}

    sdk::Task<std::expected<void, engine::TokenTrouble>> ready(
        std::shared_ptr<const engine::Integration> integration
    ) override {
        network_.fetch_token(true);
        engine::SessionMemory none;
        engine::AttemptSession session(integration, nullptr, network_, none);
        co_await session.get_token_for_now();
        network_.fetch_token(false);
        if (session.token_trouble()) {
            co_return std::unexpected(*session.token_trouble());
        }
        co_return std::expected<void, engine::TokenTrouble>();
    }

    sdk::Task<bool> renewed_after(std::shared_ptr<const engine::Integration> integration, std::string refused)
        override {
        auto& grant = *integration->grant();
        if (!grant.tokens() || !grant.renews_after_refusal()) {
            co_return false;
        }
        auto over = *grant.tokens();
        over.expires_at = engine::OAuthTokens::Time();
        grant.take(std::move(over), grant.version());
        const auto renewed = co_await ready(integration);
        grant.got_after_refusal();
        co_return renewed&& grant.tokens()->access_token != refused;
    }

  private:
    Network& network_;
};

template <class T>
T ConnectedSite::in_session(const std::function<sdk::Task<T>(engine::AttemptSession&)>& call) {
    asio::io_context io(1);
    Network network(io, *this);
    Keeper keeper(network);
    engine::AttemptSession session(integration_, nullptr, network, memory_);
    session.renew_tokens_by(&keeper);
    std::optional<T> result;
    std::exception_ptr thrown;
    asio::co_spawn(io, call(session), [&](std::exception_ptr error, T value) {
        thrown = std::move(error);
        result = std::move(value);
    });
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!result && std::chrono::steady_clock::now() < deadline) {
        io.run_one_for(1s);
    }
    exchanges_ = session.exchanges();
    if (!result) {
        network.cancel();
        io.run_for(1s);
        throw std::runtime_error("the connector's call did not end");
    }
    if (thrown) {
        std::rethrow_exception(thrown);
    }
    return std::move(*result);
}

sdk::TestReport ConnectedSite::test() {
    return in_session<sdk::TestReport>([this](engine::AttemptSession& session) {
        return engine::guarded_test(connector(), session);
    });
}

std::vector<sdk::Outcome> ConnectedSite::push(std::vector<sdk::Operation> batch) {
    return in_session<std::vector<sdk::Outcome>>([&](engine::AttemptSession& session) {
        return engine::guarded_push(connector(), session, std::move(batch));
    });
}

sdk::Outcome ConnectedSite::push(sdk::Operation operation) {
    std::vector<sdk::Operation> batch;
    batch.push_back(std::move(operation));
    return push(std::move(batch)).front();
}

sdk::Outcome ConnectedSite::push_until_settled(sdk::Operation operation) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (true) {
        auto outcome = push(operation);
        if (!is_passing(outcome) || std::chrono::steady_clock::now() > deadline) {
            return outcome;
        }
        operation.maybe_applied = operation.maybe_applied || outcome.maybe_applied;
        ++operation.attempt;
        // A search that lags behind, or a limit's window: nothing tells when it is over.
        std::this_thread::sleep_for(20ms);
    }
}

std::expected<sdk::PullPage, sdk::Outcome> ConnectedSite::pull(sdk::PullRequest request) {
    return in_session<std::expected<sdk::PullPage, sdk::Outcome>>([&](engine::AttemptSession& session) {
        return connector().pull(session, std::move(request));
    });
}

std::expected<sdk::RemoteRecord, sdk::Outcome> ConnectedSite::fetch(
    std::string object, std::string remote_id
) {
    return in_session<std::expected<sdk::RemoteRecord, sdk::Outcome>>([&](engine::AttemptSession& session) {
        return engine::guarded_fetch(connector(), session, std::move(object), std::move(remote_id));
    });
}

std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome> ConnectedSite::subscriptions(
    sdk::SubscriptionPlan plan
) {
    using States = std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>;
    return in_session<States>([&](engine::AttemptSession& session) {
        return connector().subscriptions(session, std::move(plan));
    });
}

int ConnectedSite::writes() const {
    return static_cast<int>(std::ranges::count_if(exchanges_, is_write));
}

const std::map<std::string, std::string>& ConnectedSite::references(const ObjectCase& object) {
    const auto known = parents_.find(object.object);
    if (known != parents_.end()) {
        return known->second.ids;
    }
    Parents parents;
    if (object.references) {
        parents.ids = object.references(site_);
    }
    const auto before = counts(object.kind);
    parents.created = before.created;
    parents.changed = before.changed;
    return parents_.emplace(object.object, std::move(parents)).first->second.ids;
}

ConnectedSite::Counts ConnectedSite::counts(const std::string& kind) {
    const auto effects = site_.effects();
    const auto* found = effects.if_contains(kind);
    if (found == nullptr) {
        throw std::runtime_error("the stand-in counts no effects of '" + kind + "'");
    }
    Counts counts;
    counts.created = found->at("creates").to_number<int>();
    for (const auto& [action, count] : found->at("changes").as_object()) {
        counts.changed += count.to_number<int>();
    }
    return counts;
}

int ConnectedSite::created(const ObjectCase& object) {
    references(object);
    return counts(object.kind).created - parents_.at(object.object).created;
}

int ConnectedSite::changed(const ObjectCase& object) {
    references(object);
    return counts(object.kind).changed - parents_.at(object.object).changed;
}

sdk::Operation ConnectedSite::of_record(const ObjectCase& object, int n, const json::object& record) {
    auto operation = removal(object, n, {});
    operation.action = sdk::Action::upsert;
    const auto* mapping = integration_->mapping(object.object);
    if (mapping == nullptr) {
        throw std::runtime_error("the manifest maps no object '" + object.object + "'");
    }
    auto fields = mapping->to_remote(record);
    if (!fields) {
        throw std::runtime_error("the subject's " + object.object + ": " + fields.error().message);
    }
    operation.fields = std::move(*fields);
    operation.references = references(object);
    return operation;
}

sdk::Operation ConnectedSite::operation(const ObjectCase& object, int n) {
    return of_record(object, n, object.record(n));
}

sdk::Operation ConnectedSite::later(const ObjectCase& object, int n, std::string remote_id) {
    auto operation = of_record(object, n, object.changed(n));
    operation.remote_id = std::move(remote_id);
    return operation;
}

sdk::Operation ConnectedSite::removal(const ObjectCase& object, int n, std::string remote_id) {
    sdk::Operation operation;
    operation.job_id = n;
    operation.action = sdk::Action::remove;
    operation.object = object.object;
    operation.entity_id = std::to_string(n);
    operation.key = sync::entity_key(integration_->key().tenant_id, object.object, operation.entity_id);
    operation.remote_id = std::move(remote_id);
    return operation;
}

}  // namespace navette::conformance
