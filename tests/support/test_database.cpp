#include "tests/support/test_database.hpp"

#include "daemon/store/migrations.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace navette::test {

namespace {

std::string cluster_url(const std::string& database) {
    const char* folder = std::getenv("NAVETTE_TEST_CLUSTER");
    if (folder == nullptr) {
        throw std::runtime_error("NAVETTE_TEST_CLUSTER is not set: run the tests through ctest (./dev test)");
    }
    return "host=" + std::string(folder) + " user=navette dbname=" + database;
}

void on_cluster(const std::string& sql) {
    pqxx::connection connection(cluster_url("postgres"));
    pqxx::nontransaction work(connection);
    work.exec(sql);
}

}  // namespace

TestDatabase::TestDatabase(bool migrated) {
    static std::atomic<int> count = 0;
    name_ = "t" + std::to_string(getpid()) + "_" + std::to_string(++count);
    url_ = cluster_url(name_);
    on_cluster("CREATE DATABASE " + name_);
    if (migrated) {
        const auto applied = store::migrate(url_);
        if (!applied) {
            throw std::runtime_error(applied.error().message);
        }
    }
}

TestDatabase::~TestDatabase() {
    try {
        on_cluster("DROP DATABASE IF EXISTS " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {
        // The cluster is thrown away as a whole anyway.
    }
}

pqxx::result TestDatabase::exec(const std::string& sql) {
    pqxx::connection connection(url_);
    pqxx::work work(connection);
    auto result = work.exec(sql);
    work.commit();
    return result;
}

std::string TestDatabase::value(const std::string& sql) {
    const auto rows = exec(sql);
    return rows.empty() || rows[0][0].is_null() ? std::string() : std::string(rows[0][0].c_str());
}

long TestDatabase::number(const std::string& sql) {
    const auto text = value(sql);
    return text.empty() ? 0 : std::stol(text);
}

long TestDatabase::most_written_at_once(const std::string& table) {
    return number("SELECT max(n) FROM (SELECT count(*) AS n FROM " + table + " GROUP BY xmin::text) w");
}

void TestDatabase::set_default(const std::string& setting) {
    exec("ALTER DATABASE " + name_ + " SET " + setting);
}

void TestDatabase::await_number(const std::string& sql, long wanted, std::chrono::milliseconds limit) {
    pqxx::connection connection(url_);
    const auto until = std::chrono::steady_clock::now() + limit;
    auto pause = std::chrono::milliseconds(2);
    long seen = 0;
    while (true) {
        pqxx::nontransaction work(connection);
        seen = work.exec(sql)[0][0].as<long>(0);
        if (seen == wanted) {
            return;
        }
        if (std::chrono::steady_clock::now() > until) {
            throw std::runtime_error(
                sql + ": waited for " + std::to_string(wanted) + ", it is " + std::to_string(seen)
            );
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds(50));
    }
}

}  // namespace navette::test
