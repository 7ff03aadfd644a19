// Logs and statistics over HTTP.
#include "daemon/http/api_logs.hpp"

#include "daemon/http/api_statistics.hpp"
#include "tests/integration/api_calls.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>
#include <sstream>

namespace navette::http {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ApiLogs : public test::ApiTest {
  protected:
    ApiLogs() {
        add_log_routes(router_, desk_);
        add_statistics_routes(router_, desk_);
    }

    /// `count` rows, `apart` between two of them, the last of them `ago`; entity ids from `first`.
    void add_logs(
        int count,
        const std::string& apart = "1 second",
        const std::string& ago = "0 seconds",
        int first = 1,
        const std::string& tenant = "acme"
    ) {
        database_.exec(
            "INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, "
            "entity_type, "
            "entity_id, status, final, attempt, started_at, duration_ms, request, created_at) "
            "SELECT '" +
            tenant + "', '" + (tenant == "acme" ? "int_1" : "int_z") +
            "', n, 'to_platform', 'item.changed', 'item', n::text, 'done', true, 1, now(), n, '{\"url\": "
            "\"/item\"}', "
            "now() - interval '" +
            ago + "' - (" + std::to_string(first + count - 1) + " - n) * interval '" + apart +
            "' FROM generate_series(" + std::to_string(first) + ", " + std::to_string(first + count - 1) +
            ") n"
        );
    }

    /// A body with all its parts; the largest part is noted.
    std::string whole(Response response) {
        auto text = response.body;
        parts_ = 1;
        largest_ = text.size();
        while (response.more) {
            const auto part = test::must(run(response.more()));
            if (part.empty()) {
                break;
            }
            ++parts_;
            largest_ = std::max(largest_, part.size());
            text += part;
        }
        return text;
    }

    static std::vector<std::string> lines_of(const std::string& text) {
        std::vector<std::string> lines;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) {
            lines.push_back(line);
        }
        return lines;
    }

    int parts_ = 0;
    std::size_t largest_ = 0;
};

TEST_F(ApiLogs, PagesGoBackInTimeAndNeitherMissNorRepeatWhileAttemptsAreLogged) {
    add_logs(10, "3 hours", "0 seconds", 1);
    add_logs(10, "0 seconds", "40 minutes", 101);  // all at one moment
    int came = 0;
    const auto seen = pages("/api/v1/logs?limit=3", "entity_id", [&] {
        add_logs(1, "0 seconds", "0 seconds", 1'000 + ++came);
        add_logs(1, "0 seconds", "0 seconds", 1, "zenith");
    });
    EXPECT_EQ(seen.size(), 20U);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 20U);
    EXPECT_EQ(seen.front(), "10");
    EXPECT_EQ(seen[1], "110") << "of one moment, the last written first";
    EXPECT_EQ(seen.back(), "1");
}

TEST_F(ApiLogs, FiltersChoose) {
    add_logs(6, "1 hour");
    database_.exec("UPDATE navette.sync_logs SET status = 'retry', final = false WHERE entity_id = '2'");
    database_.exec(
        "UPDATE navette.sync_logs SET status = 'rejected', event_type = 'order.paid', entity_type = 'order' "
        "WHERE entity_id = '3'"
    );
    add_logs(1, "0 seconds", "0 seconds", 7, "zenith");
    const auto ids = [&](const std::string& query, const Caller& caller = tenant("acme")) {
        return pages("/api/v1/logs" + query, "entity_id", [] {}, caller);
    };
    EXPECT_THAT(ids("?errors=true"), ElementsAre("3", "2"));
    EXPECT_THAT(ids("?status=failed"), ElementsAre("3"));
    EXPECT_THAT(ids("?status=retry,rejected"), ElementsAre("3", "2"));
    EXPECT_THAT(ids("?event_type=order.*"), ElementsAre("3"));
    EXPECT_THAT(ids("?entity_type=order"), ElementsAre("3"));
    EXPECT_THAT(ids("?entity=5"), ElementsAre("5"));
    EXPECT_THAT(ids("?since=90m"), ElementsAre("6", "5"));
    EXPECT_THAT(ids("?since=210m&until=90m"), ElementsAre("4", "3"));
    EXPECT_THAT(ids("?integration=int_z"), IsEmpty()) << "another tenant's";
    EXPECT_THAT(ids("?tenant=zenith", administration()), ElementsAre("7"));
    EXPECT_THAT(get("/api/v1/logs?limit=1&bodies=true").body, HasSubstr("\"url\":\"/item\""));
}

TEST_F(ApiLogs, ABadFilterIsAProblemThatNamesTheParameter) {
    const std::map<std::string, std::string> bad{
        {"?status=done,perhaps", "400 status"},
        {"?errors=yes", "400 errors"},
        {"?since=now", "400 since"},
        {"?format=csv", "400 format"},
    };
    for (const auto& [query, expected] : bad) {
        EXPECT_EQ(verdict(get("/api/v1/logs" + query)), expected) << query;
    }
    EXPECT_EQ(verdict(get("/api/v1/logs/export?format=xml")), "400 format");
    EXPECT_EQ(verdict(get("/api/v1/logs/export?format=csv&bodies=true")), "400 bodies");
    EXPECT_EQ(verdict(get("/api/v1/logs/export?tenant=zenith")), "404 tenant");
}

TEST_F(ApiLogs, AnExportStreamsFiftyThousandRowsInOrderAndInPages) {
    add_logs(50'000, "1 second");
    add_logs(100, "1 second", "0 seconds", 1, "zenith");
    auto answer = get("/api/v1/logs/export?format=ndjson&since=2d");
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(sdk::first_header(answer.headers, "Content-Type"), "application/x-ndjson");
    const auto lines = lines_of(whole(std::move(answer)));
    ASSERT_EQ(lines.size(), 50'000U);
    for (std::size_t at = 0; at < lines.size(); at += 997) {
        const auto row = test::json::parse(lines[at]).as_object();
        ASSERT_EQ(row.at("entity_id").as_string(), std::to_string(at + 1));
        ASSERT_EQ(row.at("tenant_id").as_string(), "acme");
        ASSERT_FALSE(row.contains("place"));
    }
    EXPECT_GE(parts_, 25);
    EXPECT_LT(largest_, 2U << 20U) << "memory for one page";
}

TEST_F(ApiLogs, AnExportOfOneMomentsRowsLosesNone) {
    add_logs(4'500, "0 seconds", "1 hour");
    const auto lines = lines_of(whole(get("/api/v1/logs/export?format=ndjson")));
    std::set<std::string> distinct(lines.begin(), lines.end());
    EXPECT_EQ(distinct.size(), 4'500U);
    EXPECT_EQ(lines.size(), 4'500U);
}

TEST_F(ApiLogs, ACsvExportQuotesByTheBookAndDisarmsFormulas) {
    add_logs(3, "1 second", "1 minute");
    database_.exec(
        "UPDATE navette.sync_logs SET error_message = 'he said \"no\", twice' || E'\\n' || 'and left', "
        "remarks = ARRAY['a', 'b'] WHERE entity_id = '1'"
    );
    database_.exec("UPDATE navette.sync_logs SET entity_id = '=HYPERLINK(1)' WHERE entity_id = '2'");
    auto answer = get("/api/v1/logs/export");
    EXPECT_THAT(
        std::string(sdk::first_header(answer.headers, "Content-Disposition")), HasSubstr("navette-logs.csv")
    );
    const auto text = whole(std::move(answer));
    EXPECT_THAT(text, HasSubstr("id,created_at,tenant_id,"));
    EXPECT_THAT(text, HasSubstr(",\"he said \"\"no\"\", twice\nand left\",,\"a\nb\","));
    EXPECT_THAT(text, HasSubstr(",'=HYPERLINK(1),"));
    EXPECT_EQ(std::ranges::count(text, '\r'), 4) << "each row ends with CRLF";
}

TEST_F(ApiLogs, AnEmptyExportHasItsHeaderOnly) {
    EXPECT_EQ(lines_of(whole(get("/api/v1/logs/export"))).size(), 1U);
    EXPECT_EQ(whole(get("/api/v1/logs/export?format=ndjson")), "");
}

TEST_F(ApiLogs, StatisticsCountEachDayAndTellRateAndDurations) {
    const auto noon = "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '12 hours'";
    add_logs(100, "0 seconds");
    database_.exec(
        "UPDATE navette.sync_logs SET created_at = " + std::string(noon) +
        ", status = CASE WHEN entity_id::int > 90 THEN 'retry' ELSE 'done' END, final = entity_id::int <= 90"
    );
    database_.exec("UPDATE navette.sync_logs SET status = 'skipped', duration_ms = 0 WHERE entity_id = '1'");
    add_logs(10, "0 seconds", "1 day");
    add_logs(5, "0 seconds", "0 seconds", 1, "zenith");
    const auto answer = body_of(get("/api/v1/statistics"));
    const auto& days = answer.at("data").as_array();
    ASSERT_EQ(days.size(), 2U);
    const auto& today = days[1].as_object();
    EXPECT_EQ(today.at("day").as_string(), answer.at("to").as_string());
    EXPECT_EQ(today.at("attempts").as_int64(), 100);
    EXPECT_EQ(today.at("jobs").at("finished").as_int64(), 90);
    EXPECT_EQ(today.at("outcomes").at("done").as_int64(), 89);
    EXPECT_EQ(today.at("outcomes").at("retry").as_int64(), 10);
    EXPECT_DOUBLE_EQ(today.at("error_rate").to_number<double>(), 0.1);
    EXPECT_EQ(today.at("duration_ms").at("p50").as_int64(), 51) << "of 2 to 100";
    EXPECT_EQ(today.at("duration_ms").at("p95").as_int64(), 96);
    EXPECT_EQ(body_of(get("/api/v1/statistics", administration())).at("data").as_array().size(), 3U);
    EXPECT_EQ(body_of(get("/api/v1/statistics?integration=int_z")).at("data").as_array().size(), 0U)
        << "another tenant's";
}

TEST_F(ApiLogs, StatisticsLookAtTheDaysAskedForAlone) {
    add_logs(1);
    const auto tomorrow = database_.value(
        "SELECT 'navette.sync_logs_' || to_char((now() AT TIME ZONE 'UTC')::date + 1, 'YYYYMMDD')"
    );
    pqxx::connection other(database_.url());
    pqxx::work lock(other);
    lock.exec("LOCK TABLE " + tomorrow + " IN ACCESS EXCLUSIVE MODE");
    EXPECT_EQ(get("/api/v1/statistics").status, 200) << "it waited for a day that it does not need";
}

TEST_F(ApiLogs, ABadRangeOfDaysNamesTheParameter) {
    EXPECT_EQ(verdict(get("/api/v1/statistics?from=2026-01-01&to=2026-02-01")), "400 from");
    EXPECT_EQ(verdict(get("/api/v1/statistics?from=2026-01-02&to=2026-01-01")), "400 from");
    EXPECT_EQ(verdict(get("/api/v1/statistics?to=tuesday")), "400 to");
    EXPECT_EQ(verdict(get("/api/v1/statistics?from=2026-01-01&to=2026-01-31")), "200 ");
}

}  // namespace
}  // namespace navette::http
