// navettectl verify: accepted = done + skipped + cancelled + failed + pending, and what is missing has a
// name.
#include "daemon/store/admin_queue.hpp"
#include "daemon/store/admin_verify.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using ::testing::HasSubstr;

class VerifyTest : public test::SchemaTest {
  protected:
    VerifyTest() {
        add_platform("shop", "{item.*}");
        add_integration("acme", "int_1");
    }

    void enqueue(int count, const std::string& integration = "int_1", const std::string& tenant = "acme") {
        database_.exec(
            "SELECT navette.enqueue_many('" + tenant +
            "', 'item.changed', 'item', (SELECT array_agg(n::text) FROM "
            "generate_series(1, " +
            std::to_string(count) + ") n), integration => '" + integration + "')"
        );
    }

    void log(const std::string& jobs, const std::string& status, bool final = true) {
        database_.exec(
            "INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, "
            "entity_type, "
            "entity_id, status, final, attempt, started_at, duration_ms) SELECT 'acme', 'int_1', id, "
            "'to_platform', "
            "'item.changed', 'item', id::text, '" +
            status + "', " + (final ? "true" : "false") + ", 1, now(), 0 FROM unnest('{" + jobs +
            "}'::bigint[]) id"
        );
    }

    /// As a completion does.
    void finish(const std::string& jobs, const std::string& status) {
        log(jobs, status);
        database_.exec("DELETE FROM navette.sync_queue WHERE id = ANY ('{" + jobs + "}')");
    }

    std::string books(BooksFilter filter = {}) {
        if (filter.since.empty()) {
            filter.since = "2020-01-01T00:00:00Z";
        }
        auto session = must(AdminSession::open(database_.url()));
        std::string text;
        for (const auto& book : must(read_books(session, filter))) {
            text += (text.empty() ? "" : "\n") + boost::json::serialize(book);
        }
        return text;
    }

    static std::string line(const std::string& figures, const std::string& missing = "0,\"missing_ids\":[]") {
        return "{\"tenant_id\":\"acme\",\"integration_id\":\"int_1\"," + figures + ",\"missing\":" + missing +
               ",\"doubles\":0,\"double_ids\":[]}";
    }
};

TEST_F(VerifyTest, CountsEachJobOnceWhereverItIsNow) {
    enqueue(8);
    finish("1,2", "done");
    finish("3", "skipped");
    log("4", "retry", false);
    database_.exec("UPDATE navette.sync_queue SET status = 'failed', failed_at = now() WHERE id IN (5, 6)");
    log("5,6", "rejected");
    auto session = must(AdminSession::open(database_.url()));
    must(cancel_jobs(session, {7}, std::nullopt));
    EXPECT_EQ(books(), line(R"("accepted":8,"done":2,"skipped":1,"cancelled":1,"failed":2,"pending":2)"));
    // A dead letter that was replayed and then done is done.
    finish("5", "done");
    EXPECT_EQ(books(), line(R"("accepted":8,"done":3,"skipped":1,"cancelled":1,"failed":1,"pending":2)"));
}

TEST_F(VerifyTest, NamesARowThatWasDeletedBehindItsBackAndTheRestBalances) {
    enqueue(30);
    finish("1", "done");
    log("2", "rejected");
    database_.exec("DELETE FROM navette.sync_queue WHERE id = 2");
    EXPECT_EQ(
        books(),
        line(
            R"("accepted":30,"done":1,"skipped":0,"cancelled":0,"failed":0,"pending":28)",
            R"(1,"missing_ids":[2])"
        )
    );
    database_.exec("DELETE FROM navette.sync_queue WHERE id > 5");
    EXPECT_THAT(
        books(),
        HasSubstr(R"("missing":26,"missing_ids":[2,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24])")
    );
}

TEST_F(VerifyTest, NamesWhatWasDoneTwice) {
    enqueue(2);
    finish("1,2", "done");
    log("2", "done");
    EXPECT_THAT(books(), HasSubstr(R"("done":2,)"));
    EXPECT_THAT(books(), HasSubstr(R"("doubles":1,"double_ids":[2])"));
}

TEST_F(VerifyTest, LooksAtTheTenantTheIntegrationAndThePeriodThatWereAskedFor) {
    add_integration("acme", "int_2");
    add_integration("other", "int_3");
    enqueue(1, "int_1");
    enqueue(2, "int_2");
    enqueue(3, "int_3", "other");
    BooksFilter filter;
    filter.tenant = "acme";
    EXPECT_THAT(books(filter), HasSubstr("\"int_2\",\"accepted\":2"));
    EXPECT_THAT(books(filter), ::testing::Not(HasSubstr("int_3")));
    filter.integration = "int_2";
    EXPECT_THAT(books(filter), ::testing::Not(HasSubstr("int_1")));
    database_.exec(
        "UPDATE navette.ledger SET accepted_at = now() - interval '2 days' WHERE integration_id = 'int_2'"
    );
    filter.since = database_.value("SELECT navette.iso(now() - interval '1 day')");
    EXPECT_EQ(books(filter), "");
    EXPECT_THAT(books(), HasSubstr("\"int_2\",\"accepted\":2"));
}

TEST_F(VerifyTest, TwoHundredThousandJobsAreCountedInOneGo) {
    enqueue(200'000);
    database_.exec(
        "WITH gone AS (DELETE FROM navette.sync_queue WHERE id % 10 < 8 RETURNING *) INSERT INTO "
        "navette.sync_logs "
        "(tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, status, final, "
        "attempt, "
        "started_at, duration_ms) SELECT tenant_id, integration_id, id, direction, event_type, entity_type, "
        "entity_id, "
        "'done', true, 1, now(), 0 FROM gone"
    );
    EXPECT_EQ(
        books(),
        line(R"("accepted":200000,"done":160000,"skipped":0,"cancelled":0,"failed":0,"pending":40000)")
    );
}

}  // namespace
}  // namespace navette::store
