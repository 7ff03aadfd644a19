// Secrets are planted wherever a careless platform could give them back, and then looked for in every column
// of the schema, in the daemon's log and in what navettectl prints.
#include "tests/e2e/echo_site.hpp"
#include "tests/standin/blocking_client.hpp"
#include "tests/support/token_text.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace navette::test {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

/// Parts of the planted secrets that survive escaping, and their base64 and percent forms: written down, not
/// computed by the code under test.
const std::vector<std::string>& needles() {
    static const std::vector<std::string> list{
        // Key+9f3a/7c2="q\u raw (its harmless beginning), percent-encoded, in base64 at the three alignments
        "9f3a",
        "7c2=",
        "%2B9f3a",
        "OWYzYS83YzI9",
        "lmM2EvN2MyPS",
        "ZjNhLzdjMj0i",
        // pa:ss wörd"-77
        "pa:ss",
        "pa%3Ass",
        "pa%3ass",
        "cGE6c3Mgd",
        "BhOnNzIH",
        "wYTpzcyB3",
        "rd\"-77",
        "rd%22%2D77",
        // the webhook secrets, each by itself
        "AAAA11112222",
        "BBBB33334444",
        "QUFBQTExMTEyMjIy",
        "FBQUExMTExMjIyM",
        "BQUFBMTExMTIyMj",
        "QkJCQjMzMzM0NDQ0",
        "JCQkIzMzMzNDQ0N",
        "CQkJCMzMzMzQ0ND",
        // what the platform hands out
        "access-5551",
        "refresh-5552",
        "client-5553",
        "info-5554",
    };
    return list;
}

/// The text as it stands, and once more without JSON's escapes.
std::string readings(const std::string& text) {
    std::string plain;
    for (const char c : text) {
        if (c != '\\') {
            plain += c;
        }
    }
    return text + "\n" + plain;
}

void expect_none_in(const std::string& text, const std::string& where) {
    const auto all = readings(text);
    for (const auto& needle : needles()) {
        const auto at = all.find(needle);
        EXPECT_EQ(at, std::string::npos) << where << " holds " << needle << ": ..."
                                         << all.substr(at < 60 ? 0 : at - 60, 60 + needle.size() + 20);
    }
}

std::string bytes_of(const std::string& hex) {
    std::string bytes;
    for (std::size_t at = 2; at + 1 < hex.size(); at += 2) {  // behind "\x"
        bytes += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
    }
    return bytes;
}

/// Everything in the schema, by "table.column": all of its columns that can hold a text.
std::map<std::string, std::string> contents(TestDatabase& database) {
    std::map<std::string, std::string> all;
    for (const auto& row : database.exec(
             "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c "
             "JOIN information_schema.tables t USING (table_schema, table_name) "
             "WHERE c.table_schema = 'navette' AND t.table_type = 'BASE TABLE' "
             "AND c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY', 'xml', "
             "'USER-DEFINED')"
         )) {
        const auto table = row[0].as<std::string>();
        const auto column = row[1].as<std::string>();
        const bool is_bytes = row[2].as<std::string>() == "bytea";
        std::string& content = all[table + "." + column];
        for (const auto& value :
             database.exec("SELECT \"" + column + "\"::text FROM navette.\"" + table + "\"")) {
            const auto text = value[0].as<std::string>("");
            content += (is_bytes ? bytes_of(text) : text) + "\n";
        }
    }
    return all;
}

/// What the API answers to administration, by address.
std::map<std::string, std::string> answers(const EchoSite& site, const std::string& job) {
    const auto token = token_in(site.ctl({"token", "create", "--admin"}).output);
    standin::BlockingClient client(site.port(), {{"Authorization", "Bearer " + token}});
    std::map<std::string, std::string> all;
    const std::string api = "/api/v1";
    for (const auto& address :
         {api + "/integrations",
          api + "/integrations/configured",
          api + "/integrations/int_acme",
          api + "/integrations/int_acme/logs",
          api + "/queue",
          api + "/queue/" + job,
          api + "/queue/" + job + "/explain",
          api + "/dead-letters",
          api + "/logs",
          api + "/statistics",
          api + "/webhooks",
          api + "/changes?tenant=acme",
          api + "/tokens",
          std::string("/readyz"),
          std::string("/metrics")}) {
        const auto reply = client.send("GET", address);
        EXPECT_EQ(reply.status, 200U) << address << ": " << reply.body;
        all[address] = reply.body;
    }
    all["test"] = client.send("POST", api + "/integrations/int_acme/test", "{}").body;
    return all;
}

std::string item(int number) {
    const auto n = std::to_string(number);
    return "SELECT navette.enqueue('acme', 'item.created', 'item', '" + n + "', '{\"seq\": " + n + "}')";
}

class PlantedSecrets : public testing::TestWithParam<std::string> {};

TEST_P(PlantedSecrets, AreFoundNowhere) {
    EchoSite site(GetParam());
    auto& database = site.database();
    std::string outputs;
    const auto show = [&](const std::vector<std::string>& words) {
        const auto finished = site.ctl(words);
        outputs += "$ " + words.front() + "\n" + finished.output + "\n";
    };
    site.start_daemon();

    const auto logged = [&](int entity, const std::string& status) {
        database.await_number(
            "SELECT count(*) FROM navette.sync_logs WHERE entity_id = '" + std::to_string(entity) +
                "' AND status = '" + status + "' AND final",
            1
        );
    };
    database.exec(item(1));
    logged(1, "done");
    show({"integration", "test", "int_acme", "--verbose"});
    site.be(Temper::refusing);
    database.exec(item(2));
    logged(2, "rejected");
    show({"integration", "test", "int_acme", "--verbose"});
    show(
        {"queue",
         "explain",
         "--tenant",
         "acme",
         "--integration",
         "int_acme",
         "--event",
         "item.created",
         "--entity",
         "item",
         "--id",
         "9",
         "--data",
         "{\"seq\": 9}",
         "--look"}
    );
    site.be(Temper::confused);
    database.exec(item(3));
    logged(3, "retry");
    site.be(Temper::broken);
    database.exec(item(4));
    logged(4, "retry");
    site.be(Temper::offended);
    database.exec(item(5));
    database.await_number("SELECT count(*) FROM navette.tenant_integrations WHERE state = 'error'", 1);

    const auto last = database.value("SELECT max(id) FROM navette.sync_queue");
    for (const bool as_json : {false, true}) {
        for (std::vector<std::string> words : std::vector<std::vector<std::string>>{
                 {"status"},
                 {"integration", "list"},
                 {"integration", "show", "int_acme"},
                 {"integration", "test", "int_acme"},
                 {"queue", "list"},
                 {"queue", "show", last},
                 {"queue", "explain", last},
                 {"logs", "--verbose"},
                 {"secrets", "status"},
                 {"config", "show"},
                 {"connector", "list"},
                 {"verify"}
             }) {
            if (as_json) {
                words.emplace_back("--json");
            }
            show(words);
        }
    }
    const auto api = answers(site, last);
    std::ifstream command_line("/proc/" + std::to_string(site.daemon().pid()) + "/cmdline");
    const std::string shown_by_ps((std::istreambuf_iterator<char>(command_line)), {});
    EXPECT_EQ(site.stop_daemon(), 0);

    const auto stored = contents(database);
    for (const auto& [column, content] : stored) {
        expect_none_in(content, column);
    }
    expect_none_in(site.daemon().output(), "the daemon's log");
    expect_none_in(outputs, "navettectl");
    expect_none_in(shown_by_ps, "ps");
    for (const auto& [address, answer] : api) {
        expect_none_in(answer, address);
    }
    EXPECT_THAT(api.at("/api/v1/logs"), HasSubstr(kVisible));

    // The search looked where the platform's words are.
    for (const auto* column :
         {"sync_logs.response",
          "sync_logs.error_message",
          "sync_queue.last_error",
          "tenant_integrations.state_reason"}) {
        ASSERT_TRUE(stored.contains(column)) << column;
        EXPECT_THAT(stored.at(column), HasSubstr(kVisible)) << column;
        EXPECT_THAT(stored.at(column), HasSubstr("***")) << column;
    }
    EXPECT_THAT(site.daemon().output(), HasSubstr(kVisible));
    EXPECT_THAT(outputs, HasSubstr(kVisible));
    EXPECT_GT(stored.at("tenant_integrations.config_encrypted").size(), 100U);
}

INSTANTIATE_TEST_SUITE_P(
    ByApiKeyAndByPassword,
    PlantedSecrets,
    testing::Values(
        R"({type: api_key, header: X-Api-Key, value: "${api_key}"})",
        R"({type: api_key, header: Authorization, value: "Bearer ${api_key}"})",
        R"({type: basic, username: user, password: "${password}"})"
    )
);

}  // namespace
}  // namespace navette::test
