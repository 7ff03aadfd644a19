// The guardian over a real database: when it looks, what it makes of what it finds, and what it has pulled.
#include "daemon/engine/guardian.hpp"

#include "daemon/core/metrics.hpp"
#include "daemon/engine/integration_draft.hpp"
#include "tests/integration/background_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using State = sdk::SubscriptionState::State;

class GuardianTest : public BackgroundTest {
  protected:
    GuardianTest() {
        add_object("order");
        own();
        shelf_->held = {
            subscription("item.changed", State::held), subscription("order.changed", State::held)
        };
        database_.exec(
            "INSERT INTO navette.pulls (tenant_id, integration_id, object, next_at) VALUES ('acme', 'int_1', "
            "'item', "
            "now() + interval '1 hour')"
        );
    }

    ~GuardianTest() override { guardian_.forget("int_1"); }

    static sdk::SubscriptionState subscription(
        const std::string& topic,
        State state,
        const std::string& sentence = {},
        const std::string& secret = {}
    ) {
        sdk::SubscriptionState one;
        one.topic = topic;
        one.state = state;
        one.remote_id = "hook_" + topic;
        one.sentence = sentence;
        one.secret = secret;
        return one;
    }

    engine::GuardianNeeds needs() {
        engine::GuardianNeeds needs;
        needs.settings = [this] { return settings_; };
        needs.public_url = [this] { return public_url_; };
        needs.vault = [this] { return std::optional(vault_); };
        needs.pull_now = [this](const std::string& id) { pulled_.push_back(id); };
        return needs;
    }

    engine::SteadyTime check() { return run(guardian_.check(owned_, wanted())); }
    engine::SteadyTime check_when_due() {
        database_.exec("UPDATE navette.webhook_checks SET next_at = now()");
        return check();
    }

    std::string row(const std::string& columns) {
        return database_.value("SELECT concat_ws('|', " + columns + ") FROM navette.webhook_checks");
    }
    std::string found() {
        return database_.value(
            "SELECT string_agg(concat_ws('|', topic, state, sentence), ' / ' ORDER BY topic) FROM "
            "navette.webhook_subscriptions"
        );
    }
    bool pull_is_due() { return database_.value("SELECT next_at <= now() FROM navette.pulls") == "t"; }

    /// The last webhook came so long ago, and pulls found changes since.
    void fall_silent(const std::string& age) {
        database_.exec(
            "UPDATE navette.webhook_checks SET created_at = now() - interval '30 days';"
            "INSERT INTO navette.webhook_logs (tenant_id, integration_id, source_platform, verified, "
            "received_at) VALUES "
            "('acme', 'int_1', 'shop', true, now() - interval '" +
            age +
            "'), ('acme', 'int_1', 'shop', false, now());"
            "UPDATE navette.pulls SET last_change_at = now() - interval '10 minutes'"
        );
    }

    std::string secret() {
        auto rows = must(run(store::load_integrations(connection(), {"int_1"})));
        return must(engine::open_secrets(rows.front(), vault_))["webhook_secret"];
    }

    config::WebhookSettings settings_;
    std::string public_url_ = "https://hooks.example.org";
    std::vector<std::string> pulled_;
    engine::Guardian guardian_{background_, needs()};
};

TEST_F(GuardianTest, LooksWithTheIntegrationsAddressAndAllObjectsAndNotAgainBeforeItIsDue) {
    check();
    ASSERT_THAT(shelf_->plans, SizeIs(1));
    const auto& plan = shelf_->plans.front();
    EXPECT_EQ(plan.url, "https://hooks.example.org/webhooks/integrations/shop/int_1");
    EXPECT_THAT(plan.objects, ElementsAre("item", "order"));
    EXPECT_TRUE(plan.repair);
    EXPECT_EQ(found(), "item.changed|held| / order.changed|held|");
    EXPECT_EQ(
        row("address, failures, next_at > now() + interval '5 hours', checked_at IS NOT NULL"),
        plan.url + "|0|t|t"
    );
    check();
    EXPECT_THAT(shelf_->plans, SizeIs(1));
    check_when_due();
    EXPECT_THAT(shelf_->plans, SizeIs(2));
    EXPECT_THAT(pulled_, IsEmpty());
    EXPECT_FALSE(pull_is_due());
}

TEST_F(GuardianTest, WhatWasMissingAndIsMadeAnewHasTheGapPulledAtOnce) {
    shelf_->held[1] = subscription("order.changed", State::repaired, "the platform had switched it off");
    check();
    EXPECT_EQ(found(), "item.changed|held| / order.changed|repaired|the platform had switched it off");
    EXPECT_THAT(pulled_, ElementsAre("int_1"));
    EXPECT_TRUE(pull_is_due());
    const auto text = core::metrics_text();
    EXPECT_THAT(text, HasSubstr("navette_webhook_subscriptions{platform=\"shop\",state=\"repaired\"} 1"));
    EXPECT_THAT(text, HasSubstr("navette_webhook_subscriptions{platform=\"shop\",state=\"held\"} 1"));
    guardian_.forget("int_1");
    EXPECT_THAT(
        core::metrics_text(), HasSubstr("navette_webhook_subscriptions{platform=\"shop\",state=\"held\"} 0")
    );
}

TEST_F(GuardianTest, WhatIsRefusedIsNewsOnceAndWhatIsThereNoMoreIsForgotten) {
    shelf_->held[1] = subscription("order.changed", State::refused, "give the app the scope orders.read");
    check();
    check_when_due();
    EXPECT_THAT(pulled_, SizeIs(1));
    shelf_->held.pop_back();
    check_when_due();
    EXPECT_EQ(found(), "item.changed|held|");
}

TEST_F(GuardianTest, WithoutAPublicAddressOrForOneDirectionOnlyNothingIsAsked) {
    public_url_.clear();
    check();
    public_url_ = "https://hooks.example.org";
    database_.exec("UPDATE navette.tenant_integrations SET sync_direction = 'to_platform'");
    own();
    check();
    EXPECT_THAT(shelf_->plans, IsEmpty());
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.webhook_checks"), 0);
}

TEST_F(GuardianTest, AnotherAddressIsLookedAtAtOnce) {
    check();
    public_url_ = "https://new.example.org";
    check();
    EXPECT_THAT(shelf_->plans, SizeIs(2));
}

TEST_F(GuardianTest, RepairIsAsTheConfigurationSaysUnlessAPersonSaysOtherwise) {
    settings_.repair = false;
    check();
    EXPECT_FALSE(shelf_->plans.back().repair);
    database_.exec("UPDATE navette.webhook_checks SET asked = 1, asked_repair = true");
    check();
    EXPECT_TRUE(shelf_->plans.back().repair);
    EXPECT_EQ(row("asked, answered, asked_repair IS NULL"), "1|1|t");
    check();
    EXPECT_THAT(shelf_->plans, SizeIs(2)) << "it is answered";
}

TEST_F(GuardianTest, ASecretThatThePlatformMadeUpIsSealedAndTheOneBeforeStaysValid) {
    shelf_->held[0] = subscription("item.changed", State::repaired, "its secret is made-up-1", "made-up-1");
    check();
    EXPECT_EQ(secret(), "made-up-1");
    EXPECT_EQ(
        database_.value("SELECT sentence FROM navette.webhook_subscriptions WHERE topic = 'item.changed'"),
        "its secret is [secret]"
    );
    own();
    shelf_->held[0].secret = "made-up-2";
    // Somebody else changes the row in the meantime: nothing of his is lost.
    shelf_->during = [this] {
        database_.exec("UPDATE navette.tenant_integrations SET integration_name = 'renamed'");
    };
    check_when_due();
    EXPECT_EQ(secret(), "made-up-1 made-up-2");
    EXPECT_EQ(database_.value("SELECT integration_name FROM navette.tenant_integrations"), "renamed");
    own();
    shelf_->during = nullptr;
    shelf_->held[0].secret.clear();
    check_when_due();
    EXPECT_EQ(shelf_->plans.back().secret, "made-up-2");
}

TEST_F(GuardianTest, SilenceWhileRecordsChangeIsNoticedBeforeTheNextLookIsDueAndToldOnce) {
    check();
    fall_silent("25 hours");
    check();
    EXPECT_THAT(shelf_->plans, SizeIs(2));
    EXPECT_EQ(row("silent_since IS NOT NULL"), "t");
    EXPECT_THAT(pulled_, ElementsAre("int_1"));
    check();
    EXPECT_THAT(shelf_->plans, SizeIs(2)) << "it is known";
    database_.exec(
        "INSERT INTO navette.webhook_logs (tenant_id, integration_id, source_platform, verified) VALUES "
        "('acme', "
        "'int_1', 'shop', true)"
    );
    check();
    EXPECT_EQ(row("silent_since IS NULL"), "t");
    EXPECT_THAT(pulled_, SizeIs(1));
}

TEST_F(GuardianTest, SilenceWhereNothingChangesOrForAShorterTimeIsNone) {
    check();
    fall_silent("23 hours");
    check();
    fall_silent("25 hours");
    database_.exec(
        "DELETE FROM navette.webhook_logs; INSERT INTO navette.webhook_logs (tenant_id, integration_id, "
        "source_platform, verified, received_at) VALUES ('acme', 'int_1', 'shop', true, now() - interval '25 "
        "hours');"
        "UPDATE navette.pulls SET last_change_at = now() - interval '26 hours'"
    );
    check();
    EXPECT_THAT(shelf_->plans, SizeIs(1));
    EXPECT_EQ(row("silent_since IS NULL"), "t");
}

TEST_F(GuardianTest, AFailureToLookIsNotedAndWhatWasKnownStays) {
    check();
    shelf_->failures = {sdk::Outcome::retry("an odd answer"), sdk::Outcome::retry("an odd answer")};
    const auto next = check_when_due();
    EXPECT_EQ(row("failures, last_error, next_at > now()"), "1|an odd answer|t");
    EXPECT_LT(next, std::chrono::steady_clock::now() + 31s);
    EXPECT_EQ(found(), "item.changed|held| / order.changed|held|");
    check_when_due();
    EXPECT_EQ(row("failures"), "2");
    check_when_due();
    EXPECT_EQ(row("failures, last_error IS NULL"), "0|t");
}

TEST_F(GuardianTest, AFormerOwnerNotesNothing) {
    check();
    shelf_->during = [this] { database_.exec("UPDATE navette.leases SET epoch = 2"); };
    shelf_->held[0] = subscription("item.changed", State::missing);
    check_when_due();
    EXPECT_EQ(found(), "item.changed|held| / order.changed|held|");
    EXPECT_THAT(pulled_, IsEmpty());
}

}  // namespace
}  // namespace navette::test
