#include "daemon/http/api_statistics.hpp"

#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_statistics.hpp"
#include "daemon/sync/iso_time.hpp"
#include "daemon/sync/moment.hpp"

#include <boost/json/array.hpp>

namespace navette::http {

namespace json = boost::json;

namespace {

// Each day is a pass over that day's log.
constexpr int kMostDays = 31;
constexpr int kUsualDays = 7;
constexpr int kMostRows = 10'000;

Response read_statistics(store::AdminSession& session, const Request& request) {
    using std::chrono::days;
    QueryReader query(request);
    store::StatisticsFilter filter;
    filter.tenant = query.tenant();
    filter.integration = query.text("integration");
    const auto from = query.day("from");
    const auto to = query.day("to");
    const auto last = to.value_or(std::chrono::floor<days>(std::chrono::system_clock::now()));
    const auto first = from.value_or(last - days(kUsualDays - 1));
    if (first > last) {
        query.complain("from", "lies behind the last day, " + sync::iso_day(last));
    } else if (last - first >= days(kMostDays)) {
        query.complain("from", "at most " + std::to_string(kMostDays) + " days are counted at once");
    }
    if (auto mistake = query.mistake()) {
        return std::move(*mistake);
    }
    filter.since = sync::moment_text(first);
    filter.until = sync::moment_text(last + days(1));
    const auto rows = store::daily_statistics(session, filter, kMostRows + 1);
    if (!rows) {
        return problem(rows.error());
    }
    if (rows->size() > static_cast<std::size_t>(kMostRows)) {
        return problem(
            400,
            "there are more than " + std::to_string(kMostRows) +
                " rows: ask for fewer days, or for one tenant or integration",
            "from"
        );
    }
    return json_response(
        200,
        json::object{
            {"from", sync::iso_day(first)},
            {"to", sync::iso_day(last)},
            {"data", json::array(rows->begin(), rows->end())}
        }
    );
}

}  // namespace

void add_statistics_routes(Router& router, DatabaseDesk& desk) {
    router.add({"GET", "/api/v1/statistics", Access::read, desk.handler(read_statistics)});
}

}  // namespace navette::http
