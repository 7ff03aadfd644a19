#include "tests/e2e/dolibarr_account.hpp"

#include "tests/support/free_port.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <stdexcept>

namespace navette::test {

namespace json = boost::json;

namespace {

constexpr const char* kStandInKey = "standin-key-0123456789";
constexpr const char* kHookSecret = "hook-secret-of-the-books";

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::string path_of(const std::string& object) {
    if (object == "customer") {
        return "/thirdparties";
    }
    return object == "deal" ? "/projects" : "/" + object + "s";
}

std::string sql_text(const std::string& text) {
    std::string literal = "'";
    for (const char c : text) {
        literal += c == '\'' ? "''" : std::string(1, c);
    }
    return literal + "'";
}

SiteWishes wishes(std::uint16_t port) {
    SiteWishes wished;
    wished.integrate = false;
    wished.log_level = "info";
    wished.sweep = "1s";
    wished.more_settings = "pull: {every: 1d}\nlisten: {port: " + std::to_string(port) + "}\n";
    return wished;
}

}  // namespace

bool DolibarrAccount::has_real() {
    return standin::RealDolibarr::of_environment().has_value();
}

DolibarrAccount::DolibarrAccount(Which which)
    : port_(free_port()),
      site_(wishes(port_)),
      run_(std::to_string(std::time(nullptr) % 100'000'000) + std::to_string(getpid() % 1000)) {
    base_url_ = site_.base_url();
    std::string key = kStandInKey;
    if (which == Which::real) {
        real_ = standin::RealDolibarr::of_environment().value();
        base_url_ = environment("DOLIBARR_URL");
        key = real_->key();
    }
    site_.write("books.key", key);
    site_.write("books.hook", kHookSecret);
    std::filesystem::remove(
        site_.folder() / "connectors.d/dolibarr.yaml"
    );  // the sample's order has no notes
    const auto added = site_.ctl(
        {"integration",
         "add",
         "dolibarr",
         "--tenant",
         "books",
         "--id",
         "int_books",
         "--direction",
         "bidirectional",
         "--set",
         "base_url=" + base_url_,
         "--secret",
         "api_key=@" + (site_.folder() / "books.key").string(),
         "--secret",
         "webhook_secret=@" + (site_.folder() / "books.hook").string(),
         "--enable"}
    );
    if (added.exit_code != 0) {
        throw std::runtime_error("integration add: " + added.output);
    }
    site_.start_daemon();
}

DolibarrAccount::~DolibarrAccount() {
    if (!real_) {
        return;
    }
    try {
        const auto links = database().exec(
            "SELECT object, remote_id FROM navette.record_links WHERE integration_id = 'int_books' AND NOT "
            "gone AND remote_id <> '' AND entity_id NOT LIKE 'int_books:%'"
        );
        for (const auto& row : links) {
            made_.emplace_back(row[0].c_str(), row[1].c_str());
        }
        // What hangs on a third party goes before it.
        for (const bool last : {false, true}) {
            for (const auto& [object, id] : made_) {
                if ((object == "customer") == last) {
                    call("DELETE", path_of(object) + "/" + id);
                }
            }
        }
    } catch (const std::exception& error) {
        ADD_FAILURE() << "what this test made stays there: " << error.what();
    }
}

standin::Reply DolibarrAccount::call(
    const std::string& method, const std::string& path, const json::object& body
) {
    if (!real_) {
        return site_.platform(method, path, body.empty() ? "" : json::serialize(body));
    }
    const auto answered = real_->call(method, path, body);
    standin::Reply reply;
    reply.status = answered.status;
    reply.content_type = answered.content_type;
    reply.body = answered.body;
    return reply;
}

void DolibarrAccount::enqueue(const std::string& object, const std::string& id, const json::object& record) {
    const auto jobs = database().number(
        "SELECT cardinality(navette.enqueue('books', " + sql_text(object + ".updated") + ", " +
        sql_text(object) + ", " + sql_text(own(id)) + ", " + sql_text(json::serialize(record)) + "))"
    );
    EXPECT_GE(jobs, 1) << "nobody takes " << object;
}

void DolibarrAccount::tell(const std::string& object, const std::string& id, const json::object& record) {
    enqueue(object, id, record);
    await_empty();
}

void DolibarrAccount::await_empty() {
    database().await_number(
        "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'", 0, std::chrono::seconds(60)
    );
    EXPECT_EQ(
        database().value(
            "SELECT string_agg(entity_id || ': ' || last_error, E'\n') FROM navette.sync_queue WHERE "
            "status = 'failed'"
        ),
        ""
    );
}

void DolibarrAccount::pull(const std::string& object) {
    const auto asked = site_.ctl({"integration", "pull", "int_books", "--object", object, "--wait"});
    EXPECT_EQ(asked.exit_code, 0) << asked.output;
    await_empty();
}

void DolibarrAccount::rule(const std::vector<std::string>& rules) {
    std::vector<std::string> words{"integration", "set", "int_books"};
    for (const auto& one : rules) {
        words.insert(words.end(), {"--rule", one});
    }
    const auto set = site_.ctl(words);
    EXPECT_EQ(set.exit_code, 0) << set.output;
}

void DolibarrAccount::reconcile(const std::string& object, const std::string& integration) {
    database().exec(
        "CREATE OR REPLACE FUNCTION navette.search_lag() RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL "
        "SAFE "
        "AS $$ SELECT interval '0' $$"
    );
    const auto found =
        site_.ctl({"reconcile", integration, "--object", object, "--repair-below", "100%", "--wait"});
    EXPECT_EQ(found.exit_code, 0) << found.output;
    await_empty();
}

void DolibarrAccount::acknowledge() {
    database().exec(
        "SELECT navette.acknowledge_changes('books', (SELECT max(position) FROM navette.changes WHERE "
        "tenant_id = 'books'))"
    );
}

std::string DolibarrAccount::create(const std::string& object, const json::object& fields) {
    const auto reply = call("POST", path_of(object), fields);
    if (reply.status != 200) {
        throw std::runtime_error(object + ": " + reply.body);
    }
    made_.emplace_back(object, json::serialize(reply.json()));
    return made_.back().second;
}

void DolibarrAccount::edit(
    const std::string& object, const std::string& remote_id, const json::object& fields
) {
    const auto reply = call("PUT", path_of(object) + "/" + remote_id, fields);
    if (reply.status != 200) {
        throw std::runtime_error(object + " " + remote_id + ": " + reply.body);
    }
}

void DolibarrAccount::erase(const std::string& object, const std::string& remote_id) {
    EXPECT_EQ(call("DELETE", path_of(object) + "/" + remote_id).status, 200U);
}

void DolibarrAccount::hook(const std::string& trigger, const std::string& remote_id) {
    standin::BlockingClient client(port_);
    // Each is another one, though nothing else tells them apart.
    const json::object object{{"id", remote_id}, {"date_modification", ++hooks_}};
    const json::object body{{"triggercode", trigger}, {"object", object}};
    const auto reply = client.send(
        "POST",
        "/webhooks/integrations/dolibarr/int_books?token=" + std::string(kHookSecret),
        json::serialize(body)
    );
    EXPECT_EQ(reply.status, 200U) << reply.body;
}

json::object DolibarrAccount::shown(const std::string& object, const std::string& remote_id) {
    const auto reply = call("GET", path_of(object) + "/" + remote_id);
    const auto body = reply.json();
    return reply.status == 200 && body.is_object() ? body.as_object() : json::object();
}

std::string DolibarrAccount::remote_id(const std::string& object, const std::string& entity_id) {
    return database().value(
        "SELECT remote_id FROM navette.record_links WHERE integration_id = 'int_books' AND NOT gone AND "
        "object "
        "= " +
        sql_text(object) + " AND entity_id = " + sql_text(own(entity_id))
    );
}

json::object DolibarrAccount::hub(const std::string& object, const std::string& entity_id) {
    const auto data = database().value(
        "SELECT data FROM navette.records WHERE NOT deleted AND entity_type = " + sql_text(object) +
        " AND entity_id = " + sql_text(own(entity_id))
    );
    return data.empty() ? json::object() : json::parse(data).as_object();
}

std::string DolibarrAccount::fed(const std::string& object) {
    // A real one may hold records of others, which the first pull tells of.
    return database().value(
        "SELECT string_agg(replace(entity_id, " + sql_text(run_) +
        ", '') || ': ' || array_to_string(ARRAY(SELECT unnest(fields) ORDER BY 1), ','), E'\n' ORDER BY "
        "position) FROM navette.changes WHERE entity_id NOT LIKE 'int_books:%' AND entity_type = " +
        sql_text(object)
    );
}

long DolibarrAccount::writes() {
    return database().number(
        "SELECT count(*) FROM navette.sync_logs WHERE request IS NOT NULL AND direction = 'to_platform'"
    );
}

}  // namespace navette::test
