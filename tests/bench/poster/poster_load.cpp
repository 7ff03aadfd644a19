#include "tests/bench/poster/poster_load.hpp"

namespace navette::bench {

using std::chrono::steady_clock;

namespace {

// As the peer's jobs in peers/push.mjs.
constexpr const char* kRecord =
    "jsonb_build_object('number', 'IT' || lpad(n::text, 8, '0'), 'email', 'person' || n || '@shop.example', "
    "'name', 'Person Number ' || n, 'street', n || ' rue de la Filature', 'city', 'Mulhouse', 'status', "
    "'paid', "
    "'amount_cents', 100 + n, 'note', repeat('woven ', 16))";

std::string in_quotes(const std::string& text) {
    return "'" + text + "'";
}

}  // namespace

void connect_poster(const Database& database, const std::string& base_url, const PosterGroup& group) {
    const std::string account = group.share_account ? in_quotes(group.name) : "id";
    database.exec(
        "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, enabled, config_public) "
        "SELECT " +
        in_quotes(kPosterTenant) + ", id, 'poster', true, jsonb_build_object('base_url', " +
        in_quotes(base_url) + ", 'account_id', " + account + ") FROM (SELECT " + in_quotes(group.name) +
        " || lpad(n::text, 4, '0') AS id FROM generate_series(1, " + std::to_string(group.integrations) +
        ") n) own"
    );
    database.exec("NOTIFY navette_wake, 'integrations'");
}

steady_clock::time_point queue_posts(
    const Database& database, const PosterGroup& group, const std::string& object, long jobs
) {
    pqxx::connection connection(database.conninfo());
    pqxx::work work(connection);
    const auto count = std::to_string(group.integrations);
    work.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "data) SELECT " +
        in_quotes(kPosterTenant) + ", " + in_quotes(group.name) + " || lpad((1 + n % " + count +
        ")::text, 4, '0'), " + in_quotes(object + ".created") + ", " + in_quotes(object) + ", n::text, " +
        kRecord + " FROM generate_series(1, " + std::to_string(jobs) + ") n"
    );
    work.exec(
        "SELECT navette.wake(array_agg(" + in_quotes(group.name) +
        " || lpad(n::text, 4, '0'))) FROM generate_series(1, " + count + ") n"
    );
    work.commit();
    return steady_clock::now();
}

}  // namespace navette::bench
