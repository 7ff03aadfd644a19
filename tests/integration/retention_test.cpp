// What navette forgets after its time: the fields of deleted records, acknowledged entries of the feed, the
// keys of accepted webhooks.
#include "daemon/store/queue_upkeep.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gtest/gtest.h>

namespace navette::test {
namespace {

using std::chrono::hours;

class RetentionTest : public OwnedIntegrationTest {
  protected:
    /// One piece of at most `size`; whether something may be left.
    bool forget(store::KeptSpans keep, int size = 100) {
        return must(run(store::forget_what_is_old(connection(), keep, size)));
    }

    void record(const std::string& id, const std::string& age, bool deleted) {
        database_.exec(
            "INSERT INTO navette.records (tenant_id, entity_type, entity_id, data, stamps, deleted, version, "
            "updated_at) VALUES ('acme', 'contact', '" +
            id + R"(', '{"name": "Ada"}', '{"name": {"was": "Eve"}}', )" + (deleted ? "true" : "false") +
            ", 7, now() - interval '" + age + "')"
        );
        database_.exec(
            "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, entity_type, "
            "remote_id, snapshot, seen, gone) VALUES ('acme', 'int_1', 'contact', '" +
            id + "', 'contact', 'r" + id + R"(', '{"name": "Ada"}', '{"name": "Ada"}', true))"
        );
        database_.exec(
            "SELECT navette.put_keys('acme', 'contact', '" + id +
            R"(', '[{"name": "email", "value": "ada@x.org"}]'))"
        );
    }

    std::string left(const std::string& id) {
        return database_.value(
            "SELECT concat_ws(' ', r.data, r.stamps, r.deleted, r.version, l.snapshot, l.seen, l.gone, "
            "(SELECT count(*) FROM navette.record_keys k WHERE k.entity_id = r.entity_id)) FROM "
            "navette.records r JOIN navette.record_links l USING (tenant_id, entity_id) WHERE r.entity_id = "
            "'" +
            id + "'"
        );
    }

    void publish(int count) {
        database_.exec(
            "SELECT navette.publish_change('acme', 'contact', n::text, 'upsert', 'int_1', 'r', 'c', '{}', "
            "now()) "
            "FROM generate_series(1, " +
            std::to_string(count) + ") n"
        );
    }
    std::string positions() {
        return database_.value(
            "SELECT coalesce(string_agg(position::text, ',' ORDER BY position), '') FROM navette.changes"
        );
    }
};

TEST_F(RetentionTest, OfARecordThatWasDeletedLongAgoOnlyThatItWasDeletedIsLeft) {
    const std::string whole =
        R"({"name": "Ada"} {"name": {"was": "Eve"}} %d 7 {"name": "Ada"} {"name": "Ada"} t 1)";
    const auto kept = [&](const std::string& deleted) {
        auto text = whole;
        return text.replace(text.find("%d"), 2, deleted);
    };
    record("old", "91 days", true);
    record("young", "89 days", true);
    record("alive", "91 days", false);
    EXPECT_FALSE(forget({.deleted_records = hours(24 * 90)}));
    EXPECT_EQ(left("old"), "{} {} t 7 {} {} t 0");
    EXPECT_EQ(left("young"), kept("t"));
    EXPECT_EQ(left("alive"), kept("f"));
    EXPECT_EQ(database_.number("SELECT revision FROM navette.record_links WHERE entity_id = 'old'"), 1)
        << "a merge that read it before reads it again";
}

TEST_F(RetentionTest, ItGoesInPiecesAndComesToAnEnd) {
    for (const auto* id : {"1", "2", "3"}) {
        record(id, "91 days", true);
    }
    EXPECT_TRUE(forget({.deleted_records = hours(24)}, 2));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records WHERE data = '{}'"), 2);
    EXPECT_FALSE(forget({.deleted_records = hours(24)}, 2));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records WHERE data = '{}'"), 3);
}

TEST_F(RetentionTest, EntriesOfTheFeedGoOnceTheyAreOldAndAcknowledged) {
    publish(4);
    database_.exec("UPDATE navette.changes SET created_at = now() - interval '2 days' WHERE position <> 2");
    EXPECT_FALSE(forget({.changes = hours(24)}));
    EXPECT_EQ(positions(), "1,2,3,4") << "nothing was acknowledged";
    database_.exec("SELECT navette.acknowledge_changes('acme', 3)");
    EXPECT_FALSE(forget({.changes = hours(24)}));
    EXPECT_EQ(positions(), "2,4");
    publish(1);
    EXPECT_EQ(positions(), "2,4,5") << "the feed goes on where it was";
}

TEST_F(RetentionTest, KeysOfWebhooksGoInPiecesAndZeroKeepsAllForEver) {
    database_.exec(
        "INSERT INTO navette.webhook_receipts SELECT 'int_1', 'acme', gen_random_uuid(), now() - n * "
        "interval "
        "'1 day' FROM generate_series(1, 10) n"
    );
    record("old", "900 days", true);
    EXPECT_FALSE(forget({}));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.webhook_receipts"), 10);
    EXPECT_TRUE(forget({.webhook_receipts = hours(24 * 5 + 12)}, 4));
    EXPECT_FALSE(forget({.webhook_receipts = hours(24 * 5 + 12)}, 4));
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.webhook_receipts"), 5);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.records WHERE data = '{}'"), 0);
}

}  // namespace
}  // namespace navette::test
