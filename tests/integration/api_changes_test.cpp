// The feed of changes over HTTP.
#include "daemon/http/api_changes.hpp"

#include "tests/integration/api_calls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

namespace navette::http {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ApiChanges : public test::ApiTest {
  protected:
    ApiChanges() { add_change_routes(router_, desk_, watch_); }
    ~ApiChanges() override {
        watch_->close();
        context_.restart();
        context_.run_for(std::chrono::milliseconds(100));  // its connection ends
    }

    void publish(const std::string& entity, const std::string& tenant = "acme") {
        database_.exec(
            "SELECT navette.publish_change('" + tenant + "', 'item', '" + entity +
            "', 'upsert', 'int_1', 'r', 'item.updated', '{\"name\": \"cup\"}', now())"
        );
    }

    static std::vector<std::string> entities(const Response& response) {
        std::vector<std::string> names;
        for (const auto& change : body_of(response).at("data").as_array()) {
            names.emplace_back(change.at("entity_id").as_string());
        }
        return names;
    }

    /// Begins a request; its answer is there when the returned holder is full.
    std::shared_ptr<std::optional<Response>> begin_waiting(
        const std::string& target, const Caller& caller = tenant("acme")
    ) {
        auto holder = std::make_shared<std::optional<Response>>();
        boost::asio::co_spawn(
            context_,
            begin({.target = target, .caller = caller}),
            [holder](const std::exception_ptr& error, Response response) {
                if (error) {
                    std::rethrow_exception(error);
                }
                *holder = std::move(response);
            }
        );
        return holder;
    }

    /// Until the watch's connection listens.
    void await_listening() {
        test::run_until(context_, [&] {
            context_.poll();
            return database_.number(
                       "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                       "AND query ILIKE '%LISTEN%navette_changes%' AND pid <> pg_backend_pid()"
                   ) > 0;
        });
    }

    // Nobody looks again without being told.
    std::shared_ptr<ChangeWatch> watch_ =
        std::make_shared<ChangeWatch>(database_.url(), 1'000, std::chrono::hours(1));
};

TEST_F(ApiChanges, AReaderThatRemembersThePositionMissesAndRepeatsNothing) {
    publish("1");
    publish("2");
    publish("3", "zenith");
    publish("4");
    const auto first = get("/api/v1/changes?limit=2");
    EXPECT_THAT(entities(first), ElementsAre("1", "2"));
    publish("5");
    const auto after = body_of(first).at("next_after").as_int64();
    EXPECT_EQ(after, 2) << "without gaps";
    const auto second = get("/api/v1/changes?after=" + std::to_string(after));
    EXPECT_THAT(entities(second), ElementsAre("4", "5"));
    EXPECT_EQ(body_of(second).at("next_after").as_int64(), 4);
    const auto end = get("/api/v1/changes?after=4");
    EXPECT_THAT(entities(end), IsEmpty());
    EXPECT_EQ(body_of(end).at("next_after").as_int64(), 4);
}

TEST_F(ApiChanges, ATenantReadsItsOwnFeedAndAdministrationNamesOne) {
    publish("1");
    publish("2", "zenith");
    EXPECT_THAT(entities(get("/api/v1/changes", tenant("zenith"))), ElementsAre("2"));
    EXPECT_THAT(entities(get("/api/v1/changes?tenant=acme", administration())), ElementsAre("1"));
    EXPECT_EQ(verdict(get("/api/v1/changes", administration())), "400 tenant");
    EXPECT_EQ(verdict(get("/api/v1/changes?tenant=zenith")), "404 tenant");
    EXPECT_EQ(verdict(get("/api/v1/changes?after=-1")), "400 after");
    EXPECT_EQ(verdict(get("/api/v1/changes?wait=26")), "400 wait");
    EXPECT_EQ(verdict(get("/api/v1/changes?limit=0")), "400 limit");
}

TEST_F(ApiChanges, WhoWaitsIsAnsweredWhenSomethingIsPublishedForThem) {
    const auto waiting = begin_waiting("/api/v1/changes?wait=25");
    const auto other = begin_waiting("/api/v1/changes?wait=25", tenant("zenith"));
    await_listening();
    EXPECT_FALSE(*waiting);
    publish("1");
    test::run_until(context_, [&] { return waiting->has_value(); });
    EXPECT_THAT(entities(**waiting), ElementsAre("1"));
    EXPECT_FALSE(*other) << "nothing was published for zenith";
}

TEST_F(ApiChanges, WhoWaitsInVainGetsAnEmptyAnswer) {
    const auto answer = get("/api/v1/changes?wait=1");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(entities(answer), IsEmpty());
}

TEST_F(ApiChanges, ClosingTheWatchAnswersWhoeverWaits) {
    const auto waiting = begin_waiting("/api/v1/changes?wait=25");
    await_listening();
    watch_->close();
    test::run_until(context_, [&] { return waiting->has_value(); });
    EXPECT_EQ((*waiting)->status, 200);
    EXPECT_EQ(get("/api/v1/changes?wait=25").status, 200) << "nobody waits any more";
}

}  // namespace
}  // namespace navette::http
