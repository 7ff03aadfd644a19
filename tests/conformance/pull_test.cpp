// Reading back: everything through pages, then what changed since, after a restart too; one record by its id.
#include "tests/conformance/trial.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace navette::conformance {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Key;
using Kind = sdk::OutcomeKind;

constexpr int kRecords = 7;
constexpr int kPageLimit = 3;
constexpr int kMostPages = 100;

/// What a sweep of pages brought: the last told state of each record, by its id.
struct Sweep {
    std::map<std::string, sdk::RemoteRecord> records;
    json::value cursor;
    int pages = 0;
    bool ended = false;
};

class Pull : public Conformance {
  protected:
    void SetUp() override {
        Conformance::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        NAVETTE_NEEDS("pull");
        if (!object().pulled) {
            GTEST_SKIP() << "a " << object().object << " is not pulled";
        }
    }

    static Sweep sweep(ConnectedSite& site, json::value cursor) {
        Sweep swept;
        swept.cursor = std::move(cursor);
        while (swept.pages < kMostPages && !swept.ended) {
            sdk::PullRequest request;
            request.object = object().object;
            // Cursors are stored as text between two pages.
            request.cursor = json::parse(json::serialize(swept.cursor));
            request.limit = kPageLimit;
            auto page = site.pull(std::move(request));
            if (!page) {
                ADD_FAILURE() << told(page.error());
                return swept;
            }
            for (auto& record : page->records) {
                EXPECT_FALSE(record.remote_id.empty());
                swept.records.insert_or_assign(record.remote_id, std::move(record));
            }
            swept.cursor = std::move(page->cursor);
            swept.ended = !page->more;
            ++swept.pages;
        }
        EXPECT_TRUE(swept.ended) << "the pages do not end";
        return swept;
    }

    /// Sweeps until what is wanted has come, for some platforms' lists lag behind their writes.
    static Sweep sweep_until(ConnectedSite& site, json::value cursor, auto is_enough) {
        const auto deadline = std::chrono::steady_clock::now() + 10s;
        while (true) {
            auto swept = sweep(site, cursor);
            if (is_enough(swept) || HasFailure() || std::chrono::steady_clock::now() > deadline) {
                return swept;
            }
            std::this_thread::sleep_for(20ms);
        }
    }

    static std::vector<std::string> create(ConnectedSite& site, int first, int last) {
        std::vector<std::string> ids;
        for (int n = first; n <= last; ++n) {
            const auto made = site.push(site.operation(object(), n));
            EXPECT_EQ(made.kind, Kind::done) << told(made);
            ids.push_back(made.remote_id);
        }
        return ids;
    }

    static bool has_all(const Sweep& swept, const std::vector<std::string>& ids) {
        return std::ranges::all_of(ids, [&](const auto& id) { return swept.records.contains(id); });
    }
};
INSTANTIATE_TEST_SUITE_P(Conformance, Pull, ::testing::ValuesIn(objects()), name_of);

TEST_P(Pull, BringsEverythingThroughPages) {
    ConnectedSite site(subject());
    const auto ids = create(site, 1, kRecords);
    const auto swept = sweep_until(site, nullptr, [&](const Sweep& got) { return has_all(got, ids); });
    for (const auto& id : ids) {
        ASSERT_THAT(swept.records, Contains(Key(id)));
        EXPECT_FALSE(swept.records.at(id).deleted);
        EXPECT_FALSE(swept.records.at(id).fields.empty());
    }
    EXPECT_GT(swept.pages, 1);
}

TEST_P(Pull, GoesOnInTheMiddleAfterARestart) {
    ConnectedSite site(subject());
    const auto ids = create(site, 1, kRecords);
    ASSERT_TRUE(has_all(sweep_until(site, nullptr, [&](const Sweep& got) { return has_all(got, ids); }), ids)
    );
    sdk::PullRequest request;
    request.object = object().object;
    request.limit = kPageLimit;
    const auto first = site.pull(request);
    ASSERT_TRUE(first) << told(first.error());
    ASSERT_TRUE(first->more);
    site.restart();
    auto rest = sweep(site, first->cursor);
    for (const auto& record : first->records) {
        rest.records.emplace(record.remote_id, record);
    }
    EXPECT_TRUE(has_all(rest, ids)) << "a record fell between the pages";
}

TEST_P(Pull, SeesWhatIsNewSinceTheCursor) {
    ConnectedSite site(subject());
    const auto old_ids = create(site, 1, 3);
    const auto before = sweep_until(site, nullptr, [&](const Sweep& got) { return has_all(got, old_ids); });
    site.restart();
    const auto new_ids = create(site, 4, 5);
    const auto after =
        sweep_until(site, before.cursor, [&](const Sweep& got) { return has_all(got, new_ids); });
    EXPECT_TRUE(has_all(after, new_ids));
}

TEST_P(Pull, SeesALaterChange) {
    if (!object().changed) {
        GTEST_SKIP() << "a " << object().object << " is only ever created";
    }
    ConnectedSite site(subject());
    const auto ids = create(site, 1, 3);
    const auto before = sweep_until(site, nullptr, [&](const Sweep& got) { return has_all(got, ids); });
    ASSERT_TRUE(has_all(before, ids));
    site.restart();
    const auto changed = site.push(site.later(object(), 2, ids[1]));
    ASSERT_EQ(changed.kind, Kind::done) << told(changed);
    const auto is_there = [&](const Sweep& got) {
        const auto found = got.records.find(ids[1]);
        return found != got.records.end() && found->second.fields != before.records.at(ids[1]).fields;
    };
    const auto after = sweep_until(site, before.cursor, is_there);
    EXPECT_TRUE(is_there(after)) << "the change did not come";
    ASSERT_THAT(after.records, Contains(Key(ids[1])));
    // What was changed last is told no earlier than what stood before.
    const auto& old_time = before.records.at(ids[1]).modified_at;
    const auto& new_time = after.records.at(ids[1]).modified_at;
    if (old_time && new_time) {
        EXPECT_GE(*new_time, *old_time);
    }
}

TEST_P(Pull, NeverTellsADeletedRecordAsALivingOne) {
    if (!has_action("delete")) {
        GTEST_SKIP() << "the manifest names no delete of a " << object().object;
    }
    ConnectedSite site(subject());
    const auto ids = create(site, 1, 3);
    const auto before = sweep_until(site, nullptr, [&](const Sweep& got) { return has_all(got, ids); });
    ASSERT_TRUE(has_all(before, ids));
    ASSERT_EQ(site.push(site.removal(object(), 2, ids[1])).kind, Kind::done);
    const auto is_gone = [&](const Sweep& got) {
        const auto found = got.records.find(ids[1]);
        return found == got.records.end() || found->second.deleted;
    };
    EXPECT_TRUE(is_gone(sweep_until(site, before.cursor, is_gone)));
    EXPECT_TRUE(is_gone(sweep_until(site, nullptr, is_gone)));
}

TEST_P(Pull, TellsAFailureAsSuch) {
    for (const std::string switches :
         {R"({"html_503":1})", R"({"error_5xx":1})", R"({"malformed":1})", R"({"truncate":1})"}) {
        SCOPED_TRACE(switches);
        ConnectedSite site(subject());
        create(site, 1, 1);
        site.site().set_faults(switches);
        sdk::PullRequest request;
        request.object = object().object;
        const auto page = site.pull(std::move(request));
        ASSERT_FALSE(page) << "a page of " << page->records.size() << " records came from a broken answer";
        EXPECT_TRUE(is_passing(page.error())) << told(page.error());
    }
    ConnectedSite site(subject());
    create(site, 1, 1);
    site.site().set_faults(R"({"unauthorized":true})");
    sdk::PullRequest request;
    request.object = object().object;
    const auto page = site.pull(std::move(request));
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().kind, Kind::needs_reauth) << told(page.error());
}

class Fetch : public Conformance {
  protected:
    void SetUp() override {
        Conformance::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        NAVETTE_NEEDS("fetch");
        if (!object().pulled || !spec().linked) {
            GTEST_SKIP() << "a " << object().object << " is never read back";
        }
    }

    /// An id of the same form that nobody has: the last run of digits becomes another, or else the last
    /// letters.
    static std::string unknown_like(std::string id) {
        const auto end = id.find_last_of("0123456789");
        if (end == id.size() - 1) {
            const auto before = id.find_last_not_of("0123456789");
            const auto begin = before == std::string::npos ? 0 : before + 1;
            return id.substr(0, begin) + "9" + std::string(id.size() - begin, '7');
        }
        id.replace(id.size() - std::min<std::size_t>(id.size(), 6), 6, "zzzAAA");
        return id;
    }
};
INSTANTIATE_TEST_SUITE_P(Conformance, Fetch, ::testing::ValuesIn(objects()), name_of);

TEST_P(Fetch, FindsTheRecordByItsId) {
    ConnectedSite site(subject());
    const auto made = site.push(site.operation(object(), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    const auto fetched = site.fetch(object().object, made.remote_id);
    ASSERT_TRUE(fetched) << told(fetched.error());
    EXPECT_EQ(fetched->remote_id, made.remote_id);
    EXPECT_FALSE(fetched->deleted);
    EXPECT_FALSE(fetched->fields.empty());
    EXPECT_EQ(site.writes(), 0);
}

TEST_P(Fetch, TellsThatThereIsNone) {
    ConnectedSite site(subject());
    const auto made = site.push(site.operation(object(), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    const auto fetched = site.fetch(object().object, unknown_like(made.remote_id));
    ASSERT_FALSE(fetched);
    EXPECT_EQ(fetched.error().kind, Kind::gone) << told(fetched.error());
}

TEST_P(Fetch, TellsThatARecordWasDeleted) {
    if (!has_action("delete")) {
        GTEST_SKIP() << "the manifest names no delete of a " << object().object;
    }
    ConnectedSite site(subject());
    const auto made = site.push(site.operation(object(), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    ASSERT_EQ(site.push(site.removal(object(), 1, made.remote_id)).kind, Kind::done);
    const auto fetched = site.fetch(object().object, made.remote_id);
    if (fetched) {
        EXPECT_TRUE(fetched->deleted) << json::serialize(fetched->fields);
    } else {
        EXPECT_EQ(fetched.error().kind, Kind::gone) << told(fetched.error());
    }
}

TEST_P(Fetch, TellsAFailureAsSuch) {
    ConnectedSite site(subject());
    const auto made = site.push(site.operation(object(), 1));
    ASSERT_EQ(made.kind, Kind::done) << told(made);
    for (const std::string switches :
         {R"({"html_503":1})", R"({"error_5xx":1})", R"({"malformed":1})", R"({"truncate":1})"}) {
        SCOPED_TRACE(switches);
        site.site().set_faults(switches);
        const auto fetched = site.fetch(object().object, made.remote_id);
        ASSERT_FALSE(fetched);
        EXPECT_TRUE(is_passing(fetched.error())) << told(fetched.error());
    }
}

}  // namespace
}  // namespace navette::conformance
