// Deletes, there and elsewhere, by each rule: on the stand-in and on a real Dolibarr.
#include "tests/e2e/dolibarr_both_ways.hpp"
#include "tests/standin/site_in_process.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace navette::test {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

class DolibarrDeletes : public DolibarrBothWays {
  protected:
    void tell(const std::string& object) {
        if (object == "product") {
            account_->tell(
                object,
                id_of(object),
                {{"sku", account_->own("DEL-")}, {"name", "Widget"}, {"price_cents", 1200}, {"vat_rate", 20}}
            );
        } else if (object == "customer") {
            account_->tell(
                object, id_of(object), {{"company", "Acme"}, {"email", account_->own("acme") + "@x.test"}}
            );
        } else {
            account_->tell(
                object,
                id_of(object),
                {{"first_name", "Ada"}, {"last_name", "King"}, {"email", account_->own("ada") + "@x.test"}}
            );
        }
    }

    void pull_of(const std::string& integration, const std::string& object) {
        const auto asked =
            account_->site().ctl({"integration", "pull", integration, "--object", object, "--wait"});
        EXPECT_EQ(asked.exit_code, 0) << asked.output;
        account_->await_empty();
    }

    /// The same tenant's other platform, whose deletes travel: a Dolibarr too, since every object is known
    /// there.
    void connect_elsewhere() {
        elsewhere_ = std::make_unique<standin::SiteInProcess>(
            "dolibarr", standin::SiteOptions{{"api_key", "elsewhere-key-0123456789"}}
        );
        account_->site().write("elsewhere.key", "elsewhere-key-0123456789");
        std::vector<std::string> words{
            "integration",
            "add",
            "dolibarr",
            "--tenant",
            "books",
            "--id",
            "int_elsewhere",
            "--direction",
            "bidirectional",
            "--set",
            "base_url=" + elsewhere_->url() + "/api/index.php",
            "--secret",
            "api_key=@" + (account_->site().folder() / "elsewhere.key").string(),
            "--rule",
            "spread=all"
        };
        for (const auto* object : kDeleted) {
            words.insert(words.end(), {"--rule", "deletes." + std::string(object) + "=delete"});
        }
        words.emplace_back("--enable");
        const auto added = account_->site().ctl(words);
        ASSERT_EQ(added.exit_code, 0) << added.output;
    }

    /// Somebody deletes the record at the other platform, and navette hears of it.
    void erase_elsewhere(const std::string& object) {
        const auto id = account_->database().value(
            "SELECT remote_id FROM navette.record_links WHERE integration_id = 'int_elsewhere' AND object = "
            "'" +
            object + "' AND entity_id = '" + account_->own(id_of(object)) + "'"
        );
        ASSERT_NE(id, "") << object;
        elsewhere_->control(
            "POST",
            "change",
            json::serialize(json::object{{"object", object}, {"remote_id", id}, {"delete", true}})
        );
        account_->reconcile(object, "int_elsewhere");
    }

    /// The feed's operations on the record, oldest first.
    std::string told(const std::string& object) {
        return account_->database().value(
            "SELECT string_agg(operation, ' ' ORDER BY position) FROM navette.changes WHERE entity_type = '" +
            object + "' AND entity_id = '" + account_->own(id_of(object)) + "'"
        );
    }

    /// What became of the record's jobs, for a test that fails.
    std::string story(const std::string& object) {
        return "\n" + account_->database().value(
                          "SELECT string_agg(concat_ws(' ', job_id, direction, event_type, entity_id, "
                          "remote_id, status, error_message, remarks), E'\n' ORDER BY id) FROM "
                          "navette.sync_logs WHERE entity_type = '" +
                          object + "'"
                      );
    }

    std::unique_ptr<standin::SiteInProcess> elsewhere_;
    static constexpr std::array kDeleted{"customer", "contact", "product"};
};

TEST_P(DolibarrDeletes, ADeleteElsewhereIsOneThereUnderDelete) {
    connect_elsewhere();
    for (const std::string object : kDeleted) {
        account_->rule({"deletes." + object + "=delete"});
        tell(object);
        const auto remote = account_->remote_id(object, id_of(object));
        ASSERT_FALSE(account_->shown(object, remote).empty()) << object;
        erase_elsewhere(object);
        EXPECT_TRUE(account_->shown(object, remote).empty()) << object;
        EXPECT_TRUE(account_->hub(object, id_of(object)).empty()) << object;
        EXPECT_EQ(told(object), "delete") << object;
    }
}

TEST_P(DolibarrDeletes, ADeleteElsewhereArchivesThereWhatCanBeArchived) {
    connect_elsewhere();
    for (const std::string object : {"customer", "product"}) {
        account_->rule({"deletes." + object + "=archive"});
        tell(object);
        const auto remote = account_->remote_id(object, id_of(object));
        ASSERT_EQ(account_->shown(object, remote).at("status"), "1") << object;
        erase_elsewhere(object);
        const auto kept = account_->shown(object, remote);
        ASSERT_FALSE(kept.empty()) << object;
        EXPECT_EQ(kept.at("status"), "0") << object;
        account_->pull(object);
        EXPECT_EQ(told(object), "delete") << object << ": and the archived record is not news";
    }
    const auto refused =
        account_->site().ctl({"integration", "set", "int_books", "--rule", "deletes.contact=archive"});
    EXPECT_NE(refused.exit_code, 0);
    EXPECT_THAT(refused.output, HasSubstr("deletes.contact"));
}

TEST_P(DolibarrDeletes, ADeleteElsewhereLeavesTheRecordThereUnderIgnore) {
    connect_elsewhere();
    for (const std::string object : kDeleted) {
        tell(object);
        const auto remote = account_->remote_id(object, id_of(object));
        const auto before = account_->writes();
        erase_elsewhere(object);
        EXPECT_FALSE(account_->shown(object, remote).empty()) << object;
        EXPECT_EQ(account_->writes(), before) << object;
    }
}

TEST_P(DolibarrDeletes, ADeleteThereIsFoundByAComparisonAndMeansWhatTheRuleSays) {
    for (const std::string object : kDeleted) {
        for (const std::string rule : {"ignore", "archive", "delete"}) {
            if (object == "contact" && rule == "archive") {
                continue;  // no field says so there
            }
            account_->rule({"deletes." + object + "=" + rule});
            tell(object);
            const auto before = told(object);
            const auto remote = account_->remote_id(object, id_of(object));
            account_->pull(object);
            account_->erase(object, remote);
            account_->reconcile(object);
            const auto is_kept = !account_->hub(object, id_of(object)).empty();
            EXPECT_EQ(is_kept, rule != "delete") << object << " " << rule << story(object);
            EXPECT_THAT(told(object), HasSubstr(rule == "archive" ? "archive" : "delete"))
                << object << " " << rule;
            EXPECT_GT(told(object).size(), before.size()) << object << " " << rule;
            // Meant for the next rule: the application has it again.
            account_->acknowledge();
            const auto anew = account_->database().number(
                "SELECT cardinality(navette.enqueue('books', '" + object + ".created', '" + object + "', '" +
                account_->own(id_of(object)) + "', '{\"email\": \"" + account_->own("anew") +
                "@x.test\"}', operation => 'create'))"
            );
            EXPECT_EQ(anew, 1);
            account_->await_empty();
            EXPECT_NE(account_->remote_id(object, id_of(object)), remote) << object << " " << rule;
            EXPECT_FALSE(account_->shown(object, account_->remote_id(object, id_of(object))).empty());
        }
    }
}

TEST_P(DolibarrDeletes, AnEditOfWhatSomebodyJustDeletedThereEndsInTheDeleteAndMakesNothingAnew) {
    for (const std::string object : kDeleted) {
        account_->rule({"deletes." + object + "=delete"});
        tell(object);
        const auto remote = account_->remote_id(object, id_of(object));
        account_->erase(object, remote);
        account_->tell(
            object,
            id_of(object),
            object == "contact"
                ? json::object{{"phone", "+33102030405"}}
                : (object == "customer" ? json::object{{"city", "Lyon"}} : json::object{{"name", "Edited"}})
        );
        EXPECT_TRUE(account_->hub(object, id_of(object)).empty()) << object;
        EXPECT_EQ(told(object), "delete") << object;
        EXPECT_EQ(account_->remote_id(object, id_of(object)), "") << object << ": nothing is made anew";
    }
}

TEST_P(DolibarrDeletes, ADeleteOfTheApplicationIsCarriedOutUnderEveryRule) {
    for (const std::string object : kDeleted) {
        tell(object);
        const auto remote = account_->remote_id(object, id_of(object));
        account_->database().exec(
            "SELECT navette.enqueue('books', '" + object + ".deleted', '" + object + "', '" +
            account_->own(id_of(object)) + "', '{}', operation => 'delete')"
        );
        account_->await_empty();
        EXPECT_TRUE(account_->shown(object, remote).empty()) << object;
    }
}

TEST_P(DolibarrDeletes, AThirdPartyWithOrdersStaysAndTheRefusalIsTold) {
    tell("customer");
    account_->tell(
        "order",
        "o",
        {{"number", account_->own("O")},
         {"paid_at", "2026-11-20T12:00:00Z"},
         {"status", "paid"},
         {"amount_cents", 1200},
         {"currency", "EUR"},
         {"customer", {{"id", account_->own("c")}}},
         {"lines", json::array{{{"name", "W"}, {"quantity", 1}, {"vat_rate", 20}, {"unit_price_cents", 1200}}}
         }}
    );
    const auto remote = account_->remote_id("customer", "c");
    account_->database().exec(
        "SELECT navette.enqueue('books', 'customer.deleted', 'customer', '" + account_->own("c") +
        "', '{}', operation => 'delete')"
    );
    account_->database().await_number(
        "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'", 0, std::chrono::seconds(60)
    );
    EXPECT_FALSE(account_->shown("customer", remote).empty());
    EXPECT_THAT(
        account_->database().value(
            "SELECT last_error FROM navette.sync_queue WHERE status = 'failed' AND entity_type = 'customer'"
        ),
        HasSubstr("Can't delete, that product is probably used")
    );
}

INSTANTIATE_TEST_SUITE_P(
    Account,
    DolibarrDeletes,
    ::testing::Values(DolibarrAccount::Which::standin, DolibarrAccount::Which::real),
    [](const auto& info) {
        return std::string(info.param == DolibarrAccount::Which::real ? "Real" : "StandIn");
    }
);

}  // namespace
}  // namespace navette::test
