#include "tests/bench/harness/cluster.hpp"

#include "daemon/store/migrations.hpp"
#include "tests/bench/harness/process_times.hpp"
#include "tests/support/process.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace navette::bench {

Cluster::Cluster(const Workspace& workspace) : folder_((workspace.folder() / "pg").string()) {
    const auto started =
        test::run({std::string(NAVETTE_SOURCE_DIR) + "/tests/bench/harness/durable_cluster.sh", folder_});
    if (started.exit_code != 0) {
        throw std::runtime_error("the cluster did not start: " + started.output);
    }
}

std::string Cluster::conninfo(const std::string& database) const {
    return "host=" + folder_ + " user=navette dbname=" + database;
}

std::string Cluster::uri(const std::string& database) const {
    return "postgresql://navette@/" + database + "?host=" + folder_;
}

std::chrono::duration<double> Cluster::cpu_time() const {
    pid_t postmaster = 0;
    // Readable for the cluster's user alone, and for root, who lent it the folder.
    std::ifstream(folder_ + "/data/postmaster.pid") >> postmaster;
    const auto all = process_times(postmaster);
    auto used = all.own + all.ended_children;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") == std::string::npos) {
            const auto one = process_times(static_cast<pid_t>(std::stol(name)));
            used += one.parent == postmaster ? one.own : std::chrono::duration<double>::zero();
        }
    }
    return used;
}

Database::Database(const Cluster& cluster, std::string name) : cluster_(cluster), name_(std::move(name)) {
    pqxx::connection connection(cluster_.conninfo("postgres"));
    pqxx::nontransaction work(connection);
    work.exec("CREATE DATABASE " + work.quote_name(name_));
}

Database::~Database() {
    try {
        pqxx::connection connection(cluster_.conninfo("postgres"));
        pqxx::nontransaction work(connection);
        work.exec("DROP DATABASE IF EXISTS " + work.quote_name(name_) + " WITH (FORCE)");
    } catch (const std::exception&) {
        // The cluster is thrown away as a whole anyway.
    }
}

void Database::migrate() const {
    const auto applied = store::migrate(conninfo());
    if (!applied) {
        throw std::runtime_error(applied.error().message);
    }
}

pqxx::result Database::exec(const std::string& sql) const {
    pqxx::connection connection(conninfo());
    pqxx::nontransaction work(connection);
    return work.exec(sql);
}

double Database::number(const std::string& sql) const {
    const auto rows = exec(sql);
    return rows.empty() ? 0 : rows[0][0].as<double>(0);
}

std::string Database::text(const std::string& sql) const {
    const auto rows = exec(sql);
    return rows.empty() ? std::string() : rows[0][0].as<std::string>("");
}

void Database::vacuum() const {
    exec("VACUUM (ANALYZE)");
}

}  // namespace navette::bench
