#include "tests/e2e/dolibarr_account.hpp"

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

SiteWishes wishes() {
    SiteWishes wished;
    wished.integrate = false;
    wished.log_level = "info";
    wished.sweep = "1s";
    wished.more_settings = "pull: {every: 1d}\n";
    return wished;
}

}  // namespace

bool DolibarrAccount::has_real() {
    return !environment("DOLIBARR_URL").empty() && !environment("DOLIBARR_API_KEY").empty();
}

DolibarrAccount::DolibarrAccount(Which which)
    : site_(wishes()),
      run_(std::to_string(std::time(nullptr) % 100'000'000) + std::to_string(getpid() % 1000)) {
    base_url_ = site_.base_url();
    std::string key = kStandInKey;
    if (which == Which::real) {
        base_url_ = environment("DOLIBARR_URL");
        key = environment("DOLIBARR_API_KEY");
        constexpr std::string_view kBegin = "http://127.0.0.1:";
        if (!base_url_.starts_with(kBegin) || !base_url_.ends_with("/api/index.php")) {
            throw std::invalid_argument(
                "DOLIBARR_URL must be http://127.0.0.1:PORT/api/index.php, of a Dolibarr that is kept for "
                "tests"
            );
        }
        is_real_ = true;
    }
    site_.write("books.key", key);
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
         "--enable"}
    );
    if (added.exit_code != 0) {
        throw std::runtime_error("integration add: " + added.output);
    }
    site_.start_daemon();
}

DolibarrAccount::~DolibarrAccount() {
    if (!is_real_) {
        return;
    }
    try {
        const auto links = database().exec(
            "SELECT object, remote_id FROM navette.record_links WHERE NOT gone AND remote_id <> '' AND "
            "entity_id "
            "NOT LIKE 'int_books:%'"
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
    const auto text = body.empty() ? "" : json::serialize(body);
    if (!is_real_) {
        return site_.platform(method, path, text);
    }
    // By curl: a real server answers in chunks, which the tests' own client does not read.
    site_.write("request.json", text);
    std::vector<std::string> words{"curl", "--silent", "--max-time", "30", "--request", method};
    words.insert(words.end(), {"--header", "DOLAPIKEY: " + environment("DOLIBARR_API_KEY")});
    words.insert(
        words.end(), {"--header", "Content-Type: application/json", "--write-out", "\n%{http_code}"}
    );
    if (!text.empty()) {
        words.insert(words.end(), {"--data-binary", "@" + (site_.folder() / "request.json").string()});
    }
    words.push_back(base_url_ + path);
    const auto answered = run(words).output;
    const auto end = answered.rfind('\n');
    if (end == std::string::npos) {
        throw std::runtime_error("no answer to " + method + " " + path + ": " + answered);
    }
    standin::Reply reply;
    reply.status = static_cast<unsigned>(std::stoul(answered.substr(end + 1)));
    reply.body = answered.substr(0, end);
    return reply;
}

void DolibarrAccount::enqueue(const std::string& object, const std::string& id, const json::object& record) {
    const auto jobs = database().number(
        "SELECT cardinality(navette.enqueue('books', " + sql_text(object + ".updated") + ", " +
        sql_text(object) + ", " + sql_text(own(id)) + ", " + sql_text(json::serialize(record)) + "))"
    );
    EXPECT_EQ(jobs, 1) << "nobody takes " << object;
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

json::object DolibarrAccount::shown(const std::string& object, const std::string& remote_id) {
    const auto reply = call("GET", path_of(object) + "/" + remote_id);
    const auto body = reply.json();
    return reply.status == 200 && body.is_object() ? body.as_object() : json::object();
}

std::string DolibarrAccount::remote_id(const std::string& object, const std::string& entity_id) {
    return database().value(
        "SELECT remote_id FROM navette.record_links WHERE NOT gone AND object = " + sql_text(object) +
        " AND entity_id = " + sql_text(own(entity_id))
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
