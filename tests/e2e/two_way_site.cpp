#include "tests/e2e/two_way_site.hpp"

#include "tests/support/free_port.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <utility>

namespace navette::test {

namespace json = boost::json;
using std::chrono::steady_clock;

namespace {

SiteWishes site_wishes(const TwoWayWishes& wishes, std::uint16_t port) {
    SiteWishes wanted;
    wanted.integrate = false;
    wanted.log_level = "info";
    wanted.sweep = wishes.sweep;
    wanted.more_settings =
        "listen: {port: " + std::to_string(port) + "}\npull: " + wishes.pull + "\n" + wishes.more;
    return wanted;
}

std::string sql_text(const std::string& text) {
    std::string literal = "'";
    for (const char c : text) {
        literal += c == '\'' ? "''" : std::string(1, c);
    }
    return literal + "'";
}

}  // namespace

TwoWaySite::TwoWaySite(const TwoWayWishes& wishes)
    : port_(free_port()), site_(site_wishes(wishes, port_)), sync_rules_(wishes.sync_rules) {
    for (const auto& slug : wishes.platforms) {
        const auto found = wishes.options.find(slug);
        const auto options =
            found == wishes.options.end() ? std::map<std::string, std::string>() : found->second;
        platforms_.push_back(std::make_unique<SpokePlatform>(site_, slug, port_, options));
    }
    database().exec(
        "UPDATE navette.tenant_integrations SET sync_rules = " + sql_text(sync_rules_) +
        " WHERE tenant_id = 'ring'"
    );
}

TwoWaySite::~TwoWaySite() {
    if (testing::Test::HasFailure()) {
        std::cerr << requests();
    }
}

void TwoWaySite::start() {
    site_.start_daemon();
    for (auto& platform : platforms_) {
        platform->subscribe();
    }
}

SpokePlatform& TwoWaySite::platform(const std::string& slug) {
    for (auto& platform : platforms_) {
        if (platform->slug() == slug) {
            return *platform;
        }
    }
    throw std::invalid_argument("the test connected no " + slug);
}

void TwoWaySite::tell(const std::string& entity_type, const std::string& id, const json::object& record) {
    const auto jobs = database().number(
        "SELECT cardinality(navette.enqueue('ring', " + sql_text(entity_type + ".updated") + ", " +
        sql_text(entity_type) + ", " + sql_text(id) + ", " + sql_text(json::serialize(record)) + "))"
    );
    EXPECT_GE(jobs, 1) << "nobody takes " << entity_type;
}

void TwoWaySite::await_empty(std::chrono::milliseconds limit) {
    const auto until = steady_clock::now() + limit;
    auto pause = std::chrono::milliseconds(2);
    while (true) {
        std::size_t on_their_way = 0;
        for (auto& platform : platforms_) {
            const auto outbox = platform->site().control("GET", "outbox");
            on_their_way += outbox.at("under_way").to_number<std::size_t>();
        }
        const auto pending =
            database().number("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'");
        if (on_their_way == 0 && pending == 0) {
            return;
        }
        if (steady_clock::now() > until) {
            throw std::runtime_error(
                std::to_string(pending) + " jobs pending, " + std::to_string(on_their_way) +
                " webhooks on their way: " +
                database().value("SELECT string_agg(left(to_jsonb(q)::text, 600), E'\n') FROM (SELECT * FROM "
                                 "navette.sync_queue WHERE status = 'pending' ORDER BY id LIMIT 5) q")
            );
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(50));
    }
}

std::string TwoWaySite::state() {
    auto state = "feed " + std::to_string(fed()) + ", versions " +
                 database().value("SELECT coalesce(sum(version), 0) FROM navette.records");
    for (const auto& [slug, count] : writes()) {
        state += ", " + slug + " " + std::to_string(count);
    }
    return state;
}

int TwoWaySite::settle(int most) {
    await_empty();
    std::string history;
    for (int round = 1; round <= most; ++round) {
        const auto before = state();
        history += "\n" + before;
        for (auto& platform : platforms_) {
            platform->await_search();
            const auto asked =
                site_.ctl({"integration", "pull", platform->integration(), "--object", platform->object()});
            if (asked.exit_code != 0) {
                throw std::runtime_error("pull of " + platform->slug() + ": " + asked.output);
            }
        }
        // A round that failed answers nothing and is asked for once more; --wait would be content with it.
        for (auto& platform : platforms_) {
            database().await_number(
                "SELECT coalesce(sum(asked - answered), 0) FROM navette.pulls WHERE integration_id = " +
                    sql_text(platform->integration()) + " AND object = " + sql_text(platform->object()),
                0,
                std::chrono::seconds(60)
            );
        }
        await_empty();
        if (state() == before) {
            return round;
        }
    }
    throw std::runtime_error("it circles:" + history + "\n" + requests());
}

std::string TwoWaySite::remote_id(SpokePlatform& platform, const std::string& entity_id) {
    return database().value(
        "SELECT remote_id FROM navette.record_links WHERE tenant_id = 'ring' AND NOT gone AND integration_id "
        "= " +
        sql_text(platform.integration()) + " AND entity_id = " + sql_text(entity_id)
    );
}

json::object TwoWaySite::hub(const std::string& entity_type, const std::string& entity_id) {
    const auto data = database().value(
        "SELECT data FROM navette.records WHERE tenant_id = 'ring' AND NOT deleted AND entity_type = " +
        sql_text(entity_type) + " AND entity_id = " + sql_text(entity_id)
    );
    return data.empty() ? json::object() : json::parse(data).as_object();
}

long TwoWaySite::fed() {
    return database().number("SELECT count(*) FROM navette.changes WHERE tenant_id = 'ring'");
}

std::map<std::string, long> TwoWaySite::writes() {
    std::map<std::string, long> writes;
    for (auto& platform : platforms_) {
        writes[platform->slug()] = platform->writes();
    }
    return writes;
}

std::string TwoWaySite::requests() {
    std::string all;
    for (auto& platform : platforms_) {
        all += platform->requests() + "\n";
    }
    return all;
}

void TwoWaySite::expect_equal(const std::string& entity_type, const std::string& entity_id) {
    const auto record = hub(entity_type, entity_id);
    for (auto& platform : platforms_) {
        const auto remote = remote_id(*platform, entity_id);
        if (remote.empty()) {
            continue;
        }
        const auto records = platform->records();
        const auto found = records.find(remote);
        if (found == records.end()) {
            ADD_FAILURE() << platform->slug() << " does not hold " << remote << " of " << entity_id;
            continue;
        }
        EXPECT_EQ(platform->in_local_names(found->second), platform->as_held_there(record))
            << platform->slug() << " holds " << json::serialize(found->second) << "\nthe hub holds "
            << json::serialize(record);
    }
}

}  // namespace navette::test
