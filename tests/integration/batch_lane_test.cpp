// A batch that fails as a whole is split until the record at fault stands alone.
#include "tests/integration/lane_fixture.hpp"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace navette::engine {
namespace {

using testing::Le;
using testing::SizeIs;

/// Does a batch as a whole or not at all: what a record's name asks for happens to all that travel with it.
class WholeOrNothing final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }

    sdk::Task<sdk::TestReport> test(sdk::Session&) override { co_return sdk::TestReport{true, "works"}; }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session&, std::vector<sdk::Operation> batch) override {
        sizes.push_back(batch.size());
        std::vector<sdk::Outcome> outcomes;
        for (const auto& operation : batch) {
            ++tries[operation.entity_id];
            outcomes.push_back(sdk::Outcome::done("remote_" + operation.entity_id));
        }
        for (const auto& operation : batch) {
            const auto name = std::string(operation.fields.at("name").as_string());
            if (name == "throws") {
                throw std::runtime_error("cannot write " + operation.entity_id);
            }
            if (name == "rejected") {
                outcomes.assign(batch.size(), sdk::Outcome::rejected("the shop cannot read the request"));
            }
            if (name == "away" && sizes.size() == 1) {
                outcomes.assign(batch.size(), sdk::Outcome::unavailable("the shop is closed"));
            }
        }
        co_return outcomes;
    }

    std::vector<std::size_t> sizes;  // of the batches, in order
    std::map<std::string, int> tries;
};

class BatchLaneTest : public test::LaneTest {
  protected:
    BatchLaneTest() {
        connector_->connector = shop_;
        object("bulk").batch = 16;
    }

    /// Sixteen ready jobs; the eleventh has this name.
    void add_sixteen(const std::string& name) {
        for (int number = 1; number <= 16; ++number) {
            const std::string wanted = number == 11 ? name : "good";
            add_job(
                std::to_string(number), "max_retries = 1, data = '{\"name\": \"" + wanted + "\"}'", "bulk"
            );
        }
    }

    std::string dead_letters() {
        return database_.value(
            "SELECT string_agg(concat_ws('|', entity_id, outcome, last_error), ' / ') FROM "
            "navette.sync_queue WHERE "
            "status = 'failed'"
        );
    }

    void work_until_decided() {
        work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'", 0);
    }

    std::shared_ptr<WholeOrNothing> shop_ = std::make_shared<WholeOrNothing>();
};

TEST_F(BatchLaneTest, TheRecordAtFaultBecomesTheOnlyDeadLetter) {
    add_sixteen("rejected");
    start_lane();
    work_until_decided();
    EXPECT_EQ(dead_letters(), "11|rejected|the shop cannot read the request");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'done'"), 15);
    ASSERT_FALSE(shop_->sizes.empty());
    EXPECT_EQ(shop_->sizes.front(), 16U);
    EXPECT_THAT(shop_->sizes, SizeIs(Le(9U))) << "halving 16 takes two calls for each of four levels";
}

TEST_F(BatchLaneTest, AConnectorThatThrowsOverOneRecordCostsTheOthersNoDeadLetter) {
    add_sixteen("throws");
    start_lane();
    work_until_decided();
    EXPECT_THAT(
        dead_letters(),
        testing::AllOf(testing::StartsWith("11|retry|"), testing::HasSubstr("cannot write 11"))
    );
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'done'"), 15);
}

TEST_F(BatchLaneTest, AnOutageSplitsNothing) {
    add_sixteen("away");
    start_lane();
    work_until_empty();
    EXPECT_THAT(shop_->sizes.front(), 16U);
    EXPECT_THAT(shop_->sizes, SizeIs(Le(3U)))
        << "no record is at fault: after a probe all travel together again";
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'done'"), 16);
}

}  // namespace
}  // namespace navette::engine
