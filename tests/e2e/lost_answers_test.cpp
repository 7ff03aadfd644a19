// A write of ours that a platform carries out without our hearing of it, and a newer edit of the application
// before it is sent again: the newer edit stands, under every rule, and nobody is made twice.
#include "tests/e2e/two_way_site.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace navette::test {
namespace {

namespace json = boost::json;

constexpr const char* kId = "42";

json::object ana(const std::string& phone) {
    return {{"first_name", "Ana"}, {"last_name", "Berg"}, {"email", "ana@ring.test"}, {"phone", phone}};
}

class LostAnswers : public ::testing::TestWithParam<const char*> {
  protected:
    LostAnswers()
        : ring_(
              {.platforms = {"hubspot", "salesforce"},
               .sync_rules = R"({"spread": "all", "conflicts": ")" + std::string(GetParam()) + R"("})"}
          ) {
        ring_.start();
        ring_.tell("contact", kId, ana("+33612340001"));
        ring_.await_empty();
        ring_.settle();
    }

    std::string phone_at(const std::string& slug) {
        auto& platform = ring_.platform(slug);
        const auto records = platform.records();
        const auto found = records.find(ring_.remote_id(platform, kId));
        return found == records.end() ? ""
                                      : std::string(found->second.at(*platform.field("phone")).as_string());
    }

    void await_phone_at(const std::string& slug, const std::string& phone) {
        for (int turn = 0; phone_at(slug) != phone; ++turn) {
            ASSERT_LT(turn, 3'000) << "it never got there";
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    void expect_the_newer_edit() {
        ring_.settle();
        EXPECT_EQ(ring_.hub("contact", kId).at("phone"), "+33612340003");
        ring_.expect_equal("contact", kId);
        EXPECT_EQ(ring_.fed(), 0) << ring_.database().value("SELECT json_agg(c) FROM navette.changes c");
        for (auto& platform : ring_.platforms()) {
            EXPECT_EQ(platform->records().size(), 1U) << platform->slug();
        }
        EXPECT_EQ(ring_.database().number("SELECT count(*) FROM navette.doubts"), 0);
    }

    TwoWaySite ring_;
};

TEST_P(LostAnswers, ANewerEditStandsWhereTheAnswerToTheOlderOneWasLost) {
    for (auto& platform : ring_.platforms()) {
        platform->site().set_faults(R"({"reset_after": 1, "only_method": "PATCH"})");
    }
    ring_.tell("contact", kId, ana("+33612340002"));
    await_phone_at("hubspot", "+33612340002");
    await_phone_at("salesforce", "+33612340002");
    ring_.tell("contact", kId, ana("+33612340003"));
    for (auto& platform : ring_.platforms()) {
        platform->site().set_faults("");
    }
    expect_the_newer_edit();
}

TEST_P(LostAnswers, ANewerEditStandsWhereTheDaemonWasKilledBeforeTheAnswerToTheOlderOne) {
    for (auto& platform : ring_.platforms()) {
        platform->site().set_faults(R"({"delay_after_ms": 60000, "only_method": "PATCH"})");
    }
    ring_.tell("contact", kId, ana("+33612340002"));
    await_phone_at("hubspot", "+33612340002");
    await_phone_at("salesforce", "+33612340002");
    ring_.site().kill_daemon();
    ring_.tell("contact", kId, ana("+33612340003"));
    for (auto& platform : ring_.platforms()) {
        platform->site().set_faults("");
    }
    ring_.site().start_daemon();
    expect_the_newer_edit();
}

INSTANTIATE_TEST_SUITE_P(
    Rules,
    LostAnswers,
    ::testing::Values("platform_wins", "manual", "newest_wins"),
    [](const auto& info) { return info.param; }
);

}  // namespace
}  // namespace navette::test
